"""A clinic with a queue, hundreds of attendants at work and thousands of people waiting."""

from __future__ import annotations

from typing import Any

from django.db import connection

from bench import bulk, cast
from queues.models import Queue

STAFF = """
INSERT INTO accounts_user
    (id, created_at, updated_at, password, is_superuser, email, name, is_active, is_staff)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, now(), now(), '!', false,
    'atendente' || n || '@clinica.example', 'Atendente ' || n, true, false
FROM generate_series(1, %(count)s) n;
INSERT INTO accounts_membership
    (id, created_at, updated_at, company_id, user_id, role, is_active, capacity)
SELECT ('00000000-0000-7001-8000-' || right(id::text, 12))::uuid, now(), now(), %(company)s, id,
    'atendente', true, %(capacity)s
FROM accounts_user WHERE id::text LIKE '00000000-0000-7000-8000-%%';
INSERT INTO accounts_presence
    (id, created_at, updated_at, company_id, membership_id, chosen, state, last_seen_at, since)
SELECT gen_random_uuid(), now(), now(), %(company)s, id, 'online', 'online', now(), now()
FROM accounts_membership WHERE id::text LIKE '00000000-0000-7001-8000-%%';
INSERT INTO queues_queuemember
    (id, created_at, updated_at, company_id, queue_id, membership_id, "order", is_active, turn)
SELECT gen_random_uuid(), now(), now(), %(company)s, %(queue)s, id, 0, true, 0
FROM accounts_membership WHERE id::text LIKE '00000000-0000-7001-8000-%%';
"""
EMPTY = """
DELETE FROM queues_ticketevent;
DELETE FROM queues_ticket;
DELETE FROM queues_routingrun;
UPDATE omnichannel_conversation SET stage = 'fila', attendant_id = NULL
WHERE stage <> 'encerrada' AND company_id = %(company)s;
UPDATE queues_queuemember SET turn = 0, last_assigned_at = NULL;
"""
WAIT = """
INSERT INTO queues_ticket
    (id, created_at, updated_at, company_id, queue_id, conversation_id, contact_id, status,
     protocol, priority, entered_at, queued_at, end_reason, rating_comment)
SELECT gen_random_uuid(), now(), now(), %(company)s, %(queue)s, id, contact_id, 'aguardando',
    'M-' || row_number() OVER (), 1 + (row_number() OVER ()) %% 10,
    now() - (row_number() OVER ()) * interval '1 second', now(), '', ''
FROM (
    SELECT id, contact_id FROM omnichannel_conversation
    WHERE stage = 'fila' AND company_id = %(company)s LIMIT %(count)s
) c
"""
TABLES = "queues_ticket, queues_queuemember, omnichannel_conversation, accounts_membership"


def furnish(clinic: cast.Clinic, *, attendants: int, capacity: int, waiting: int) -> Queue:
    """Make a queue with attendants who are online, and conversations enough to wait in it."""
    queue: Queue = Queue.unscoped.create(
        company=clinic.company, name="Recepção", capacity=capacity, is_default=True
    )
    # Three of five are open.
    bulk.fill(clinic, conversations=waiting * 2, messages=waiting * 2)
    values = {"company": clinic.company.pk, "queue": queue.pk, "capacity": capacity}
    with connection.cursor() as cursor:
        cursor.execute(STAFF, {**values, "count": attendants})
    return queue


def wait_in(queue: Queue, count: int) -> None:
    """Let so many people wait and nobody be served."""
    values: dict[str, Any] = {"company": queue.company_id, "queue": queue.pk, "count": count}
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, values)
        cursor.execute(WAIT, values)
        cursor.execute(f"VACUUM ANALYZE {TABLES}")


def seats(queue: Queue, capacity: int) -> None:
    """Give every attendant room for so many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_membership SET capacity = %s WHERE company_id = %s",
            [capacity, queue.company_id],
        )
