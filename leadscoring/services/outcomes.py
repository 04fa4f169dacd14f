"""Noting what became of leads, with the facts as they stood before."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from common.rows import run
from contacts.models import Contact

WON = (Contact.Status.QUALIFIED, Contact.Status.CUSTOMER)
LOST = Contact.Status.INACTIVE
# A lead that was silent for so long is taken for lost.
SILENCE_DAYS = 90

# Staff changed the status since the score was made: what it was made of is what was known before.
NOTE = f"""
INSERT INTO leadscoring_leadoutcome
    (id, created_at, updated_at, company_id, contact_id, is_won, facts, happened_on)
SELECT uuidv7(), now(), now(), c.company_id, c.id, c.status <> '{LOST}', s.facts, %(today)s::date
FROM contacts_contact c JOIN leadscoring_leadscore s ON s.contact_id = c.id
LEFT JOIN leadscoring_contactfacts f ON f.contact_id = c.id
WHERE c.company_id = %(company)s::uuid AND s.contact_status = '{Contact.Status.LEAD}'
    AND c.status <> s.contact_status AND {{chosen}}
ON CONFLICT (contact_id) DO NOTHING
"""  # noqa: S608  (values of our own only)
# Who fell silent had hopes when they wrote last: what was known that day is in the history.
SILENT = f"""
INSERT INTO leadscoring_leadoutcome
    (id, created_at, updated_at, company_id, contact_id, is_won, facts, happened_on)
SELECT uuidv7(), now(), now(), c.company_id, c.id, false, h.facts, %s::date
FROM leadscoring_contactfacts f
JOIN contacts_contact c ON c.id = f.contact_id AND c.status = '{Contact.Status.LEAD}'
CROSS JOIN LATERAL (
    SELECT h.facts FROM leadscoring_leadscorehistory h
    WHERE h.contact_id = f.contact_id AND h.created_at < f.last_inbound_on + interval '2 days'
    ORDER BY h.id DESC LIMIT 1
) h
WHERE f.company_id = %s::uuid AND f.last_inbound_on < %s::date - {SILENCE_DAYS}
ON CONFLICT (contact_id) DO NOTHING
"""  # noqa: S608  (values of our own only)


def outcomes_note(chosen: str, values: dict[str, Any]) -> None:
    """Note the outcomes among people who are about to be scored; `chosen` as in
    leadscoring.statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOTE.format(chosen=chosen), values)


def outcomes_silent(*, company_id: Any, today: date) -> None:
    """Note leads who fell silent as lost."""
    run(SILENT, today, company_id, today)
