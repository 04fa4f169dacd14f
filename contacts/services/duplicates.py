"""Records that may be one person: found by comparing all of them, decided by staff."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from accounts.models import Membership
from accounts.services.audit import audit_record
from contacts.models import Contact, DuplicatePair, DuplicateReason, DuplicateStatus

# More people than this behind one number or address are a switchboard or a family's mailbox.
CROWD = 20

# Every record of a group is paired with the oldest one: after those are merged, a next scan pairs
# what is left. Phones are canonical already, so the ninth digit does not tell two apart. A family
# shares its mailbox: a guardian and their dependants are no pair.
SCAN = f"""
WITH standing AS (
    SELECT id, phone, lower(email) AS email, upper(unaccent(trim(name))) AS name
    FROM contacts_contact WHERE company_id = %(company)s AND merged_into_id IS NULL
), keys AS (
    SELECT id, '{DuplicateReason.PHONE}' AS reason, phone AS key, 1 AS weight
    FROM standing WHERE phone <> ''
    UNION ALL
    SELECT id, '{DuplicateReason.EMAIL}', email, 2 FROM standing WHERE email <> ''
    UNION ALL
    SELECT id, '{DuplicateReason.NAME}', name || right(phone, 8), 3
    FROM standing WHERE length(phone) > 8 AND name LIKE '%% %%'
), crowds AS (
    SELECT reason, weight, array_agg(id ORDER BY id) AS ids
    FROM keys GROUP BY reason, weight, key HAVING count(*) BETWEEN 2 AND {CROWD}
), pairs AS (
    SELECT DISTINCT ON (first, second) ids[1] AS first, second, reason
    FROM crowds, LATERAL unnest(ids[2:]) AS second, LATERAL (SELECT ids[1] AS first) f
    ORDER BY first, second, weight
), strangers AS (
    SELECT p.first, p.second, p.reason FROM pairs p
    JOIN contacts_contact a ON a.id = p.first JOIN contacts_contact b ON b.id = p.second
    WHERE coalesce(a.guardian_id, a.id) <> coalesce(b.guardian_id, b.id)
)
INSERT INTO contacts_duplicatepair
    (id, created_at, updated_at, company_id, first_id, second_id, reason, status)
SELECT uuidv7(), now(), now(), %(company)s, first, second, reason,
    '{DuplicateStatus.OPEN}'
FROM strangers ON CONFLICT DO NOTHING
"""  # noqa: S608  (our own constants only)


@transaction.atomic
def duplicates_scan(*, company: Any) -> int:
    """Compare all of a company's people by phone, e-mail, and name with the phone's end; return how
    many new pairs there are to look at. Pairs that were decided are left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(SCAN, {"company": getattr(company, "pk", company)})
        return int(cursor.rowcount)


def pair_note(*, one: Contact, other: Contact, reason: str) -> DuplicatePair:
    """Put a pair on the list, or return it as it stands there."""
    first, second = sorted((one, other), key=lambda contact: contact.pk)
    pair, _made = DuplicatePair.unscoped.get_or_create(
        first=first,
        second=second,
        defaults={"company_id": one.company_id, "reason": reason},
    )
    return pair


@transaction.atomic
def pair_dismiss(*, pair: DuplicatePair, actor: Membership) -> DuplicatePair:
    """Record that a pair are two people; it is not brought up again."""
    pair.status = DuplicateStatus.DIFFERENT
    pair.save(update_fields=["status", "updated_at"])
    audit_record(
        company=pair.company_id,
        actor=actor.user,
        action="contato.sao_diferentes",
        target=pair.first,
        detail={"outro": str(pair.second_id)},
    )
    return pair
