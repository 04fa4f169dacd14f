"""The bot is told to leave a person alone for a while."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from accounts.services.audit import audit_record
from bot.models import BotPause
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.conversations import (
    ConversationClosed,
    conversation_lock,
    require_holder,
)
from omnichannel.services.handover import conversation_transfer_to_human

HOURS = 24


@transaction.atomic
def bot_pause(*, conversation: Conversation, actor: Membership, hours: int = HOURS) -> Conversation:
    """Let no bot answer a conversation's person for some hours; what it holds of theirs goes to
    people at once. Giving a conversation back to the bot ends the pause. Raises
    ConversationClosed, Forbidden.
    """
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    require_holder(held, actor)
    until = timezone.now() + timedelta(hours=hours)
    BotPause.unscoped.update_or_create(
        contact_id=held.contact_id,
        defaults={"company_id": held.company_id, "until": until, "by": actor},
    )
    audit_record(
        company=held.company_id, actor=actor.user, action="conversa.robo_pausado", target=held
    )
    if held.stage == Stage.BOT:
        return conversation_transfer_to_human(conversation=held, actor=actor)
    return held
