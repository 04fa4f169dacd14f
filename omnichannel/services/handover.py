"""Conversations between a bot and people: handed to people, and given back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.conversations import (
    ConversationClosed,
    conversation_lock,
    conversation_move,
    require_holder,
)
from omnichannel.services.reception import has_bot


class NoBot(Conflict):
    """Nobody answers by themselves on this channel."""

    code = "sem_robo"
    message = _("Este canal não tem robô. Devolva a conversa para a fila ou encerre-a.")


@transaction.atomic
def conversation_transfer_to_human(
    *,
    conversation: Conversation,
    actor: Membership | None,
    reason: str = "",
    queue_id: Any = None,
    since: datetime | None = None,
) -> Conversation:
    """Take a conversation from the bot and let people see it waiting (spec: transferir-humano).

    Without `actor` the bot itself hands it over. `reason` is read by whoever goes on, `queue_id` is
    where it should wait (queues hear of it in the move), `since` the moment when the person asked
    for somebody; without it they wait since their first words that nobody of the clinic answered.
    Raises ConversationClosed.
    """
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    if held.stage != Stage.BOT:
        return held
    held.waiting_since = since or held.waiting_since or timezone.now()
    return conversation_move(
        held,
        Stage.QUEUE,
        None,
        line="transferida" if actor else "robo_passou",
        actor=actor,
        event="new_ticket",
        detail={"reason": reason} if reason else None,
        queue_id=queue_id,
    )


@transaction.atomic
def conversation_return_to_bot(*, conversation: Conversation, actor: Membership) -> Conversation:
    """Give an open conversation back to the bot: its person waits for nobody any more. Raises
    ConversationClosed, NoBot, Forbidden.
    """
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    require_holder(held, actor)
    if held.stage == Stage.BOT:
        return held
    if not has_bot(held.channel):
        raise NoBot
    held.waiting_since = None
    return conversation_move(
        held, Stage.BOT, None, line="robo", actor=actor, event="conversation_updated"
    )
