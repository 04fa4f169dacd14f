"""Giving waiting tickets to people. One function, rung on every change that could let somebody be
served (a ticket opens, a person comes, room is freed, a queue opens) and swept by beat.

A pass takes the oldest waiting tickets of one queue, decides about them with `routing` and writes
what was decided in a few statements, whatever their number. Passes of one company follow each
other: they share people, so that loads counted by one are true until it commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Presence
from common.locks import lock_all, lock_key
from common.realtime import publish
from common.rows import run, together
from common.tasks import apart
from omnichannel.services.assigning import conversations_assign
from queues import events
from queues.choices import Distribution, TicketEventKind, TicketStatus
from queues.models import LINE, Queue, RoutingRun
from queues.routing import AWAY, FREE, INACTIVE, OFFLINE, Candidate, Decision, Snapshot, decide
from queues.services.happening import assigned_tell
from queues.services.opening import schedule_of

# How many tickets one pass takes. It keeps their conversations locked until it commits.
CHUNK = 500

CANDIDATES = f"""
SELECT m.id::text, coalesce(t.load, 0), coalesce(m.capacity, %s::int),
    coalesce(t.queue_load, 0), coalesce(q.capacity, %s::int), q.turn, q."order",
    CASE WHEN NOT (q.is_active AND m.is_active AND u.is_active) THEN '{INACTIVE}'
        WHEN p.state = '{Presence.State.ONLINE}' THEN '{FREE}'
        WHEN p.state = '{Presence.State.AWAY}' THEN '{AWAY}'
        ELSE '{OFFLINE}' END
FROM queues_queuemember q
JOIN accounts_membership m ON m.id = q.membership_id
JOIN accounts_user u ON u.id = m.user_id
LEFT JOIN accounts_presence p ON p.membership_id = m.id
LEFT JOIN (
    SELECT attendant_id, count(*)::int AS load,
        (count(*) FILTER (WHERE queue_id = %s::uuid))::int AS queue_load
    FROM queues_ticket WHERE status = '{TicketStatus.SERVING}' AND company_id = %s::uuid
    GROUP BY attendant_id
) t ON t.attendant_id = m.id
WHERE q.queue_id = %s::uuid
ORDER BY q."order", q.id
"""  # noqa: S608  (our own constants only)
WAITING = f"""
SELECT id, conversation_id, contact_id FROM queues_ticket
WHERE queue_id = %s::uuid AND status = '{TicketStatus.WAITING}'
ORDER BY {LINE} LIMIT %s::int
"""  # noqa: S608
# Whoever passed a person on is not the one to give them back to, and a transfer keeps the moment of
# entry: who had them last is told by when each had done with them.
SERVED_LAST = f"""
SELECT DISTINCT ON (contact_id) contact_id, attendant_id::text FROM queues_ticket
WHERE contact_id = ANY(%s::uuid[]) AND company_id = %s::uuid AND attendant_id IS NOT NULL
    AND status <> '{TicketStatus.TRANSFERRED}'
ORDER BY contact_id, ended_at DESC NULLS FIRST, started_at DESC, id DESC
"""  # noqa: S608
ASSIGN = f"""
UPDATE queues_ticket t SET status = '{TicketStatus.SERVING}', attendant_id = v.attendant,
    started_at = v.at, updated_at = v.at,
    wait_seconds = coalesce(t.wait_seconds, 0)
        + greatest(0, extract(epoch FROM v.at - t.queued_at))::int,
    routing_run_id = %s::uuid, routing_place = v.place
FROM (
    SELECT id, attendant, place, %s::timestamptz AS at
    FROM unnest(%s::uuid[], %s::uuid[], %s::int[]) AS v(id, attendant, place)
) v
WHERE t.id = v.id AND t.status = '{TicketStatus.WAITING}'
RETURNING t.id
"""  # noqa: S608
NOTE = f"""
INSERT INTO queues_ticketevent (id, created_at, updated_at, company_id, ticket_id, kind, at, detail)
SELECT v.id, v.at, v.at, v.company, v.ticket, '{TicketEventKind.ASSIGNED}', v.at,
    jsonb_build_object('attendant', v.attendant, 'rule', v.rule)
