"""Files: fetched from the provider into our storage, taken from attendants, checked against their
bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import logging
import os
import tempfile
from datetime import timedelta
from typing import IO

from django.core.files import File
from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.crypto import SecretUnreadable
from common.errors import DomainError
from common.files import files_delete
from common.realtime import publish
from common.tasks import apart, ring
from omnichannel import bells, events
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Channel, Conversation, MailBody
from omnichannel.sending.reach import (
    UNREADABLE,
    Whose,
    credentials_unreadable,
    trouble_of,
    troubles_take,
)
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.sounds import sound_measure
from omnichannel.services.stories import TAKEN_BACK, is_unwanted, reason_of
from omnichannel.services.transcripts import file_is_ready
from providers import registry
from providers.base import Downloads, Media
from providers.choices import MessageKind
from providers.conversion import converted
from providers.enclosing import Enclosed, Files
from providers.file_types import identify, is_kin, renamed, safe_name
from providers.files import PROGRAM
from providers.outgoing import Account, MediaInfo, SendError

logger = logging.getLogger(__name__)

# Meta's own largest class (documents); anything larger is not fetched.
LARGEST = 100 * 1024 * 1024
MAX_ATTEMPTS = 10
# A file may wait for its message while somebody writes; a day later nobody does.
UNSENT_KEPT = timedelta(hours=24)
PURGE_BATCH = 500
# How much one person may have attached and not sent.
OPEN_COUNT = 100
OPEN_BYTES = 2 * 1024 * 1024 * 1024
# What a converted picture is brought under: the smallest limit of the channels there are.
PICTURE_BYTES = 5 * 1024 * 1024
# Longer than the longest download (providers.meta.download.WHOLE_SECONDS).
LEASE = timedelta(minutes=6)
# A provider keeps a received file for seven days, so the last tries are a day apart.
WAITS = (10, 30, 120, 600, 3600, 4 * 3600, 24 * 3600, 24 * 3600, 24 * 3600)

NOT_FETCHED = _("Não foi possível baixar o arquivo. Tente de novo ou peça ao paciente outra vez.")
# What a browser draws or plays in the place of each kind.
SHOWN_TYPES: dict[MessageKind, tuple[str, ...]] = {
    MessageKind.IMAGE: ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"),
    MessageKind.STICKER: ("image/jpeg", "image/png", "image/webp", "image/gif"),
    MessageKind.AUDIO: ("audio/", "video/"),
    MessageKind.VIDEO: ("video/",),
}
SEEN_KINDS = (MessageKind.IMAGE, MessageKind.VIDEO)


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
        _end(attachment, AttachmentState.FAILED, str(NOT_FETCHED))
        return
    channel = attachment.conversation.channel
    try:
        if registry.has_face(channel.kind, Enclosed):
            _unpack(attachment, registry.face_of(channel.kind, Enclosed))
        else:
            _download(attachment, channel)
    except FileRefused as exc:
        _end(attachment, AttachmentState.REFUSED, str(exc.detail))
    except SendError as exc:
        _again(attachment, exc)
        if exc.scope == "channel":
            _stop(channel, exc)
    except SecretUnreadable:
        _again(attachment, SendError(UNREADABLE, NOT_FETCHED, scope="channel"))
        credentials_unreadable(channel)


def _download(attachment: Attachment, channel: Channel) -> None:
    adapter = registry.face_of(channel.kind, Downloads)
    account = channel.account()
    info = _place_of(attachment, account)
    with tempfile.TemporaryFile() as spool:
        digest = hashlib.sha256()
        for chunk in adapter.media_chunks(account, info, LARGEST):
            digest.update(chunk)
            spool.write(chunk)
        _verify(spool, info.sha256, digest)
        _store(attachment, spool, info.mime_type, digest.hexdigest())


def _unpack(attachment: Attachment, adapter: Enclosed) -> None:
    """Take a file out of the mail that it came in."""
    mail = MailBody.unscoped.filter(message=attachment.message_id).first()
    data = None
    if mail is not None and mail.raw:
        with mail.raw.storage.open(str(mail.raw.name)) as file:
            data = adapter.enclosed(file.read(), attachment.provider_media_id)
    if data is None:
        raise FileRefused(_("O arquivo não está no e-mail. Peça ao paciente para enviar de novo."))
    spool = io.BytesIO(data)
    _store(attachment, spool, attachment.mime_type, hashlib.sha256(data).hexdigest())


@transaction.atomic
def _stop(channel: Channel, error: SendError) -> None:
    """Stop the channel as a message's answer would: what it cannot fetch it cannot send."""
    troubles_take(channel, [trouble_of(error, Whose())])


