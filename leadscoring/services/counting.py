"""Keeping the counts of conversations and people in step with their messages.

A conversation is counted from its `counted_seq` on, so that a repeated bell adds nothing; a
person's counts are the sum of their conversations, whoever those belonged to before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Company
from common.rows import run, update_rows
from leadscoring.counting import COLUMN, CountedMessage, Tally
from leadscoring.models import ScoringState, TalkFacts
from leadscoring.services.words import matcher_of
from omnichannel.choices import Direction
from omnichannel.models import Message
from providers.choices import MessageKind

TALLIED = tuple(field.name for field in fields(Tally))
# Conversations in one transaction when everything is counted anew.
AT_ONCE = 500
# Messages of the last seconds that one look reads.
LATEST = 20_000
# Some looks long, so that one that failed or came late is made up for by the next.
LATELY_SECONDS = 20
# Older than any message.
EVER = timedelta(days=36500)
SUMS = (
    *("inbound_count", "outbound_count", "asked_count", "reply_count", "reply_seconds"),
    *("daytime_count", "day_count", "talk_seconds"),
)
DATES = ("last_inbound_on", *COLUMN.values())

TALKS = """
SELECT c.id, c.contact_id, c.message_seq, t.id IS NOT NULL AND f.id IS NOT NULL
FROM omnichannel_conversation c LEFT JOIN leadscoring_talkfacts t ON t.conversation_id = c.id
LEFT JOIN leadscoring_contactfacts f ON f.contact_id = c.contact_id
WHERE c.company_id = %s::uuid AND c.id = ANY(%s::uuid[])
"""
# What staff write to each other, and what the system notes, is nobody's behaviour.
MESSAGES = f"""
SELECT m.conversation_id, m.seq, m.direction, m.happened_at, m.text
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) v(id, after, last)
JOIN omnichannel_message m ON m.conversation_id = v.id AND m.seq > v.after AND m.seq <= v.last
WHERE NOT m.is_internal
    AND NOT (m.direction = '{Direction.OUT}' AND m.kind = '{MessageKind.SYSTEM}')
ORDER BY m.conversation_id, m.seq
"""  # noqa: S608  (values of our own only)
ENSURE = """
INSERT INTO leadscoring_contactfacts
    (id, created_at, updated_at, company_id, contact_id, talk_count, words, {zeros})
SELECT uuidv7(), now(), now(), company_id, id, 0, '{{}}', {noughts} FROM contacts_contact
WHERE company_id = %s::uuid AND id = ANY(%s::uuid[]) ORDER BY id
ON CONFLICT (contact_id) DO NOTHING
""".format(zeros=", ".join(SUMS), noughts=", ".join("0" for _name in SUMS))
ENSURE_TALKS = """
INSERT INTO leadscoring_talkfacts
    (id, created_at, updated_at, company_id, conversation_id, counted_seq, words, {zeros})
SELECT uuidv7(), now(), now(), company_id, id, 0, '[]', {noughts} FROM omnichannel_conversation
WHERE company_id = %s::uuid AND id = ANY(%s::uuid[]) ORDER BY id
ON CONFLICT (conversation_id) DO NOTHING
""".format(zeros=", ".join(SUMS), noughts=", ".join("0" for _name in SUMS))
HOLD = """
SELECT 1 FROM leadscoring_contactfacts
WHERE company_id = %s::uuid AND contact_id = ANY(%s::uuid[]) ORDER BY contact_id FOR UPDATE
"""
SUM = f"""
UPDATE leadscoring_contactfacts f SET updated_at = clock_timestamp(), talk_count = n.talk_count,
    words = n.words, {", ".join(f"{name} = n.{name}" for name in (*SUMS, *DATES))}
