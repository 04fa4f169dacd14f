"""What people do with tickets. Whoever gives one to somebody holds the company's routing lock
first, then the conversation, then the ticket (docs/decisions/0008).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Forbidden, NotFound
from common.realtime import publish
from common.tasks import ring
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.assigning import conversation_assign, conversation_return
from omnichannel.services.conversations import (
    conversation_close,
    conversation_lock,
    conversation_move,
    system_line,
)
from queues import bells, events
from queues.choices import TicketEventKind, TicketStatus
from queues.errors import (
    AttendantFull,
    NobodyWaits,
    NotAMember,
    NowhereToGo,
    QueueInactive,
    ReasonMissing,
    TicketClosed,
    TicketNotServed,
    TicketTaken,
)
from queues.models import Queue, Ticket
from queues.protocols import protocols_take
from queues.ranking import Ranked, Waiting, rank
from queues.services.beside import beside_close
from queues.services.endings import ending_check
from queues.services.following import (
    ticket_end,
    ticket_give,
    ticket_note,
    ticket_take_back,
)
from queues.services.opening import ticket_draft
from queues.services.processing import routing_lock
from queues.services.rating import rating_ask
from queues.services.room import member_check, room_check
from queues.urgency import weights_of

# The ranking looks at this many of the oldest tickets.
RANKED_MOST = 500


@transaction.atomic
def ticket_take(*, ticket: Ticket, attendant: Membership) -> Ticket:
    """Give a waiting ticket to the person who asks for it; only managers go beyond their limit.

    Raises TicketTaken, TicketClosed, AttendantFull, NotAMember.
    """
    routing_lock(ticket.company_id)
    row = _locked(ticket)
    if row.status == TicketStatus.SERVING:
        if row.attendant_id == attendant.pk:
            return row
        raise TicketTaken
    if not attendant.is_manager:
        member_check(row.queue, attendant)
        room_check(row.queue, attendant)
    return _assign(row, attendant, attendant, TicketEventKind.TAKEN, "assumida")


def ranked_waiting(membership: Membership, queue: Queue | None = None) -> list[Ranked]:
    """Return the tickets a person may take, most urgent first, each with why."""
    rows = (
        Ticket.objects.for_company(membership.company_id)
        .visible_to(membership)
        .waiting()
        .select_related("conversation__channel")
        .in_order()
    )
    if queue is not None:
        rows = rows.filter(queue=queue)
    return rank(
        (
            Waiting(
                row.pk,
                row.entered_at,
                row.priority,
                row.first_response_due_at if row.first_response_at is None else None,
                row.conversation.window_closes_at,
            )
            for row in rows[:RANKED_MOST]
        ),
        weights_of(membership.company_id),
        timezone.now(),
    )


@transaction.atomic
def ticket_next(*, membership: Membership, queue: Queue | None = None) -> tuple[Ticket, Ranked]:
    """Give a person the most urgent ticket they may take ("Próximo atendimento"); return it with
    why it came first.

    Raises NobodyWaits, AttendantFull.
    """
    routing_lock(membership.company_id)
    reason: AttendantFull | None = None
    for ranked in ranked_waiting(membership, queue):
        try:
            # Whoever is passed over is let go of at once: two conversations held out of order
            # would wait for a worker that stores messages of both, and it for us.
            with transaction.atomic():
                # Under the routing lock nobody else gives; somebody may still close or take.
                row = _locked(Ticket.unscoped.get(pk=ranked.id))
                if row.status != TicketStatus.WAITING:
                    raise TicketClosed
                room_check(row.queue, membership)
                taken = _assign(row, membership, membership, TicketEventKind.TAKEN, "assumida")
        except TicketClosed:
            continue
        except AttendantFull as full:
            reason = full
            continue
        return taken, ranked
    raise reason or NobodyWaits


@transaction.atomic
def ticket_assign(*, ticket: Ticket, attendant: Membership, actor: Membership) -> Ticket:
    """Let a manager give an open ticket to somebody of its queue, beyond the limit if they so
    decide. Raises Forbidden, NotAMember, TicketClosed.
    """
    if not actor.is_manager:
        raise Forbidden
    _check_company(ticket, attendant)
    routing_lock(ticket.company_id)
    row = _locked(ticket)
    if row.attendant_id == attendant.pk:
        return row
    if not attendant.is_manager:
        member_check(row.queue, attendant)
    return _assign(row, attendant, actor, TicketEventKind.ASSIGNED, "atribuida")


@transaction.atomic
def ticket_return(*, ticket: Ticket, actor: Membership | None = None, reason: str = "") -> Ticket:
    """Let a served ticket wait in its queue again, with its first entry time; without an actor the
    system does it. Raises Forbidden, TicketClosed.
    """
    row = _locked(ticket)
    _check_actor(row, actor)
    if row.status == TicketStatus.WAITING:
        return row
    beside_close(row, actor)
    ticket_take_back(row, actor, reason)
    conversation_return(conversation=row.conversation, actor=actor)
    return row


@transaction.atomic
def ticket_transfer(
    *,
    ticket: Ticket,
    actor: Membership,
    reason: str,
    queue: Queue | None = None,
    attendant: Membership | None = None,
) -> Ticket:
    """Close a ticket as `transferido` and open the next one, with its entry time, in a queue or in
    a person's hands; return that one.

    Raises ReasonMissing, NowhereToGo, QueueInactive, NotAMember, Forbidden, TicketClosed.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": [ReasonMissing.message]})
    _check_company(ticket, queue, attendant)
    if attendant is not None:
        routing_lock(ticket.company_id)
    row = _locked(ticket)
    _check_actor(row, actor)
    target = queue or row.queue
    _check_target(row, target, attendant)
    beside_close(row, actor)
    ticket_end(row, TicketStatus.TRANSFERRED, reason.strip(), actor)
    now = timezone.now()
    (protocol,) = protocols_take(row.company_id, 1, now)
    after = ticket_draft(
        row.conversation,
        target,
        protocol=protocol,
        now=now,
        entered_at=row.entered_at,
        priority=row.priority,
    )
    after.previous = row
    if row.started_at is None:
        # Nobody has served the patient yet, so for them it is still the same wait.
        after.wait_seconds = row.wait_seconds
    after.save(force_insert=True)
    ticket_note(after, TicketEventKind.OPENED, actor, queue=str(target.pk), reason=reason.strip())
    if attendant is not None:
        ticket_give(after, attendant, actor, TicketEventKind.ASSIGNED)
    held = _hand_over(row.conversation, target, attendant, actor, reason.strip())
    publish(events.transferred(row, after, held.revision))
    if attendant is None:
        ring(bells.DRAIN, str(row.company_id))
    return after


