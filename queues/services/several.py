"""One act on several conversations: each by the service that does it to one, in a transaction of
its own, so that one that cannot leaves the others done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError, Forbidden, NotFound
from contacts.models import Tag
from contacts.services.tagging import contact_tag, contact_untag
from omnichannel.models import Conversation
from omnichannel.services import conversations
from omnichannel.services.assigning import conversation_assign
from omnichannel.services.snoozing import conversation_snooze, conversation_wake
from queues.models import Queue, Ticket
from queues.services import tickets

# A request answers within seconds; whoever has more asks again.
MOST = 100


class TalkAct(StrEnum):
    """What can be done to several conversations, and by a macro."""

    READ = "lida"
    UNREAD = "nao_lida"
    SNOOZE = "adiar"
    WAKE = "retomar"
    TAG = "etiquetar"
    UNTAG = "tirar_etiqueta"
    ASSIGN = "atribuir"
    TRANSFER = "transferir"
    PRIORITY = "prioridade"
    FINISH = "finalizar"


# What takes an act back, for those that have a way back.
BACK = {
    TalkAct.READ: TalkAct.UNREAD,
    TalkAct.UNREAD: TalkAct.READ,
    TalkAct.SNOOZE: TalkAct.WAKE,
    TalkAct.TAG: TalkAct.UNTAG,
    TalkAct.UNTAG: TalkAct.TAG,
}


class TooManyConversations(DomainError):
    """More than one request may name."""

    code = "conversas_demais"
    message = _("São até 100 conversas de cada vez.")


class NoTicket(DomainError):
    """Nobody is served or waits there."""

    code = "sem_atendimento"
    message = _("Sem atendimento aberto.")


@dataclass(frozen=True, slots=True)
class ActOrder:
    """An act with what it needs; the rest stays empty."""

    act: TalkAct
    until: datetime | None = None
    tag: Tag | None = None
    attendant: Membership | None = None
    queue: Queue | None = None
    reason: str = ""
    priority: int = 5


@dataclass(slots=True)
class ActOutcome:
    """Which conversations changed, which were so already, and why others could not, by the sentence
    with how many."""

    changed: list[UUID] = field(default_factory=list)
    same: list[UUID] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


def conversations_act(*, actor: Membership, ids: Iterable[UUID], order: ActOrder) -> ActOutcome:
    """Do something to those of some conversations that the actor may see, in the order of their
    ids: two who act on the same ones do not wait for each other in a ring. Raises
    TooManyConversations.
    """
    wanted = sorted(set(ids))
    if len(wanted) > MOST:
        raise TooManyConversations
    outcome = ActOutcome()
    seen = Conversation.objects.for_company(actor.company_id).visible_to(actor)
    rows = (
        seen.filter(pk__in=wanted).select_related("contact", "channel", "attendant").order_by("pk")
    )
    found = list(rows)
    if missing := len(wanted) - len(found):
        outcome.refused[str(NotFound.message)] += missing
    for row in found:
        try:
            is_changed = conversation_act(conversation=row, actor=actor, order=order)
        except DomainError as refusal:
            outcome.refused[str(refusal)] += 1
        else:
            (outcome.changed if is_changed else outcome.same).append(row.pk)
    return outcome


def conversation_act(*, conversation: Conversation, actor: Membership, order: ActOrder) -> bool:
    """Do it to one conversation the actor may see; return whether something changed. Raises what
    the act's service raises.
    """
    is_changed: bool = _ACTS[order.act](conversation, actor, order)
    return is_changed


def _read(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    if row.attendant_id != actor.pk:
        raise Forbidden(
            _("Só quem está com a conversa pode marcá-la como lida."), code="conversa_de_outro"
        )
    seen = conversations.conversation_seen(conversation=row, reader=actor, up_to=row.message_seq)
    return bool(seen)


def _unread(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    return conversations.conversation_mark_unread(conversation=row, reader=actor)


def _snooze(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    conversation_snooze(conversation=row, actor=actor, until=order.until)
    return True


def _wake(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    conversation_wake(conversation=row, actor=actor)
    return row.is_snoozed


def _tag(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    if order.tag is None:
        raise NotFound
    act = contact_tag if order.act == TalkAct.TAG else contact_untag
    return act(contact=row.contact, tag=order.tag, actor=actor)


def _assign(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    person = order.attendant or actor
    if person.company_id != actor.company_id:
        raise NotFound
    if row.attendant_id == person.pk:
        return False
    ticket = _ticket(row)
    if ticket is None:
        if person.pk == actor.pk:
            conversations.conversation_take(conversation=row, attendant=actor)
        elif actor.is_manager:
            conversation_assign(conversation=row, attendant=person, actor=actor)
        else:
            raise Forbidden
    elif person.pk == actor.pk and ticket.attendant_id is None:
        tickets.ticket_take(ticket=ticket, attendant=actor)
    elif actor.is_manager:
        tickets.ticket_assign(ticket=ticket, attendant=person, actor=actor)
    else:
        tickets.ticket_transfer(ticket=ticket, actor=actor, attendant=person, reason=order.reason)
    return True


def _transfer(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    ticket = _needed(row)
    if order.queue is not None and order.queue.pk == ticket.queue_id:
        return False
    tickets.ticket_transfer(ticket=ticket, actor=actor, queue=order.queue, reason=order.reason)
    return True


def _priority(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    ticket = _needed(row)
    if ticket.priority == order.priority:
        return False
    tickets.ticket_prioritise(ticket=ticket, actor=actor, priority=order.priority)
    return True


def _finish(row: Conversation, actor: Membership, order: ActOrder) -> bool:
    if not row.is_open:
        return False
    ticket = _ticket(row)
    if ticket is None:
        conversations.conversation_close(conversation=row, actor=actor)
    else:
        tickets.ticket_finish(ticket=ticket, actor=actor, reason=order.reason)
    return True


def _ticket(row: Conversation) -> Ticket | None:
    return Ticket.objects.for_company(row.company_id).open().filter(conversation=row).first()


def _needed(row: Conversation) -> Ticket:
    ticket = _ticket(row)
    if ticket is None:
        raise NoTicket
    return ticket


_ACTS: dict[TalkAct, Callable[[Conversation, Membership, ActOrder], Any]] = {
    TalkAct.READ: _read,
    TalkAct.UNREAD: _unread,
    TalkAct.SNOOZE: _snooze,
    TalkAct.WAKE: _wake,
    TalkAct.TAG: _tag,
    TalkAct.UNTAG: _tag,
    TalkAct.ASSIGN: _assign,
    TalkAct.TRANSFER: _transfer,
    TalkAct.PRIORITY: _priority,
    TalkAct.FINISH: _finish,
}
