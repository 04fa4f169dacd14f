"""Files that stand in bubbles and in the contact column."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from inbox.shell.presenters import label_of
from inbox.talk.shapes import File
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Message
from omnichannel.serving import PDF, SHOWN
from providers.choices import MessageKind
from providers.file_types import plain, safe_name


def files_of(message: Message) -> tuple[File, ...]:
    """Draw the files of a message, whose attachments must be loaded where it has any."""
    if not message.has_files:
        return ()
    return tuple(file_of(row) for row in message.attachments.all())


def file_of(attachment: Attachment) -> File:
    """Draw one attachment; its address is ours, checked again at every fetch."""
    return File(
        id=attachment.pk,
        kind=attachment.kind,
        shows=shows_as(attachment),
        state=attachment.state,
        state_label=label_of(AttachmentState, attachment.state),
        url=reverse("inbox:file", args=[attachment.pk]) if attachment.state == "pronto" else "",
        # Rows of before the name was cleaned at the door have it as the sender wrote it.
        filename=safe_name(attachment.filename) if attachment.filename else "",
        mime_type=attachment.mime_type,
        size=attachment.size or None,
        is_voice=attachment.is_voice,
        waveform=attachment.waveform,
        milliseconds=attachment.milliseconds,
        transcription=attachment.transcription,
        writing=attachment.transcription_state,
        writing_note=attachment.transcription_note,
        rewrite=attachment.pk if _may_rewrite(attachment) else None,
        reason=attachment.error,
        retry=_may_retry(attachment),
    )


def shows_as(attachment: Attachment) -> str:
    """Name how the page shows a file over the whole screen; "" where it can only be saved."""
    if attachment.state != AttachmentState.READY:
        return ""
    if attachment.kind in (MessageKind.IMAGE, MessageKind.VIDEO):
        mime_type = plain(attachment.mime_type)
        return attachment.kind if not mime_type or SHOWN.fullmatch(mime_type) else ""
    return "pdf" if plain(attachment.mime_type) == PDF else ""


def _may_rewrite(attachment: Attachment) -> bool:
    """Tell whether somebody may ask for a voice note's words again: it failed, or is in doubt."""
    is_over = attachment.transcription_state in ("falhou", "pronta")
    return is_over and bool(attachment.transcription_note)


def _may_retry(attachment: Attachment) -> UUID | None:
    """Return the id of a received file that did not come and may be asked for again."""
    is_received = attachment.message_id is not None and bool(attachment.provider_media_id)
    has_failed = attachment.state in (AttachmentState.FAILED, AttachmentState.REFUSED)
    return attachment.pk if is_received and has_failed else None
