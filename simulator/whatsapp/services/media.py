"""Files at the fake Graph: ids that expire, and addresses that live five minutes."""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.crypto import salted_hmac

from simulator.whatsapp.models import SimMedia, SimNumber

UPLOADED_LIVES = timedelta(days=30)
RECEIVED_LIVES = timedelta(days=7)
URL_LIVES_SECONDS = 300
MEBIBYTE = 1024 * 1024
# The types Meta takes for each class, and how large a file of it may be (bytes).
LIMITS: dict[str, tuple[frozenset[str], int]] = {
    "image": (frozenset({"image/jpeg", "image/png"}), 5 * MEBIBYTE),
    "audio": (
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
        16 * MEBIBYTE,
    ),
    "video": (frozenset({"video/mp4", "video/3gpp"}), 16 * MEBIBYTE),
    "sticker": (frozenset({"image/webp"}), 500 * 1024),
    "document": (
        frozenset(
            {
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            }
        ),
        100 * MEBIBYTE,
    ),
}


def plain_type(mime_type: str) -> str:
    """Drop the parameters of a content type: `audio/ogg; codecs=opus` is `audio/ogg`."""
    return mime_type.split(";")[0].strip().lower()


def media_class(mime_type: str) -> str:
    """Name the class a type belongs to for limits; empty when Meta takes it for none."""
    plain = plain_type(mime_type)
    return next((name for name, (types, _size) in LIMITS.items() if plain in types), "")


def media_store(
    *, number: SimNumber, content: bytes, mime_type: str, filename: str = "", is_inbound: bool
) -> SimMedia:
    """Keep a file under a fresh id."""
    media = SimMedia(
        number=number,
        mime_type=mime_type,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        filename=filename,
        is_inbound=is_inbound,
    )
    media.file.save(media.graph_id, ContentFile(content), save=False)
    media.save()
    return media


def media_is_alive(media: SimMedia) -> bool:
    """Tell whether the id is still good: 7 days for received files, 30 for uploaded ones."""
    lives = RECEIVED_LIVES if media.is_inbound else UPLOADED_LIVES
    return timezone.now() - media.created_at < lives


def media_url(media: SimMedia, base: str = "") -> str:
    """Make an address that lives five minutes. Whoever fetches it must still show the token.

    `base` is the host the caller reached us by, SIMULATOR_URL when there is no caller.
    """
    expires = int(time.time()) + URL_LIVES_SECONDS
    mark = _mark(media.graph_id, expires)
    return (
        f"{(base or settings.SIMULATOR_URL).rstrip('/')}/whatsapp_business/attachments/"
        f"?mid={media.graph_id}&ext={expires}&hash={mark}"
    )


def media_url_is_good(graph_id: str, expires: str, mark: str) -> bool:
    """Check an address that `media_url` made: not altered, not older than five minutes."""
    if not expires.isdigit() or int(expires) < time.time():
        return False
    return hmac.compare_digest(mark.encode(), _mark(graph_id, int(expires)).encode())


def _mark(graph_id: str, expires: int) -> str:
    return salted_hmac("simulator.media", f"{graph_id}:{expires}", algorithm="sha256").hexdigest()
