"""What patients are told while they wait, each thing once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.realtime import publish
from common.rows import run
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.courtesies import courtesy_send
from queues import events
from queues.choices import TicketStatus
from queues.models import LINE, Queue, Ticket
from queues.services.opening import schedule_of

PLACE = "{posicao}"
# So many in one go; the next tick goes on.
AT_ONCE = 200

# Between two of them at least this: each costs the clinic one of its free replies.
APART = timedelta(minutes=3)

# Told when they come in, and again when they are next: the numbers between cost and say little.
# Whoever somebody has spoken with already is not told that they are next: they are in the middle of
# a conversation.
POSITIONS = f"""
SELECT id, place, total, told_position, is_known FROM (
    SELECT id, told_position, told_position_at, queued_at,
        row_number() OVER line AS place, count(*) OVER () AS total,
        first_response_at IS NOT NULL OR EXISTS (
            SELECT FROM queues_ticket p WHERE p.id = t.previous_id AND p.started_at IS NOT NULL
            AND p.status = '{TicketStatus.TRANSFERRED}'
        ) AS is_known
    FROM queues_ticket t WHERE queue_id = %s::uuid AND status = '{TicketStatus.WAITING}'
    WINDOW line AS (ORDER BY {LINE})
) t
WHERE told_position IS NULL OR (
    place = 1 AND told_position > 1 AND coalesce(told_position_at, queued_at) <= %s::timestamptz
)
ORDER BY place LIMIT %s::int
"""  # noqa: S608  (our own constants only)


def company_speak(*, company_id: Any) -> None:
    """Tell those who wait in a company's queues what changed for them."""
    now = timezone.now()
    queues = (
        Queue.objects.for_company(company_id)
        .filter(tickets__status=TicketStatus.WAITING)
        .select_related("calendar")
        .distinct()
    )
    for queue in queues:
        if schedule_of(queue, now).is_open(now):
            _tell_positions(queue, now)
        elif queue.out_of_hours_message:
            _tell_closed(queue, now)


def _tell_positions(queue: Queue, now: datetime) -> None:
    for ticket_id, place, total, told, is_known in run(POSITIONS, queue.pk, now - APART, AT_ONCE):
        _tell_position(queue, ticket_id, place, total, told, is_aloud=not (is_known and place == 1))


@transaction.atomic
def _tell_position(
    queue: Queue, ticket_id: Any, place: int, total: int, told: int | None, *, is_aloud: bool
) -> None:
    ticket = _still_waiting(ticket_id)
    # Several workers look at the same moment: only one finds what it saw, and tells.
    if ticket is None or ticket.told_position != told:
        return
    now = timezone.now()
    Ticket.unscoped.filter(pk=ticket.pk).update(
        told_position=place, told_position_at=now, updated_at=now
    )
    publish(
        events.in_talk(
            "queue_position", ticket.conversation_id, ticket.pk, position=place, total=total
        )
    )
    if queue.queue_message and is_aloud:
        text = queue.queue_message.replace(PLACE, f"{place}º")
        courtesy_send(ticket.conversation, "posicao", text=text)


def _tell_closed(queue: Queue, now: datetime) -> None:
    schedule = schedule_of(queue, now)
    waiting = Ticket.unscoped.waiting().filter(queue=queue).in_order()
    for ticket in waiting.only("id", "told_closed_at")[: AT_ONCE * 5]:
        told = ticket.told_closed_at
        if told is None or schedule.seconds_between(told, now) > 0:
            _tell_one_closed(queue, ticket.pk, told, now)


@transaction.atomic
def _tell_one_closed(queue: Queue, ticket_id: Any, told: datetime | None, now: datetime) -> None:
    ticket = _still_waiting(ticket_id)
    if ticket is None or ticket.told_closed_at != told:
        return
    Ticket.unscoped.filter(pk=ticket.pk).update(told_closed_at=now, updated_at=now)
    courtesy_send(ticket.conversation, "fora_do_horario", text=queue.out_of_hours_message)


def _still_waiting(ticket_id: Any) -> Ticket | None:
    """Return a ticket that still waits, with its conversation locked, None when it does not."""
    found = Ticket.unscoped.waiting().select_related("conversation").filter(pk=ticket_id).first()
    if found is None:
        return None
    held = conversation_lock(found.conversation)
    again = Ticket.unscoped.waiting().select_for_update().filter(pk=ticket_id).first()
    if again is not None:
        again.conversation = held
    return again
