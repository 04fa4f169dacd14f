"""From what an adapter read to what is stored: one channel's facts, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from omnichannel.adapters.facts import (
    AccountNotice,
    CallNotice,
    ContactCard,
    EditUpdate,
    IdentityChange,
    InboundMessage,
    Parsed,
    PreferenceUpdate,
    ReactionUpdate,
    RevokeUpdate,
    StatusUpdate,
    TemplateUpdate,
)
from omnichannel.models import Channel
from omnichannel.services import changes, channels, templates
from omnichannel.services.inbound import call_as_message, messages_store
from omnichannel.services.receipts import receipts_apply


@transaction.atomic(savepoint=False)
def facts_apply(*, channel: Channel, facts: Sequence[Parsed]) -> None:
    """Store facts about one channel. Messages and receipts go as sets; then, in order, what refers
    to them.

    Applying the same facts again changes nothing. Raises whatever the database raises: the caller
    decides how to split a batch that fails.
    """
    # A moved identity first: the message that came with it must find the same person.
    for fact in facts:
        if isinstance(fact, IdentityChange):
            channels.identity_changed(channel=channel, change=fact)
    messages = [
        call_as_message(fact) if isinstance(fact, CallNotice) else fact
        for fact in facts
        if isinstance(fact, InboundMessage | CallNotice)
    ]
    if messages:
        messages_store(channel=channel, messages=messages)
    receipts = [fact for fact in facts if isinstance(fact, StatusUpdate)]
    if receipts:
        receipts_apply(channel=channel, updates=receipts)
    for fact in facts:
        _apply_one(channel, fact)


def _apply_one(channel: Channel, fact: Parsed) -> None:
    match fact:
        case ReactionUpdate():
            changes.reaction_apply(channel=channel, update=fact)
        case EditUpdate():
            changes.edit_apply(channel=channel, update=fact)
        case RevokeUpdate():
            changes.revoke_apply(channel=channel, update=fact)
        case PreferenceUpdate():
            channels.preference_record(channel=channel, update=fact)
        case TemplateUpdate():
            templates.template_apply(channel=channel, update=fact)
        case AccountNotice():
            channels.notice_record(channel=channel, notice=fact)
        case ContactCard():
            channels.card_learn(channel=channel, card=fact)
