"""Scoring people, one or a million, by the one statement of leadscoring.statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Company
from common import rooms
from common.locks import lock_all, lock_key
from common.realtime import Event, publish
from common.rows import run
from contacts.models import Contact
from leadscoring.choices import Cause
from leadscoring.models import LeadScore
from leadscoring.services.counting import DATES, SUMS, people_catch_up
from leadscoring.services.outcomes import outcomes_note
from leadscoring.statement import STALE, write_sql
from omnichannel.models import Conversation

# People in one transaction: the rows it touches stay in memory, and nobody waits long for its lock.
AT_ONCE = 20_000
# Somebody else scored the same person at the same moment: so many times is looked again.
LOOKS = 3
THESE = "c.id = ANY(%(ids)s::uuid[])"
BETWEEN = "c.id > %(after)s::uuid AND c.id <= %(last)s::uuid"
# People for whom counts were made ahead, unless somebody counted them meanwhile.
AHEAD = f"""{THESE} AND s.id IS NOT NULL AND EXISTS (
    SELECT FROM leadscoring_contactfacts r WHERE r.contact_id = c.id AND r.updated_at = f.updated_at
)"""
_ahead = ", ".join(
    (
        *("contact_id uuid", "updated_at timestamptz", "words text[]", "talk_count int"),
        *(f"{name} bigint" for name in SUMS),
        *(f"{name} date" for name in DATES),
    )
)
AHEAD_COUNTS = f"jsonb_to_recordset(%(counts)s::jsonb) AS f({_ahead})"
# The last of the next so many people, by an index.
PLACE = """
SELECT id FROM (
    SELECT id FROM contacts_contact WHERE company_id = %s::uuid AND id > %s::uuid
    ORDER BY id LIMIT %s
) page ORDER BY id DESC LIMIT 1
"""
DUE = """
SELECT contact_id FROM leadscoring_leadscore
WHERE company_id = %s::uuid AND next_on <= %s::date LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Scored:
    """How many scores were written, how many came out different, and whose (where asked)."""

    written: int = 0
    changed: int = 0
    people: tuple[UUID, ...] = ()

    def __add__(self, other: Scored) -> Scored:
        return Scored(
            self.written + other.written,
            self.changed + other.changed,
            self.people + other.people,
        )


def today_of(company: Company) -> date:
    """Return the company's day."""
    return timezone.now().astimezone(company.zone).date()


def score_recalculate(*, contact: Contact, reason: str = Cause.ASKED) -> LeadScore:
    """Score one person now, by all they have said, and return the score."""
    people_catch_up(company_id=contact.company_id, contact_ids=[contact.pk])
    contacts_score(company_id=contact.company_id, contact_ids=[contact.pk], reason=reason)
    row: LeadScore = LeadScore.objects.for_company(contact.company_id).get(contact=contact)
    return row


@transaction.atomic
def contacts_score(
    *, company_id: Any, contact_ids: Sequence[UUID], reason: str, is_stale: bool = False
) -> Scored:
    """Score people, or those of them whose facts changed (`is_stale`), and tell the pages that
    show them.
    """
    ids = list(contact_ids)
    if not ids:
        return Scored()
    _drop_merged(company_id, contact__in=ids)
    chosen = f"{THESE} {STALE}" if is_stale else THESE
    done = _write(company_id, chosen, reason, is_one=len(ids) == 1, lists=True, ids=ids)
    _tell(company_id, done.people)
    return done


@transaction.atomic
def contacts_score_ahead(*, company_id: Any, counts: Mapping[UUID, Mapping[str, Any]]) -> Scored:
    """Score people by counts that nobody has stored yet, by person, each with the `updated_at` of
    the stored ones they go on from; only scores whose numbers come out different are written.
    """
    if not counts:
        return Scored()
    rows = [{"contact_id": pk, **values} for pk, values in counts.items()]
    ids = sorted(counts)
    done = _write(
        company_id,
        AHEAD,
        Cause.MESSAGE,
        statement=write_sql(AHEAD, AHEAD_COUNTS, is_changed=True),
        lists=True,
        ids=ids,
        counts=orjson.dumps(rows).decode(),
    )
    _tell(company_id, done.people)
    return done


def scores_recalculate(
    *, company_id: Any, reason: str = Cause.CHECK, everyone: bool = False
) -> Scored:
    """Score a company's people in chunks of their own transactions: those whose facts changed or
    whose day came, or everyone.
    """
    chosen = BETWEEN if everyone else f"{BETWEEN} {STALE}"
    _drop_merged(company_id)
    done = Scored()
    for after, last in _ranges(company_id):
        with transaction.atomic():
            done += _write(company_id, chosen, reason, after=after, last=last)
    return done


def scores_age(*, company_id: Any) -> Scored:
    """Score those on whom time tells today."""
    today = today_of(Company.objects.get(pk=company_id))
    done = Scored()
    while ids := [pk for (pk,) in run(DUE, company_id, today, AT_ONCE)]:
        people_catch_up(company_id=company_id, contact_ids=ids)
        with transaction.atomic():
            step = _write(company_id, THESE, Cause.TIME, ids=ids)
        done += step
        if not step.written:
            break
    return done


def _write(
    company_id: Any,
    chosen: str,
    reason: str,
    *,
    statement: str | None = None,
    is_one: bool = False,
    lists: bool = False,
    **values: Any,
) -> Scored:
    """Run the statement, again where somebody was faster."""
    company = Company.objects.get(pk=company_id)
    if not is_one:
        # Two that write many rows in different orders would wait for each other for ever.
        lock_all([lock_key("scores", company_id)])
    given = {"company": company_id, "today": today_of(company), "reason": reason, "lists": lists}
    outcomes_note(chosen, {**given, **values})
    done = Scored()
    for _look in range(LOOKS):
        with connection.cursor() as cursor:
            cursor.execute(statement or write_sql(chosen), {**given, **values})
            found, written, changed, people = cursor.fetchone()
        done += Scored(written, changed, tuple(people or ()))
        if written == found:
            break
    return done


def _drop_merged(company_id: Any, **whose: Any) -> None:
    """Take the scores of records that became part of another one: one person has one score."""
    rows = LeadScore.objects.for_company(company_id).filter(contact__merged_into__isnull=False)
    rows.filter(**whose).delete()


def _ranges(company_id: Any) -> Iterator[tuple[UUID, UUID]]:
    after = UUID(int=0)
    while last := run(PLACE, company_id, after, AT_ONCE):
        yield after, last[0][0]
        after = last[0][0]


def _tell(company_id: Any, people: Iterable[UUID]) -> None:
    """Let open pages fetch the contact column anew."""
    talks = Conversation.unscoped.open().filter(company_id=company_id, contact_id__in=list(people))
    publish(
        Event(
            type="conversation_updated",
            groups=rooms.of_conversation(company_id, pk, attendant_id),
            conversation=pk,
        )
        for pk, attendant_id in talks.values_list("pk", "attendant_id")
    )
