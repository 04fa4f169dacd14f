"""(h) Asking a million people: a segment of five conditions, and a look for duplicates."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bench import bulk, cast
from bench.report import Report, middle
from bench.stack import Stack
from contacts.models import Contact, DuplicatePair
from contacts.segments import Asked, people
from contacts.services.duplicates import duplicates_scan

PEOPLE = 1_000_000
ROUNDS = 5
# One in fifty shares a phone, one in forty an address; two tags, and consents of two in three.
FURNISH = """
UPDATE contacts_contact SET phone = s.phone, email = s.email, status = s.status,
    last_contact_at = now() - s.days * interval '1 day'
FROM (
    SELECT id, '+55419' || lpad((n - n %% 50 / 49)::text, 8, '0') AS phone,
        'p' || (n - n %% 40 / 39) || '@example.com' AS email, n %% 400 AS days,
        (ARRAY['lead', 'qualificado', 'cliente', 'inativo'])[1 + n %% 4] AS status
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM contacts_contact) numbered
) s WHERE contacts_contact.id = s.id;
INSERT INTO contacts_tag (id, created_at, updated_at, company_id, name, colour)
SELECT gen_random_uuid(), now(), now(), %(company)s, name, '#5b7083'
FROM unnest(ARRAY['VIP', 'Botox']) name;
INSERT INTO contacts_contact_tags (contact_id, tag_id)
SELECT c.id, t.id FROM contacts_contact c, contacts_tag t
WHERE right(c.id::text, 1) < CASE t.name WHEN 'VIP' THEN '4' ELSE '9' END;
INSERT INTO contacts_consentstate
    (id, created_at, updated_at, company_id, contact_id, purpose, channel, is_granted, since)
SELECT gen_random_uuid(), now(), now(), company_id, id, 'marketing', '',
    right(id::text, 1) < 'c', now()
FROM contacts_contact WHERE substr(id::text, 36, 1) < 'a';
"""
FIVE = (
    Asked("situacao", "e", "lead,qualificado"),
    Asked("etiqueta", "tem", "Botox"),
    Asked("ultimo_contato", "nos_ultimos", "180"),
    Asked("marketing", "e", "aceita"),
    Asked("telefone", "preenchido"),
)
# The same five by hand, as somebody would write them once.
BARE = """
SELECT count(*) FROM contacts_contact c
JOIN contacts_contact_tags g ON g.contact_id = c.id
JOIN contacts_tag t ON t.id = g.tag_id AND t.name = 'Botox'
JOIN contacts_consentstate s ON s.contact_id = c.id AND s.is_granted
WHERE c.company_id = %s AND c.merged_into_id IS NULL AND c.status IN ('lead', 'qualificado')
    AND c.last_contact_at >= now() - interval '180 days' AND c.phone <> ''
"""
BARE_SCAN = """
SELECT count(*) FROM (
    SELECT phone FROM contacts_contact WHERE company_id = %s AND phone <> ''
    GROUP BY phone HAVING count(*) > 1
) t
"""


def measure(stack: Stack, report: Report) -> None:
    """Measure both beside the same questions by hand."""
    (clinic,) = cast.clinics(1)
    _furnish(clinic)
    everybody = Contact.objects.for_company(clinic.company).standing()
    ours = _times(lambda: people(everybody, FIVE).count())
    bare = _times(lambda: _run(BARE, [clinic.company.pk]))
    report.add(
        "people.segment_of_five_over_1000000",
        middle(ours),
        "s",
        floor=middle(bare),
        goal="value <= 1",
        note="counted; floor: the same five joined by hand",
    )
    began = time.perf_counter()
    found = duplicates_scan(company=clinic.company)
    seconds = time.perf_counter() - began
    assert found > PEOPLE // 100, f"only {found} pairs"
    DuplicatePair.unscoped.all().delete()
    floor = _times(lambda: _run(BARE_SCAN, [clinic.company.pk]))
    report.add(
        "people.duplicates_of_1000000",
        seconds,
        "s",
        floor=middle(floor),
        goal="value <= 60",
        note=f"{found} pairs by phone, address and name; floor: groups of phones only",
    )


def _furnish(clinic: cast.Clinic) -> None:
    company = clinic.company.pk
    with connection.cursor() as cursor:
        dropped = bulk.drop_indexes(cursor)
        cursor.execute(bulk.PEOPLE, {"company": company, "first": 0, "last": PEOPLE - 1})
        cursor.execute(FURNISH, {"company": company})
        for definition in dropped:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def _times(work: Callable[[], Any]) -> list[float]:
    # The first round fills the cache.
    seconds = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def _run(statement: str, values: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
