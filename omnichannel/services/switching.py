"""Going on by another channel: the person, the attendant and the ticket stay, the conversation is
another one. Both say so, and know each other (`Conversation.continues`).
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import NotFound
from common.realtime import publish
from contacts.models import ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from contacts.services.identities import identities_lock
from omnichannel import events
from omnichannel.choices import Stage
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import (
    AnotherOpen,
    ConversationClosed,
    ConversationTaken,
    conversation_lock,
    conversation_move,
    people_lock,
    require_holder,
    system_line,
)
from omnichannel.services.elsewhere import WayTo, reaches_of
from omnichannel.services.gate import Refused
from omnichannel.services.observing import tell_continued, tell_taking
from omnichannel.services.starting import conversation_start
from providers.registry import policy_of

LEFT_ALONE = _("O paciente pediu para não receber mais mensagens por este canal.")
UNREACHED = _("Por este canal nada chega agora. Escolha outro.")


@transaction.atomic
def conversation_continue(
    *, conversation: Conversation, key: str, actor: Membership
) -> Conversation:
    """Go on with a person by another of the ways to them (`reaches_of`, by its key); return the
    conversation there, opened or reopened if need be, in the hands of whoever had this one, else of
    the actor. This one ends; its ticket, with protocol, deadlines and times, goes along.

    Raises NotFound, ConversationClosed, ConversationTaken, Forbidden, Refused, AttendantFull.
    """
    if conversation.attendant_id is None:
        tell_taking(conversation, actor)
    _ids_lock(conversation)
    old = conversation_lock(conversation)
    if old.stage == Stage.CLOSED:
        raise ConversationClosed
    require_holder(old, actor)
    reach = next((one for one in reaches_of(old) if one.key == key), None)
    if reach is None:
        raise NotFound
    if not reach.is_usable:
        raise Refused(LEFT_ALONE if reach.state == "saiu" else UNREACHED, code="canal_sem_alcance")
    new = _other(old, reach)
    attendant = old.attendant or actor
    if new.attendant_id not in (None, attendant.pk) and not actor.is_manager:
        raise ConversationTaken
    new.continues = old
    new.waiting_since = new.waiting_since or old.waiting_since
    # It stands in lists from now on, though nothing was written there yet.
    new.last_message_at = new.last_message_at or timezone.now()
    new.save()
    tell_continued(old, new, actor)
    _go_on(old, new, attendant, actor)
    return new


def _ids_lock(conversation: Conversation) -> None:
    """Hold all ids of the person, as whoever stores a message of theirs does before it looks at
    conversations: two who pass a person on wait for each other too.
    """
    # The person's, so the company's.
    rows = ContactIdentity.unscoped.filter(contact=conversation.contact_id)
    refs = [IdentityRef(IdentityKind(row.kind), row.value, row.realm) for row in rows]
    contact = conversation.contact
    if contact.phone:
        refs.append(IdentityRef(IdentityKind.PHONE, contact.phone.removeprefix("+")))
    if contact.email:
        refs.append(IdentityRef(IdentityKind.EMAIL, contact.email.lower()))
    identities_lock(company=conversation.company_id, refs=refs)


def _other(old: Conversation, reach: WayTo) -> Conversation:
    """Return the conversation to go on with, locked."""
    channel, talk = reach.channel, reach.talk
    if talk is not None and talk.is_open:
        return conversation_lock(talk)
    if talk is not None and not policy_of(channel.kind).starts_with:
        people_lock(channel_id=channel.pk, contact_ids=[old.contact_id])
        return _ended(talk)
    new = conversation_start(
        channel=channel,
        address=reach.address,
        person=old.contact,
        subject=_subject(channel, old, talk),
    )
    return conversation_lock(new)


def _ended(talk: Conversation) -> Conversation:
    others = Conversation.unscoped.filter(
        channel_id=talk.channel_id, contact_id=talk.contact_id, thread_key=talk.thread_key
    )
    if others.open().exists():
        raise AnotherOpen
    return conversation_lock(talk)


def _subject(channel: Channel, old: Conversation, talk: Conversation | None) -> str:
    if not policy_of(channel.kind).has_subject:
        return ""
    known = (talk.subject if talk else "") or old.subject
    return known or str(_("Sua conversa com %(clinic)s") % {"clinic": channel.company.name})[:255]


def _go_on(old: Conversation, new: Conversation, attendant: Membership, actor: Membership) -> None:
    came = {"kind": old.channel.kind, "conversation": str(old.pk)}
    if new.stage == Stage.HUMAN and new.attendant_id == attendant.pk:
        new.revision += 1
        system_line(new, "continua_de", actor, came)
        new.save()
        publish(events.changed("conversation_updated", new))
    else:
        conversation_move(
            new,
            Stage.HUMAN,
            attendant,
            line="continua_de",
            actor=actor,
            event="ticket_assigned",
            detail=came,
        )
    old.unread_count, old.waiting_since = 0, None
    goes: dict[str, Any] = {"kind": new.channel.kind, "conversation": str(new.pk)}
    conversation_move(
        old,
        Stage.CLOSED,
        old.attendant,
        line="continua_em",
        actor=actor,
        event="conversation_updated",
        detail=goes,
    )
