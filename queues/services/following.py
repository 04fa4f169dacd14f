"""Tickets follow their conversations, whoever moves them: page, API, back-office, phone app."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from common.tasks import ring
from omnichannel.choices import Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.observing import Arrival, Move, Observer
from queues import bells
from queues.choices import TicketEventKind, TicketStatus
from queues.errors import AnswerOverdue
from queues.models import Queue, Ticket, TicketEvent
from queues.services.beside import beside_bring, beside_take
from queues.services.happening import tickets_tell
from queues.services.moving import ticket_move
from queues.services.opening import (
    abandon_moment,
    covering,
    last_tickets,
    tickets_open,
    without_ticket,
)
from queues.services.rating import answers_take
from queues.services.room import taking_check

CLOSED_WITHOUT_REASON = "encerrada"
# A conversation that no person of the clinic has yet.
NOBODYS = (Stage.QUEUE, Stage.BOT)
# Why a ticket ended whose person is served by another one.
JOINED = "juntado ao atendimento"
TO_BOT = "robô"


class TicketFollower(Observer):
    """Keeps the ticket in step; runs under the conversation's lock and takes no other before it."""

    def taking(self, conversation: Conversation, attendant: Membership) -> None:
        """Let nobody take more than they have room for, by whatever door."""
        taking_check(conversation, attendant)

    def snoozing(self, conversation: Conversation) -> None:
        """Let nobody put aside who waits for a first answer that is late already."""
        late = Ticket.unscoped.serving().filter(
            conversation=conversation,
            first_response_at=None,
            first_response_due_at__lte=timezone.now(),
        )
        if late.exists():
            raise AnswerOverdue

    def moved(self, move: Move) -> None:
        """Bring the ticket to what its conversation is now."""
        conversation = move.conversation
        ticket = open_ticket(conversation)
        if conversation.stage == Stage.CLOSED:
            if ticket is not None:
                ticket_end(ticket, TicketStatus.FINISHED, CLOSED_WITHOUT_REASON, move.actor)
            ticket = ticket or last_tickets([conversation]).get(conversation.pk)
            if ticket is not None:
                _let_reopen(conversation, ticket)
        elif conversation.stage == Stage.HUMAN:
            ticket = self._held(conversation, ticket, move.actor)
        elif conversation.stage == Stage.QUEUE:
            ticket = self._waiting(conversation, ticket, move)
        elif ticket is not None:
            ticket_end(ticket, TicketStatus.TRANSFERRED, TO_BOT, move.actor)
        if ticket is not None:
            move.hint.update(
                ticket=str(ticket.pk),
                status=ticket.status,
                attendant=str(ticket.attendant_id) if ticket.attendant_id else None,
            )

    def _held(
        self, conversation: Conversation, ticket: Ticket | None, actor: Membership | None
    ) -> Ticket | None:
        attendant = conversation.attendant
        if attendant is None:
            return ticket
        if ticket is None:
            needing = without_ticket(conversation.company_id, [conversation])
            previous = last_tickets(needing)
            made = tickets_open(needing, attendant=attendant, actor=actor, previous=previous)
            return made[0] if made else None
        if ticket.attendant_id != attendant.pk:
            ticket_give(ticket, attendant, actor, TicketEventKind.TAKEN)
        return ticket

    def _waiting(
        self, conversation: Conversation, ticket: Ticket | None, move: Move
    ) -> Ticket | None:
        if ticket is None:
            needing = without_ticket(conversation.company_id, [conversation])
            wanted = _wanted_queue(conversation, move.queue_id)
            before = last_tickets(needing)
            made = tickets_open(needing, queue=wanted, actor=move.actor, previous=before)
            return made[0] if made else None
        if ticket.status == TicketStatus.SERVING:
            ticket_take_back(ticket, move.actor, "")
        return ticket

    def continued(self, old: Conversation, new: Conversation, actor: Membership) -> None:
        """Let the ticket stand where its person is answered now, with all its times: whoever is
        served once has one protocol and one promise.
        """
        ticket = open_ticket(old) or _covering_ticket(old)
        if ticket is None or ticket.conversation_id == new.pk:
            return
        other = open_ticket(new)
        if other is not None:
            reason = f"{JOINED} {ticket.protocol}"
            ticket_end(other, TicketStatus.TRANSFERRED, reason, actor)
        came, ticket.conversation = ticket.conversation_id, new
        ticket.save(update_fields=["conversation", "updated_at"])
        ticket_note(
            ticket,
            TicketEventKind.CONTINUED,
            actor,
            conversation=str(came),
            channel=new.channel.kind,
        )

    def answered(self, conversation: Conversation, message: Message) -> None:
        """Note the first answer; any answer shows that somebody is there again."""
        open_ones = Ticket.unscoped.serving().filter(conversation=conversation)
        ticket = open_ones.filter(first_response_at=None).first()
        if ticket is not None:
            ticket.first_response_at = message.happened_at
            ticket.flagged_at = None
            ticket.save(update_fields=["first_response_at", "flagged_at", "updated_at"])
            ticket_note(ticket, TicketEventKind.ANSWERED, message.author)
            return
        open_ones.exclude(flagged_at=None).update(flagged_at=None, updated_at=timezone.now())

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Open tickets for those who wait without one; record ratings."""
        answers_take([arrival for arrival in arrivals if arrival.is_courtesy])
        waiting = [
            arrival
            for arrival in arrivals
            if not arrival.is_courtesy and arrival.conversation.stage in NOBODYS
        ]
        if not waiting:
            return
        talks = [arrival.conversation for arrival in waiting]
        covers = covering(talks[0].company_id, talks)
        needing = [
            talk
            for talk in talks
            if talk.stage == Stage.QUEUE and talk.pk in covers and covers[talk.pk] is None
        ]
        beside_take(talks, covers)
        needing = beside_bring(needing)
        reopened = {arrival.conversation.pk for arrival in waiting if arrival.is_reopened}
        again = [conversation for conversation in needing if conversation.pk in reopened]
        tickets_open(needing, previous=last_tickets(again))


def _covering_ticket(conversation: Conversation) -> Ticket | None:
    """Return the locked ticket, standing elsewhere, that a conversation without one belongs to."""
    found = covering(conversation.company_id, [conversation]).get(conversation.pk)
    if found is None:
        return None
    return Ticket.unscoped.serving().select_for_update().filter(pk=found).first()


def _wanted_queue(conversation: Conversation, queue_id: Any) -> Queue | None:
    if queue_id is None:
        return None
    active = Queue.objects.for_company(conversation.company_id).active()
    return active.filter(pk=queue_id).select_related("calendar").first()


def _let_reopen(conversation: Conversation, ticket: Ticket) -> None:
    """Let a closed conversation open again by the rule of its queue, whoever closed it."""
    if conversation.reopen_until is None and ticket.queue.reopen_within:
        span = timedelta(seconds=ticket.queue.reopen_within)
        conversation.reopen_until = timezone.now() + span
        conversation.save(update_fields=["reopen_until", "updated_at"])


def open_ticket(conversation: Conversation) -> Ticket | None:
    """Return a locked conversation's open ticket, locked too."""
    # The caller has checked that the conversation belongs to their company.
    return (
        Ticket.unscoped.open().select_for_update().filter(conversation_id=conversation.pk).first()
    )


