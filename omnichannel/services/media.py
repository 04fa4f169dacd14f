"""Files: fetched from the provider into our storage, taken from attendants, checked against their
bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import tempfile
from datetime import timedelta
from typing import IO

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError
from common.realtime import publish
from common.tasks import ring
from omnichannel import bells, events
from omnichannel.adapters import files, registry
from omnichannel.adapters.outgoing import SendError
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Conversation
from omnichannel.services.conversations import conversation_lock

logger = logging.getLogger(__name__)

# Meta's own largest class (documents); anything larger is not fetched.
LARGEST = 100 * 1024 * 1024
MAX_ATTEMPTS = 10
TYPE_LENGTH = 100
# Longer than the longest download (adapters.download.WHOLE_SECONDS).
LEASE = timedelta(minutes=6)
# A provider keeps a received file for seven days, so the last tries are a day apart.
WAITS = (10, 30, 120, 600, 3600, 4 * 3600, 24 * 3600, 24 * 3600, 24 * 3600)


class FileRefused(DomainError):
    """The bytes are too many, empty, or not what they claim to be."""

    code = "arquivo_recusado"


def attachment_fetch(*, attachment: Attachment) -> None:
    """Bring a received file into storage. Repeating it after success changes nothing."""
    taken = Attachment.unscoped.filter(
        pk=attachment.pk, state=AttachmentState.PENDING, fetch_after__lte=timezone.now()
    ).update(
        # Whoever else rings meanwhile finds it taken; if we die, the sweep comes back then.
        fetch_after=timezone.now() + LEASE,
        attempts=F("attempts") + 1,
    )
    if not taken:
        return
    attachment.refresh_from_db()
    if attachment.attempts > MAX_ATTEMPTS:
        # Something other than the provider kept breaking it.
        _end(attachment, AttachmentState.FAILED, str(_("Não foi possível baixar o arquivo.")))
        return
    channel = attachment.conversation.channel
    adapter, account = registry.adapter_for(channel.kind), channel.account()
    try:
        info = adapter.media_info(account, attachment.provider_media_id)
        with tempfile.TemporaryFile() as spool:
            digest = hashlib.sha256()
            for chunk in adapter.media_chunks(account, info, LARGEST):
                digest.update(chunk)
                spool.write(chunk)
            _verify(spool, info.sha256, digest)
            _store(attachment, spool, info.mime_type or attachment.mime_type, digest.hexdigest())
    except FileRefused as exc:
        _end(attachment, AttachmentState.REFUSED, str(exc.detail))
    except SendError as exc:
        _again(attachment, exc)


def _verify(spool: IO[bytes], promised: str, digest: hashlib._Hash) -> None:
    if promised and _hex(promised) != digest.hexdigest():
        raise FileRefused(
            _("O arquivo chegou diferente do que foi enviado. Peça para enviar de novo.")
        )


def _hex(value: str) -> str:
    """Meta gives base64 in the webhook and hex in the look-up."""
    if len(value) == 64:
        return value.lower()
    try:
        return base64.b64decode(value).hex()
    except (binascii.Error, ValueError):
        return value


def _store(attachment: Attachment, spool: IO[bytes], declared: str, sha256: str) -> None:
    size, mime_type = checked(spool, declared)
    attachment.mime_type, attachment.size, attachment.sha256 = mime_type, size, sha256
    spool.seek(0)
    attachment.file.save("", File(spool), save=False)
    _end(attachment, AttachmentState.READY, "")


def checked(file: IO[bytes], declared: str) -> tuple[int, str]:
    """Return the size and the type a file may be stored with. Raises FileRefused."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(files.HEAD_BYTES)
    declared = declared.partition(";")[0].strip().lower()
    if len(declared) > TYPE_LENGTH:
        raise FileRefused(_("O tipo do arquivo não é reconhecido. Escolha outro."))
    if not size:
        raise FileRefused(_("O arquivo está vazio. Escolha outro."))
    if not files.agrees(declared, head):
        raise FileRefused(
            _("O conteúdo do arquivo não corresponde ao tipo informado. Escolha outro.")
        )
    return size, declared or files.sniff(head) or "application/octet-stream"


def _again(attachment: Attachment, error: SendError) -> None:
    logger.info("media %s: %s provider=%s", attachment.pk, error.code, error.provider)
    may_work = error.retryable or error.unknown or error.scope == "channel"
    if may_work and attachment.attempts < MAX_ATTEMPTS:
        wait = WAITS[min(attachment.attempts, len(WAITS)) - 1]
        attachment.fetch_after = timezone.now() + timedelta(seconds=wait)
        attachment.error = str(error.detail)[:300]
        attachment.save(update_fields=["fetch_after", "error", "updated_at"])
    else:
        _end(attachment, AttachmentState.FAILED, str(error.detail))


@transaction.atomic
def _end(attachment: Attachment, state: str, reason: str) -> None:
    """Write the outcome and let open pages show it."""
    attachment.state, attachment.error = state, reason[:300]
    attachment.save()
    held = conversation_lock(attachment.conversation)
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    if attachment.message is not None:
        attachment.message.revision = held.revision
        attachment.message.save(update_fields=["revision", "updated_at"])
    publish(events.changed("message_updated", held))


def attachment_retry(*, attachment: Attachment) -> None:
    """Try a file that could not be fetched once more, because somebody asks for it."""
    Attachment.unscoped.filter(pk=attachment.pk, state=AttachmentState.FAILED).update(
        state=AttachmentState.PENDING, attempts=0, fetch_after=timezone.now(), error=""
    )
    _ring(attachment)


def _ring(attachment: Attachment) -> None:
    ring(bells.FETCH, str(attachment.company_id), str(attachment.pk))


def attachments_sweep() -> int:
    """Ring for received files that still wait; return how many."""
    due = Attachment.unscoped.filter(
        state=AttachmentState.PENDING, fetch_after__lte=timezone.now(), message__isnull=False
    )
    rows = list(due.order_by("fetch_after")[:500])
    for attachment in rows:
        _ring(attachment)
    return len(rows)


def attachment_upload(
    *,
    conversation: Conversation,
    uploaded_by: Membership | None,
    file: IO[bytes],
    filename: str,
    mime_type: str,
    is_voice: bool = False,
) -> Attachment:
    """Store a file that an attendant will send. Raises FileRefused naming the limit of its
    class.
    """
    adapter = registry.adapter_for(conversation.channel.kind)
    size, mime_type = checked(file, mime_type)
    kind = adapter.media_kind(mime_type, size)
    attachment = Attachment(
        company_id=conversation.company_id,
        conversation=conversation,
        kind=kind,
        state=AttachmentState.READY,
        filename=safe_name(filename),
        mime_type=mime_type,
        size=size,
        is_voice=is_voice,
        uploaded_by=uploaded_by,
    )
    file.seek(0)
    attachment.sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    attachment.file.save("", File(file), save=False)
    attachment.save()
    return attachment


def safe_name(filename: str) -> str:
    """Return a file name fit to show and to send: no path, no control or invisible characters."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if c.isprintable() and c not in '<>:"|?*').strip(" .")
    return kept[-120:] or "arquivo"
