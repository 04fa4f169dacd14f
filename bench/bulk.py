"""Many conversations at once, set by set: what a clinic has after years."""

from __future__ import annotations

from typing import Any

from django.db import connection

from bench import cast

# The longest conversation: this share of all messages is in one.
LONGEST = 0.005
# Ids that sort by time as ours do: a moment in milliseconds, then a number.
ID = "(lpad(to_hex({moment}), 12, '0') || '7{kind}8' || lpad(to_hex({number}), 15, '0'))::uuid"


def _id(kind: str, number: str) -> str:
    return ID.format(moment=f"1700000000000 + {number}", kind=kind, number=number)


PEOPLE = f"""
INSERT INTO contacts_contact
    (id, created_at, updated_at, company_id, name, email, phone, status, custom, notes)
SELECT {_id("001", "n")}, now(), now(), %(company)s,
    (ARRAY['Ana','Bia','Caio','Davi','Eva','Íris','João','Lúcia'])[n %% 8 + 1] || ' ' ||
    (ARRAY['Alves','Braga','Costa','Dias','Luz','Maia','Prado','Sá'])[n / 8 %% 8 + 1],
    '', '+5541' || (900000000 + n), 'lead', '{{}}', ''
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO contacts_contactidentity
    (id, created_at, updated_at, company_id, contact_id, kind, realm, value, username)
SELECT {_id("002", "n")}, now(), now(), %(company)s, {_id("001", "n")}, 'wa_phone', '',
    '5541' || (900000000 + n), ''
FROM generate_series(%(first)s, %(last)s) n;
"""
CONVERSATIONS = f"""
INSERT INTO omnichannel_conversation
    (id, created_at, updated_at, company_id, channel_id, contact_id, identity_id, stage,
     attendant_id, subject, referral, revision, message_seq, message_count, unread_count,
     last_message_at, last_message_kind, last_message_text, last_message_direction,
     last_message_status, last_message_seq, last_inbound_at, opened_at, closed_at)
SELECT {_id("003", "n")}, now(), now(), %(company)s, %(channel)s, {_id("001", "n")},
    {_id("002", "n")},
    CASE WHEN n %% 5 < 2 THEN 'encerrada' WHEN n %% 100 = 7 THEN 'humano' ELSE 'fila' END,
    CASE WHEN n %% 100 = 7 THEN %(attendant)s::uuid END,
    '', '{{}}', size, size, size, n %% 3, now() - n * interval '7 seconds', 'texto',
    'Posso remarcar a consulta para sexta?', 'entrada', 'entregue', size,
    now() - n * interval '7 seconds', now() - n * interval '7 seconds' - interval '1 day',
    CASE WHEN n %% 5 < 2 THEN now() END
FROM generate_series(%(first)s, %(last)s) n
CROSS JOIN LATERAL (SELECT CASE WHEN n = %(last)s THEN %(longest)s ELSE %(each)s END AS size) s;
"""
MESSAGES = f"""
INSERT INTO omnichannel_message
    (id, created_at, updated_at, company_id, conversation_id, channel_id, seq, revision, direction,
     author_kind, is_internal, kind, text, metadata, reply_to_external_id, status, error_code,
     error_detail, external_id, attempts, happened_at)
SELECT {_id("004", "c.n * 10000 + s")}, now(), now(), %(company)s, {_id("003", "c.n")},
    %(channel)s, s, s, CASE WHEN s %% 2 = 1 THEN 'entrada' ELSE 'saida' END,
    CASE WHEN s %% 2 = 1 THEN 'contato' ELSE 'sistema' END, false, 'texto',
    (ARRAY['Bom dia','Olá','Obrigada','Pode ser','Sim'])[s %% 5 + 1] || ', ' ||
    (ARRAY['consulta','exame','retorno','convênio','vacina','receita','horário'])[c.n %% 7 + 1] ||
    ' número ' || c.n * 31 + s, '{{}}', '', CASE WHEN s %% 2 = 1 THEN 'entregue' ELSE 'lida' END,
    '', '', 'wamid.bulk.' || c.n || '.' || s, 0,
    now() - c.n * interval '7 seconds' - (c.size - s) * interval '1 minute'
FROM (
    SELECT n, CASE WHEN n = %(last)s THEN %(longest)s ELSE %(each)s END AS size
    FROM generate_series(%(first)s, %(last)s) n
) c CROSS JOIN LATERAL generate_series(1, c.size) s;
"""
# Built once at the end, they cost a tenth of what they cost row by row.
REBUILT = ("message_words", "contact_words")


def fill(clinic: cast.Clinic, *, conversations: int, messages: int) -> None:
    """Add conversations until the clinic has so many, with so many messages among the new ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM omnichannel_conversation WHERE company_id = %s",
            [clinic.company.pk],
        )
        (first,) = cursor.fetchone()
        count = conversations - first
        longest = max(round(messages * LONGEST), messages // count)
        values: dict[str, Any] = {
            "company": clinic.company.pk,
            "channel": clinic.channel.pk,
            "attendant": clinic.attendant.pk,
            "first": first,
            "last": conversations - 1,
            "longest": longest,
            "each": (messages - longest) // max(count - 1, 1),
        }
        dropped = drop_indexes(cursor) if messages > 10_000 else []
        for statement in (PEOPLE, CONVERSATIONS, MESSAGES):
            cursor.execute(statement, values)
        for definition in dropped:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def people(company_id: object, *, first: int, count: int) -> None:
    """Add people with a WhatsApp number each; ids follow `first`, which no other call may reach."""
    values: dict[str, Any] = {"company": company_id, "first": first, "last": first + count - 1}
    with connection.cursor() as cursor:
        dropped = drop_indexes(cursor) if count > 100_000 else []
        cursor.execute(PEOPLE, values)
        for definition in dropped:
            cursor.execute(definition)
        cursor.execute("ANALYZE contacts_contact; ANALYZE contacts_contactidentity")


def longest(clinic: cast.Clinic) -> object:
    """Give the id of the conversation with the most messages."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM omnichannel_conversation WHERE company_id = %s"
            " ORDER BY message_count DESC LIMIT 1",
            [clinic.company.pk],
        )
        return cursor.fetchone()[0]


def drop_indexes(cursor: Any) -> list[str]:
    """Drop those that are cheaper to build at the end, and return how to build them."""
    cursor.execute("SET maintenance_work_mem = '256MB'")
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [list(REBUILT)]
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    # As omnichannel.0017 sets it.
    known = [f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS 500" for name, _definition in found]
    return [definition for _name, definition in found] + known