def ticket_give(ticket: Ticket, attendant: Membership, actor: Membership | None, kind: str) -> None:
    """Write that a locked ticket is served by somebody."""
    now = timezone.now()
    ticket_move(ticket, TicketStatus.SERVING)
    ticket.attendant = attendant
    if ticket.started_at is None:
        ticket.wait_seconds = ticket.waited_seconds(now)
        ticket.started_at = now
    ticket.flagged_at = None
    ticket.save()
    ticket_note(ticket, kind, actor, attendant=str(attendant.pk))


def ticket_take_back(ticket: Ticket, actor: Membership | None, reason: str) -> None:
    """Write that a locked ticket waits again, in its old place: the time it was served is no wait,
    and its patience begins anew.
    """
    before, now = ticket.attendant_id, timezone.now()
    ticket_move(ticket, TicketStatus.WAITING)
    ticket.attendant = None
    ticket.started_at = ticket.flagged_at = None
    ticket.queued_at, ticket.abandon_at = now, abandon_moment(ticket.queue, now)
    # What was decided about it is history; the next decision has its own.
    ticket.routing_run = ticket.routing_place = None
    ticket.save()
    ticket_note(
        ticket,
        TicketEventKind.RETURNED,
        actor,
        attendant=str(before) if before else None,
        reason=reason,
    )
    ring(bells.DRAIN, str(ticket.company_id))


def ticket_end(ticket: Ticket, status: str, reason: str, actor: Membership | None) -> None:
    """Write that a locked ticket is over, and let the freed place be used."""
    now = timezone.now()
    ticket.wait_seconds = ticket.waited_seconds(now)
    ticket_move(ticket, status)
    ticket.end_reason, ticket.ended_at = reason[:100], now
    if ticket.started_at is not None:
        ticket.service_seconds = _seconds(ticket.started_at, now)
    ticket.sla_check_at = ticket.flagged_at = None
    ticket.save()
    kinds = {
        TicketStatus.FINISHED: TicketEventKind.FINISHED,
        TicketStatus.ABANDONED: TicketEventKind.ABANDONED,
        TicketStatus.TRANSFERRED: TicketEventKind.TRANSFERRED,
    }
    ticket_note(ticket, kinds[TicketStatus(status)], actor, reason=ticket.end_reason)
    ring(bells.DRAIN, str(ticket.company_id))


def ticket_note(ticket: Ticket, kind: str, actor: Membership | None, **detail: Any) -> None:
    """Add a line to a ticket's history."""
    line = TicketEvent.unscoped.create(
        company_id=ticket.company_id, ticket=ticket, kind=kind, actor=actor, detail=detail
    )
    tickets_tell(ticket.company_id, [line])


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))
