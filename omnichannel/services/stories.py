"""Stories that people answer or name the clinic in: others' pictures, copied because they live for
a day. Whoever takes their message back takes the copy away too.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.files import files_delete
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Message

TAKEN_BACK = _("Quem enviou apagou a mensagem, e a cópia do story foi apagada também.")
EXPIRED = _("O story expirou antes de ser copiado.")


def is_story(message: Message | None) -> bool:
    """Whether a message answers a story, names the clinic in one or shares one."""
    return message is not None and "story" in message.metadata


def story_forget(message: Message) -> None:
    """Delete the copy of the story of a message that was taken back, with its bytes. A copy that is
    still on its way is met by `is_unwanted` when it comes.
    """
    if not is_story(message):
        return
    rows = list(Attachment.unscoped.filter(message=message).exclude(file=""))
    files_delete([row.file for row in rows])
    Attachment.unscoped.filter(message=message).update(
        state=AttachmentState.FAILED,
        error=str(TAKEN_BACK),
        file="",
        size=0,
        sha256="",
        source_url="",
    )


def is_unwanted(attachment: Attachment) -> bool:
    """Whether a fetched file is of a story whose message was taken back meanwhile; its conversation
    is locked.
    """
    if attachment.message_id is None:
        return False
    rows = Message.unscoped.filter(pk=attachment.message_id, metadata__has_key="story")
    return rows.exclude(deleted_at=None).exists()


def reason_of(attachment: Attachment, reason: Any) -> Any:
    """Return why a file did not come: what is gone of a story is gone for good."""
    return EXPIRED if is_story(attachment.message) else reason