FROM (
    SELECT v.id, count(t.id) AS talk_count,
        {", ".join(f"coalesce(sum(t.{name}), 0)::bigint AS {name}" for name in SUMS)},
        {", ".join(f"max(t.{name}) AS {name}" for name in DATES)},
        coalesce((
            SELECT array_agg(DISTINCT w) FROM omnichannel_conversation o
            JOIN leadscoring_talkfacts d ON d.conversation_id = o.id
            CROSS JOIN jsonb_array_elements_text(d.words) w
            WHERE o.contact_id = v.id
        ), '{{}}') AS words
    FROM unnest(%s::uuid[]) v(id)
    LEFT JOIN omnichannel_conversation c ON c.contact_id = v.id
    LEFT JOIN leadscoring_talkfacts t ON t.conversation_id = c.id
    GROUP BY v.id
) n WHERE f.contact_id = n.id AND f.company_id = %s::uuid AND
    (f.talk_count, f.words::text[], {", ".join(f"f.{name}" for name in (*SUMS, *DATES))})
    IS DISTINCT FROM (n.talk_count, n.words, {", ".join(f"n.{name}" for name in (*SUMS, *DATES))})
"""  # noqa: S608  (names of our own columns only)
# What was stored a moment ago, by the time in the messages' own ids: the newest pages of their
# index, however many messages there are and whatever moment their provider names.
LATELY = """
SELECT DISTINCT c.company_id, c.id FROM (
    SELECT conversation_id FROM omnichannel_message
    WHERE id > %s::uuid ORDER BY id DESC LIMIT %s::int
) m JOIN omnichannel_conversation c ON c.id = m.conversation_id
JOIN accounts_company o ON o.id = c.company_id AND o.is_active
LEFT JOIN leadscoring_talkfacts t ON t.conversation_id = c.id
WHERE c.message_seq > coalesce(t.counted_seq, 0)
ORDER BY c.company_id
"""
UNCOUNTED = """
SELECT c.id FROM omnichannel_conversation c
LEFT JOIN leadscoring_talkfacts t ON t.conversation_id = c.id
WHERE c.company_id = %s::uuid AND c.last_message_at > now() - %s::interval
    AND c.message_seq > coalesce(t.counted_seq, 0)
    AND (%s::bool OR t.id IS NULL OR c.last_message_at < now() - interval '30 seconds'
        OR t.updated_at < now() - interval '2 minutes')
LIMIT %s
"""
BEHIND = """
SELECT c.id FROM omnichannel_conversation c
LEFT JOIN leadscoring_talkfacts t ON t.conversation_id = c.id
WHERE c.company_id = %s::uuid AND c.contact_id = ANY(%s::uuid[])
    AND c.message_seq > coalesce(t.counted_seq, 0)
"""


@transaction.atomic
def conversations_count(
    *, company_id: Any, conversation_ids: Sequence[UUID], anew: bool = False
) -> list[UUID]:
    """Count conversations on to their last message, or from their first one, and return whose they
    are. Repeating it changes nothing.
    """
    talks = run(TALKS, company_id, list(conversation_ids))
    people = sorted({contact_id for _id, contact_id, *_rest in talks})
    last = {pk: seq for pk, _contact_id, seq, _is_known in talks}
    if not all(is_known for *_rest, is_known in talks):
        run(ENSURE, company_id, people)
        run(ENSURE_TALKS, company_id, sorted(last))
    # Whoever counts for a person holds their row: of two sums that overlap, the later sees both.
    run(HOLD, company_id, people)
    rows = _held(company_id, last)
    tallies = {row.conversation_id: Tally() if anew else tally_of(row) for row in rows}
    zone = Company.objects.get(pk=company_id).zone
    matcher = matcher_of(company_id)
    for pk, messages in messages_after(tallies, last):
        tallies[pk].count(messages, matcher, zone)
    changed = []
    for row in rows:
        tally, before = tallies[row.conversation_id], tally_of(row)
        # Past what was passed over too, or the sweep would come back for it for ever.
        tally.counted_seq = last[row.conversation_id]
        if tally != before:
            for name in TALLIED:
                setattr(row, name, getattr(tally, name))
            changed.append(row)
    update_rows(changed, TALLIED)
    run(SUM, people, company_id)
    return people


@transaction.atomic
def contacts_sum(*, company_id: Any, contact_ids: Iterable[UUID]) -> None:
    """Sum people's conversations anew: some may have changed hands."""
    people = sorted(contact_ids)
    run(ENSURE, company_id, people)
    run(HOLD, company_id, people)
    run(SUM, people, company_id)