def _place_of(attachment: Attachment, account: Account) -> MediaInfo:
    """Return where a received file waits: the address that came with it, or the one the provider
    tells for its id. The kind's own download judges either. Raises SendError.
    """
    if attachment.source_url:
        return MediaInfo(url=attachment.source_url, mime_type=attachment.mime_type)
    media = registry.face_of(attachment.conversation.channel.kind, Media)
    return media.media_info(account, attachment.provider_media_id)


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
    """Keep what a patient sent under the type its bytes show, whatever its label says."""
    attachment.size = spool.seek(0, os.SEEK_END)
    if not attachment.size:
        raise FileRefused(_("O arquivo chegou vazio. Peça ao paciente para enviar de novo."))
    label = declared or attachment.mime_type
    attachment.mime_type = identify(spool, label, attachment.filename)
    if attachment.mime_type == PROGRAM:
        raise FileRefused(
            _(
                "O paciente enviou um programa, que pode ser perigoso: ele não foi guardado."
                " Peça o documento em PDF ou uma foto."
            )
        )
    attachment.kind = _shown_as(MessageKind(attachment.kind), attachment.mime_type)
    attachment.sha256 = sha256
    sound_measure(attachment, spool)
    spool.seek(0)
    attachment.file.save("", File(spool), save=False)
    attachment.source_url = ""
    with transaction.atomic():
        file_is_ready(attachment)
        _end(attachment, AttachmentState.READY, "")


@transaction.atomic
def attachment_bring(*, attachment: Attachment, file: IO[bytes]) -> None:
    """Keep a received file whose bytes came with its message, so that nobody has to fetch it.
    Raises FileRefused.
    """
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    _store(attachment, file, attachment.mime_type, digest)


def _shown_as(kind: MessageKind, mime_type: str) -> MessageKind:
    """Return how a received file is shown: a "photo" that no browser draws is a document. Of a
    story, and of what is shared, nobody says before whether it is a picture or a film.
    """
    if kind not in SHOWN_TYPES:
        return kind
    others = SEEN_KINDS if kind in SEEN_KINDS else ()
    fitting = (one for one in (kind, *others) if mime_type.startswith(SHOWN_TYPES[one]))
    return next(fitting, MessageKind.DOCUMENT)


def _again(attachment: Attachment, error: SendError) -> None:
    logger.info("media %s: %s provider=%s", attachment.pk, error.code, error.provider)
    may_work = error.retryable or error.unknown or error.scope == "channel"
    if may_work and attachment.attempts < MAX_ATTEMPTS:
        wait = WAITS[min(attachment.attempts, len(WAITS)) - 1]
        attachment.fetch_after = timezone.now() + timedelta(seconds=wait)
        attachment.error = str(error.detail)[:300]
        attachment.save(update_fields=["fetch_after", "error", "updated_at"])
    else:
        # What is worded as a wait ("vamos tentar de novo") is none any more.
        gave_up = error.retryable or error.unknown
        why = reason_of(attachment, NOT_FETCHED if gave_up else error.detail)
        _end(attachment, AttachmentState.FAILED, str(why))


@transaction.atomic
def _end(attachment: Attachment, state: str, reason: str) -> None:
    """Write the outcome and let open pages show it."""
    held = conversation_lock(attachment.conversation)
    if state == AttachmentState.READY and is_unwanted(attachment):
        files_delete([attachment.file])
        attachment.file, attachment.size, attachment.sha256 = "", 0, ""
        state, reason = AttachmentState.FAILED, str(TAKEN_BACK)
    attachment.state, attachment.error = state, reason[:300]
    attachment.save()
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    if attachment.message is not None:
        attachment.message.revision = held.revision
        attachment.message.save(update_fields=["revision", "updated_at"])
    publish(events.changed("message_updated", held))


@transaction.atomic
def attachment_retry(*, attachment: Attachment) -> None:
    """Try a received file that failed or was refused once more, because somebody asks for it."""
    again = Attachment.unscoped.filter(
        pk=attachment.pk, state__in=(AttachmentState.FAILED, AttachmentState.REFUSED)
    )
    if not again.update(attempts=0, fetch_after=timezone.now()):
        return
    attachment.refresh_from_db()
    _end(attachment, AttachmentState.PENDING, "")
    _ring(attachment)


