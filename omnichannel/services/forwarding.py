"""Passing on what was said in one conversation to another."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.services.media import attachment_upload
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind

# What is said about a conversation, or put on a message, is no message that could go elsewhere.
KEPT_HERE = (MessageKind.SYSTEM, MessageKind.REACTION)


class NotForwardable(DomainError):
    """Nothing of a message can go to somebody else."""

    code = "nao_encaminhavel"
    message = _("Esta mensagem não pode ser encaminhada.")


def is_forwardable(message: Message) -> bool:
    """Tell whether a message has something to pass on. A note of the team's never leaves it."""
    is_said = not message.is_internal and message.kind not in KEPT_HERE
    return is_said and message.deleted_at is None and bool(message.text or message.has_files)


@transaction.atomic
def message_forward(
    *, message: Message, conversation: Conversation, author: Membership, client_id: str
) -> list[Message]:
    """Write what a message says, and the files it carries, in another conversation: a message for
    each file, the first with the text. A repeated `client_id` returns the rows of the first call.

    Raises NotForwardable, and whatever the other conversation's channel, gate and right say.
    """
    files = list(
        message.attachments.filter(state=AttachmentState.READY).in_order()
        if message.has_files
        else ()
    )
    if not is_forwardable(message) or not (message.text or files):
        raise NotForwardable
    keys = [f"{client_id}.{place}" for place in range(max(len(files), 1))]
    known = {
        row.client_id: row
        for row in Message.objects.filter(conversation=conversation, client_id__in=keys)
    }
    if len(known) == len(keys):
        return [known[key] for key in keys]
    return [
        message_send(
            conversation=conversation,
            author=author,
            client_id=key,
            text=message.text if place == 0 else "",
            attachments=[_copied(files[place], conversation, author)] if files else [],
        )
        for place, key in enumerate(keys)
    ]


def _copied(file: Attachment, conversation: Conversation, author: Membership) -> Attachment:
    """Store a file once more, as one that the author attached there: that channel judges it."""
    with file.file.open("rb") as content:
        return attachment_upload(
            conversation=conversation,
            uploaded_by=author,
            file=content,
            filename=file.filename,
            mime_type=file.mime_type,
            is_voice=file.is_voice,
            is_sticker=file.kind == MessageKind.STICKER,
        )