def company_recount(*, company_id: Any) -> int:
    """Count every conversation of a company anew, in chunks of their own, and return how many."""
    began = timezone.now()
    count = 0
    for ids in _every_talk(company_id):
        conversations_count(company_id=company_id, conversation_ids=ids, anew=True)
        count += len(ids)
    # Words that changed meanwhile are newer than this, and are counted for again.
    ScoringState.unscoped.update_or_create(company_id=company_id, defaults={"recounted_at": began})
    return count


def said_lately() -> QuerySet[Message]:
    """Return the messages of the last seconds, of all companies."""
    return Message.unscoped.filter(pk__gt=_since())


def _since() -> UUID:
    # An id begins with its moment in milliseconds, by the same clock as those of messages.
    return UUID(int=((uuid7().int >> 80) - LATELY_SECONDS * 1000) << 80)


def lately_uncounted(limit: int = LATEST) -> dict[UUID, list[UUID]]:
    """Return, by company, the conversations of the last seconds that nobody counted yet."""
    found: dict[UUID, list[UUID]] = {}
    for company_id, pk in run(LATELY, _since(), limit):
        found.setdefault(company_id, []).append(pk)
    return found


def uncounted(company_id: Any, *, limit: int = AT_ONCE) -> list[UUID]:
    """Return conversations of the last days with messages that nobody counted, but for those in
    which somebody is writing: they are counted when it is quiet, or every two minutes.
    """
    return [pk for (pk,) in run(UNCOUNTED, company_id, timedelta(days=2), False, limit)]


def uncounted_ever(company_id: Any, *, limit: int = AT_ONCE) -> list[UUID]:
    """Return conversations with messages that nobody counted, however old."""
    return [pk for (pk,) in run(UNCOUNTED, company_id, EVER, True, limit)]


def people_catch_up(*, company_id: Any, contact_ids: Sequence[UUID]) -> None:
    """Count what was said to and by people since it was counted last."""
    if behind := [pk for (pk,) in run(BEHIND, company_id, list(contact_ids))]:
        conversations_count(company_id=company_id, conversation_ids=behind)


def _every_talk(company_id: Any) -> Iterator[list[UUID]]:
    page = """
    SELECT id FROM omnichannel_conversation WHERE company_id = %s::uuid AND id > %s::uuid
    ORDER BY id LIMIT %s
    """
    after = UUID(int=0)
    while ids := [pk for (pk,) in run(page, company_id, after, AT_ONCE)]:
        yield ids
        after = ids[-1]


def _held(company_id: Any, ids: Iterable[UUID]) -> list[TalkFacts]:
    rows = TalkFacts.objects.for_company(company_id).filter(conversation_id__in=list(ids))
    return list(rows.select_for_update().order_by("conversation_id"))


def tally_of(row: TalkFacts) -> Tally:
    """Return what was counted of a conversation, to go on from."""
    return Tally(**{name: getattr(row, name) for name in TALLIED})


def messages_after(
    tallies: dict[UUID, Tally], last: dict[UUID, int]
) -> Iterator[tuple[UUID, Iterator[CountedMessage]]]:
    """Yield conversations with what was said in them after their tallies, up to `last`."""
    ids = list(tallies)
    after = [tallies[pk].counted_seq for pk in ids]
    found = run(MESSAGES, ids, after, [last[pk] for pk in ids])
    for pk, lines in groupby(found, key=lambda line: line[0]):
        yield pk, (CountedMessage(*line[1:]) for line in lines)