FROM (
    SELECT id, ticket, attendant, rule, %s::timestamptz AS at, %s::uuid AS company
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) AS v(id, ticket, attendant, rule)
) v
"""  # noqa: S608
TURNS = """
UPDATE queues_queuemember q SET turn = v.turn, last_assigned_at = %s::timestamptz
FROM unnest(%s::uuid[], %s::bigint[]) AS v(member, turn)
WHERE q.queue_id = %s::uuid AND q.membership_id = v.member
"""


def routing_lock(company_id: Any) -> None:
    """Hold who is given what in a company until the transaction ends. Taken before any conversation
    or ticket, by everybody who gives a ticket to somebody.
    """
    lock_all([lock_key("routing", company_id)])


def company_drain(*, company_id: Any) -> int:
    """Give away what waits in a company's queues, the most important queue first; return how many
    tickets found somebody.
    """
    queues = (
        Queue.objects.for_company(company_id)
        .exclude(distribution=Distribution.MANUAL)
        .filter(tickets__status=TicketStatus.WAITING)
        .select_related("calendar")
        .distinct()
        .order_by("-priority", "name")
    )
    count = 0
    for queue in queues:
        with apart("queue", queue.pk):
            count += queue_drain(queue=queue)
    return count


def queue_drain(*, queue: Queue) -> int:
    """Give away what waits in a queue, while it is open and somebody has room; return how many."""
    now = timezone.now()
    if not schedule_of(queue, now).is_open(now):
        return 0
    given = 0
    while True:
        assigned, is_over = _pass(queue)
        given += assigned
        if is_over:
            return given


def snapshot_of(queue: Queue) -> Snapshot:
    """Return what the router looks at. True until the transaction ends, under `routing_lock`."""
    rows = run(
        CANDIDATES,
        settings.FILA_DEFAULT_SIMULTANEOUS,
        queue.capacity,
        queue.pk,
        queue.company_id,
        queue.pk,
    )
    return Snapshot(queue.distribution, queue.is_sticky, tuple(Candidate(*row) for row in rows))


@transaction.atomic
def _pass(queue: Queue) -> tuple[int, bool]:
    """Decide about one chunk; return how many were given away and whether nothing more can be."""
    routing_lock(queue.company_id)
    waiting = run(WAITING, queue.pk, CHUNK)
    if not waiting:
        return 0, True
    snapshot = snapshot_of(queue)
    decisions = decide(snapshot, _wanted(queue, [contact for _, _, contact in waiting]))
    chosen = [
        (ticket, conversation, place, decision)
        for place, ((ticket, conversation, _), decision) in enumerate(
            zip(waiting, decisions, strict=False)
        )
        if decision.place is not None
    ]
    if not chosen:
        return 0, True
    people = [candidate.id for candidate in snapshot.candidates]
    revisions = conversations_assign(
        company_id=queue.company_id,
        pairs=[(conversation, people[_place(decision)]) for _, conversation, _, decision in chosen],
    )
    # Drop tickets that were closed or taken between our look and the lock: somebody has them.
    mine = [row for row in chosen if row[1] in revisions]
    given = _write(queue, snapshot, decisions, [ticket for ticket, _, _ in waiting], mine)
    assigned_tell(
        queue.company_id,
        queue.pk,
        ((row[0], row[1], attendant) for row, attendant in zip(mine, given, strict=True)),
    )
    publish(
        event
        for (ticket, conversation, _, _), attendant in zip(mine, given, strict=True)
        for event in events.assigned(
            queue.company_id, ticket, conversation, attendant, revisions[conversation]
        )
    )
    is_over = len(decisions) < len(waiting) or decisions[-1].place is None or len(waiting) < CHUNK
    return len(mine), is_over or not mine


def _place(decision: Decision) -> int:
    assert decision.place is not None
    return decision.place


def _wanted(queue: Queue, contacts: Sequence[Any]) -> list[str | None]:
    if not queue.is_sticky:
        return [None] * len(contacts)
    last = dict(run(SERVED_LAST, list(contacts), queue.company_id))
    return [last.get(contact) for contact in contacts]


def _write(
    queue: Queue,
    snapshot: Snapshot,
    decisions: Sequence[Decision],
    tickets: Sequence[Any],
    mine: Sequence[tuple[Any, Any, int, Decision]],
) -> list[str]:
    """Write what was decided; return who got each of `mine`."""
    now = timezone.now()
    row = RoutingRun(
        company_id=queue.company_id,
        queue=queue,
        snapshot=snapshot.as_json(),
        choices=[
            [str(ticket), decision.place, decision.rule]
            for ticket, decision in zip(tickets, decisions, strict=False)
        ],
    )
    row.save(force_insert=True)
    people = [candidate.id for candidate in snapshot.candidates]
    given = [people[_place(decision)] for *_, decision in mine]
    ids = [ticket for ticket, *_ in mine]
    first = max((candidate.turn for candidate in snapshot.candidates), default=0) + 1
    turns = {attendant: first + at for at, attendant in enumerate(given)}
    with together():
        run(ASSIGN, row.pk, now, ids, given, [place for _, _, place, _ in mine])
        run(
            NOTE,
            now,
            queue.company_id,
            [uuid7() for _ in mine],
            ids,
            given,
            [decision.rule for *_, decision in mine],
        )
        run(TURNS, now, list(turns), list(turns.values()), queue.pk)
    return given
