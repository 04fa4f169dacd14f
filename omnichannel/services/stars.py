"""Messages that the team marks, for all of it to find again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from common.errors import NotFound
from omnichannel.models import Message
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.marks import message_touch


@transaction.atomic
def message_star(*, message: Message, is_starred: bool) -> Message:
    """Mark a message or take the mark away; repeating it changes nothing. Raises NotFound for one
    that its author deleted.
    """
    held = conversation_lock(message.conversation)
    row = Message.unscoped.get(pk=message.pk)
    if row.deleted_at is not None:
        raise NotFound
    if (row.starred_at is not None) != is_starred:
        row.starred_at = timezone.now() if is_starred else None
        message_touch(held, row)
    return row