def _ring(attachment: Attachment) -> None:
    ring(bells.FETCH, str(attachment.company_id), str(attachment.pk))


def attachments_due() -> QuerySet[Attachment]:
    """Return received files that wait, of all companies."""
    return Attachment.unscoped.filter(
        state=AttachmentState.PENDING, fetch_after__lte=timezone.now(), message__isnull=False
    )


def attachments_sweep() -> int:
    """Ring for received files that still wait; return how many."""
    rows = list(attachments_due().order_by("fetch_after")[:500])
    for attachment in rows:
        _ring(attachment)
    return len(rows)


def uploads_purge() -> int:
    """Delete files that somebody attached and never sent, with their bytes; return how many.

    Bounded: what is left over is met by the next walk.
    """
    # A walk over all companies.
    old = Attachment.unscoped.filter(message=None, created_at__lt=timezone.now() - UNSENT_KEPT)
    count = 0
    for attachment in old.select_related("conversation").order_by("created_at")[:PURGE_BATCH]:
        with apart("upload purge", attachment.pk):
            count += _purge(attachment)
    return count


@transaction.atomic
def _purge(attachment: Attachment) -> int:
    # Whoever sends it holds the conversation.
    conversation_lock(attachment.conversation)
    row = Attachment.unscoped.filter(pk=attachment.pk, message=None).first()
    if row is None:
        return 0
    files_delete([row.file])
    row.delete()
    return 1


class TooManyUploads(DomainError):
    """Somebody attached more than anybody sends, and sent none of it."""

    code = "anexos_demais"
    status = 429
    message = _("Há arquivos demais anexados e não enviados. Envie os que já estão aí primeiro.")


def _check_open(uploaded_by: Membership | None) -> None:
    """Refuse another upload of somebody who fills the disk. Raises TooManyUploads."""
    if uploaded_by is None:
        return
    waiting = Attachment.unscoped.filter(uploaded_by=uploaded_by, message=None)
    told = waiting.aggregate(count=Count("pk"), size=Sum("size"))
    if told["count"] >= OPEN_COUNT or (told["size"] or 0) >= OPEN_BYTES:
        raise TooManyUploads


def attachment_upload(
    *,
    conversation: Conversation,
    uploaded_by: Membership | None,
    file: IO[bytes],
    filename: str,
    mime_type: str,
    is_voice: bool = False,
    is_sticker: bool = False,
) -> Attachment:
    """Store a file that an attendant will send, turned into a type the channel carries.

    Raises FileRefused for a file that is not what it says, ContentRefused naming what goes or the
    limit it breaks, CannotConvert, and TooManyUploads.
    """
    _check_open(uploaded_by)
    adapter = registry.face_of(conversation.channel.kind, Files)
    found = _uploaded_type(file, mime_type, filename)
    taken = adapter.media_types(is_sticker=is_sticker)
    sent, sent_type = converted(file, found, taken=taken, most=PICTURE_BYTES, is_voice=is_voice)
    try:
        size = sent.seek(0, os.SEEK_END)
        kind = adapter.media_kind(sent_type, size)
        if is_voice and kind != MessageKind.AUDIO:
            raise FileRefused(_("Só um áudio pode ir como mensagem de voz."))
        name = safe_name(filename)
        attachment = Attachment(
            company_id=conversation.company_id,
            conversation=conversation,
            kind=kind,
            state=AttachmentState.READY,
            filename=name if sent is file else renamed(name, sent_type),
            mime_type=sent_type,
            size=size,
            is_voice=is_voice,
            uploaded_by=uploaded_by,
        )
        sent.seek(0)
        attachment.sha256 = hashlib.file_digest(sent, "sha256").hexdigest()  # type: ignore[arg-type]
        sound_measure(attachment, sent)
        sent.seek(0)
        attachment.file.save("", File(sent), save=False)
        attachment.save()
        return attachment
    finally:
        if sent is not file:
            sent.close()


def _uploaded_type(file: IO[bytes], declared: str, filename: str) -> str:
    """Return what a chosen file is. Raises FileRefused for an empty one, a program, and one whose
    label is a lie: the attendant means something else than what would be sent.
    """
    if not file.seek(0, os.SEEK_END):
        raise FileRefused(_("O arquivo está vazio. Escolha outro."))
    found = identify(file, declared, filename)
    if found == PROGRAM or not is_kin(declared, found):
        raise FileRefused(
            _("O conteúdo do arquivo não corresponde ao tipo informado. Escolha outro.")
        )
    return found
