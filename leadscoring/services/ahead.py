"""Scores a few seconds after a message, without writing down what was counted for them.

Most messages change no number of a score, and somebody who talks writes many. So a talk that goes
on is counted in memory, from its stored tally on, and only a score that comes out different is
written; the tally is stored when it is quiet (`counting.uncounted`). Whoever stored one meanwhile
is not overwritten: the counts' `updated_at` is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Company
from common.rows import columns, load, run
from leadscoring.counting import Tally
from leadscoring.models import ContactFacts, TalkFacts
from leadscoring.services.counting import DATES, SUMS, messages_after, tally_of
from leadscoring.services.scoring import contacts_score_ahead
from leadscoring.services.words import matcher_of

# More than so many unread messages are read once and stored.
MOST = 50
COUNTED = ("updated_at", "words", "talk_count", *SUMS, *DATES)
WIDTH = len(TalkFacts._meta.concrete_fields)
TALKS = f"""
SELECT c.contact_id, c.message_seq, {columns(TalkFacts, "t")}, {columns(ContactFacts, "f")}
FROM omnichannel_conversation c
JOIN leadscoring_talkfacts t ON t.conversation_id = c.id AND t.counted_seq > 0
JOIN leadscoring_contactfacts f ON f.contact_id = c.contact_id
JOIN leadscoring_leadscore s ON s.contact_id = c.contact_id
WHERE c.company_id = %s::uuid AND c.id = ANY(%s::uuid[])
    AND c.message_seq - t.counted_seq <= %s AND c.last_message_at > now() - interval '1 day'
"""  # noqa: S608  (names of our own columns only)


@transaction.atomic
def talks_score_ahead(*, company_id: Any, conversation_ids: Sequence[UUID]) -> list[UUID]:
    """Score whose conversations these are by what was said since they were counted. Returns those
    that have to be counted at once: new ones, old messages brought in, and very many.
    """
    rows = [
        (contact_id, seq, load(TalkFacts, values[:WIDTH]), load(ContactFacts, values[WIDTH:]))
        for contact_id, seq, *values in run(TALKS, company_id, list(conversation_ids), MOST)
    ]
    now = {talk.conversation_id: tally_of(talk) for _contact, _seq, talk, _counts in rows}
    if rows:
        last = {talk.conversation_id: seq for _contact, seq, talk, _counts in rows}
        zone, matcher = Company.objects.get(pk=company_id).zone, matcher_of(company_id)
        for pk, messages in messages_after(now, last):
            now[pk].count(messages, matcher, zone)
    counts: dict[UUID, dict[str, Any]] = {}
    for contact_id, _seq, talk, stored in rows:
        own = counts.setdefault(contact_id, {name: getattr(stored, name) for name in COUNTED})
        _add(own, tally_of(talk), now[talk.conversation_id])
    contacts_score_ahead(company_id=company_id, counts=counts)
    return [pk for pk in conversation_ids if pk not in now]


def _add(counts: dict[str, Any], before: Tally, now: Tally) -> None:
    """Add to a person's counts what one of their conversations grew by."""
    for name in SUMS:
        counts[name] += getattr(now, name) - getattr(before, name)
    for name in DATES:
        days = [day for day in (counts[name], getattr(now, name)) if day is not None]
        counts[name] = max(days, default=None)
    counts["words"] = sorted({*counts["words"], *now.words})