@transaction.atomic
def ticket_finish(
    *, ticket: Ticket, actor: Membership, reason: str, fields: Mapping[str, str] | None = None
) -> Ticket:
    """End a ticket and its conversation with a reason and what its queue asks besides; ask for a
    rating where the queue does.

    Raises ReasonMissing, EndingIncomplete, Forbidden, TicketClosed.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": [ReasonMissing.message]})
    row = _locked(ticket)
    _check_actor(row, actor)
    row.end_fields = ending_check(row.queue, reason.strip(), fields or {}) or None
    ticket_end(row, TicketStatus.FINISHED, reason.strip(), actor)
    if row.queue.asks_rating and row.started_at is not None:
        rating_ask(row, row.conversation)
    beside_close(row, actor)
    conversation_close(conversation=row.conversation, actor=actor)
    publish(events.in_talk("session_ended", row.conversation_id, row.pk))
    return row


@transaction.atomic
def ticket_abandon(*, ticket: Ticket) -> Ticket:
    """Give up a ticket that waited too long. It stays on the supervisor's board, and the patient's
    next message opens it again by the queue's rule. Raises TicketClosed, TicketTaken.
    """
    row = _locked(ticket)
    if row.status != TicketStatus.WAITING:
        raise TicketTaken
    ticket_end(row, TicketStatus.ABANDONED, "tempo de espera", None)
    conversation_close(conversation=row.conversation, actor=None, line="abandonada")
    publish(events.in_talk("session_ended", row.conversation_id, row.pk))
    return row


@transaction.atomic
def ticket_prioritise(*, ticket: Ticket, actor: Membership | None, priority: int) -> Ticket:
    """Let a manager, or without `actor` a rule of ours, move a ticket up or down its queue (1 to
    10). Raises Forbidden, TicketClosed.
    """
    if actor is not None and not actor.is_manager:
        raise Forbidden
    row = _locked(ticket)
    before, row.priority = row.priority, priority
    row.save(update_fields=["priority", "updated_at"])
    ticket_note(row, TicketEventKind.PRIORITY, actor, before=before, after=priority)
    publish(events.about(row, "priority"))
    return row


# --- what they share -----------------------------------------------------------------------------


def _locked(ticket: Ticket) -> Ticket:
    """Return an open ticket with its conversation, both held. Raises TicketClosed."""
    held = conversation_lock(Conversation(pk=ticket.conversation_id))
    row = (
        Ticket.unscoped.open()
        .select_for_update(of=("self",))
        .select_related("queue__calendar", "attendant__user")
        .filter(pk=ticket.pk)
        .first()
    )
    if row is None:
        raise TicketClosed
    row.conversation = held
    return row


def _assign(row: Ticket, attendant: Membership, actor: Membership, kind: str, line: str) -> Ticket:
    ticket_give(row, attendant, actor, kind)
    conversation_assign(conversation=row.conversation, attendant=attendant, actor=actor, line=line)
    publish(events.in_talk("attendant_assigned", row.conversation_id, row.pk))
    return row


def _hand_over(
    conversation: Conversation,
    queue: Queue,
    attendant: Membership | None,
    actor: Membership,
    reason: str,
) -> Conversation:
    held = conversation_lock(conversation)
    if attendant is not None and held.attendant_id != attendant.pk:
        return conversation_move(
            held,
            Stage.HUMAN,
            attendant,
            line="pessoa",
            actor=actor,
            event="ticket_assigned",
            detail={"to": attendant.user.name, "reason": reason},
        )
    detail = {"to": queue.name, "reason": reason}
    if held.stage != Stage.QUEUE and attendant is None:
        return conversation_move(
            held,
            Stage.QUEUE,
            None,
            line="fila",
            actor=actor,
            event="conversation_updated",
            detail=detail,
        )
    # From queue to queue, or to another queue in the same hands: only the line is new.
    held.revision += 1
    system_line(held, "fila", actor, detail)
    held.save()
    return held


def _check_actor(row: Ticket, actor: Membership | None) -> None:
    if actor is None or actor.is_manager or row.attendant_id == actor.pk:
        return
    if row.attendant_id is None:
        raise TicketNotServed
    raise Forbidden(
        _("Este atendimento está com um colega. Peça a ele ou a um supervisor."),
        code="atendimento_de_outro",
    )


def _check_company(ticket: Ticket, *rows: Any) -> None:
    if any(row is not None and row.company_id != ticket.company_id for row in rows):
        raise NotFound


def _check_target(row: Ticket, queue: Queue, attendant: Membership | None) -> None:
    if queue.pk == row.queue_id and (attendant is None or attendant.pk == row.attendant_id):
        raise NowhereToGo
    if not queue.is_active:
        raise QueueInactive
    # A queue outside its hours holds people until it opens: whoever passes them on is told.
    if attendant is not None and not attendant.is_manager:
        member_check(queue, attendant)
    if attendant is not None and not attendant.is_active:
        raise NotAMember
