"""From what an adapter read to what is stored: one channel's facts, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from common.locks import lock_all
from contacts.keys import identity_key
from contacts.refs import IdentityRef, PersonRef
from omnichannel.models import Channel, Message
from omnichannel.services import addresses, changes, channels, control, templates
from omnichannel.services.bounces import bounces_read
from omnichannel.services.early import early_settle
from omnichannel.services.inbound import call_as_message, messages_store
from omnichannel.services.receipts import receipts_apply
from omnichannel.services.watermarks import receipts_of
from providers.facts import (
    AccountNotice,
    Bounce,
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
    ThreadControl,
    Watermark,
)


def facts_lock(facts: Iterable[tuple[Channel, Parsed]]) -> None:
    """Hold the ids of everybody that facts of several channels are about, before anything else.

    Taken channel by channel they would be asked for while the company's counters are held, and the
    same people write to several of its numbers at once.
    """
    keys = {
        identity_key(channel.company_id, ref) for channel, fact in facts for ref in _ids_in(fact)
    }
    lock_all(keys)


def _ids_in(fact: Parsed) -> tuple[IdentityRef, ...]:
    if isinstance(fact, IdentityChange):
        return (fact.old, fact.new, *fact.address)
    person = getattr(fact, "person", None)
    return person.identities if isinstance(person, PersonRef) else ()


@transaction.atomic(savepoint=False)
def facts_apply(*, channel: Channel, facts: Sequence[Parsed]) -> list[Message]:
    """Store facts about one channel. Messages and receipts go as sets; then, in order, what refers
    to them. Return the messages that are new.

    Applying the same facts again changes nothing. Raises whatever the database raises: the caller
    decides how to split a batch that fails.
    """
    # A moved identity first: the message that came with it must find the same person.
    for fact in facts:
        if isinstance(fact, IdentityChange):
            addresses.identity_changed(channel=channel, change=fact)
    messages = [
        call_as_message(fact) if isinstance(fact, CallNotice) else fact
        for fact in facts
        if isinstance(fact, InboundMessage | CallNotice)
    ]
    stored: list[Message] = []
    if messages:
        stored = messages_store(channel=channel, messages=messages)
        ids = [row.external_id for row in stored if row.external_id]
        early_settle(channel=channel, external_ids=ids)
    receipts = [fact for fact in facts if isinstance(fact, StatusUpdate)]
    for fact in facts:
        if isinstance(fact, Watermark):
            receipts += receipts_of(channel=channel, mark=fact)
    if bounces := [fact for fact in facts if isinstance(fact, Bounce)]:
        receipts += bounces_read(channel=channel, bounces=bounces)
    if receipts:
        receipts_apply(channel=channel, updates=receipts)
    for fact in facts:
        _apply_one(channel, fact)
    return stored


def _apply_one(channel: Channel, fact: Parsed) -> None:
    match fact:
        case ReactionUpdate():
            changes.reaction_apply(channel=channel, update=fact)
        case EditUpdate():
            changes.edit_apply(channel=channel, update=fact)
        case RevokeUpdate():
            changes.revoke_apply(channel=channel, update=fact)
        case ThreadControl():
            control.control_apply(channel=channel, update=fact)
        case PreferenceUpdate():
            channels.preference_record(channel=channel, update=fact)
        case TemplateUpdate():
            templates.template_apply(channel=channel, update=fact)
        case AccountNotice():
            channels.notice_record(channel=channel, notice=fact)
        case ContactCard():
            channels.card_learn(channel=channel, card=fact)
