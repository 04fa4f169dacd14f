"""Replies: whose first words after a campaign are an answer to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from campaigns.choices import RANKS, RecipientStatus
from campaigns.models import Campaign, Recipient
from common.rows import run, update_rows
from omnichannel.models import Conversation
from omnichannel.services.observing import Arrival, Observer
from queues.models import Queue

# A quote or a tapped button names its message, however old; plain words count for so long.
ANSWERS_FOR = timedelta(hours=72)
TEXT = 1000
ANSWERABLE = (
    RecipientStatus.SENT,
    RecipientStatus.DELIVERED,
    RecipientStatus.READ,
    RecipientStatus.UNCERTAIN,
    RecipientStatus.SENDING,
)

ANY_ASKED = """
SELECT 1 FROM campaigns_recipient
WHERE company_id = %s::uuid AND contact_id = ANY(%s::uuid[]) AND replied_at IS NULL
AND (claimed_at >= %s::timestamptz AND status = ANY(%s::text[]) OR external_id = ANY(%s::text[]))
LIMIT 1
"""


class Replies(Observer):
    """Listens to what patients write. Runs before queues open tickets, which ask `wanted_queues`
    where a reply goes.
    """

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Mark the recipients who answered, and their conversations with the campaign's name."""
        talks = [arrival for arrival in arrivals if not arrival.is_courtesy and arrival.messages]
        if talks:
            _mark(talks)


def _mark(talks: Sequence[Arrival]) -> None:
    found = _answered(talks)
    touched: list[Recipient] = []
    for arrival in talks:
        first = arrival.messages[0]
        row = _whose(arrival, found)
        if row is None:
            continue
        row.replied_at = first.happened_at
        row.reply_text = first.text[:TEXT]
        row.conversation_id = arrival.conversation.pk
        if RANKS[row.status] < RANKS[RecipientStatus.REPLIED]:
            row.status = RecipientStatus.REPLIED
        row.sent_at = row.sent_at or row.claimed_at
        # Whoever answers has read it, whatever their phone tells Meta.
        row.delivered_at = row.delivered_at or row.replied_at
        row.read_at = row.read_at or row.replied_at
        touched.append(row)
        _name(arrival.conversation, row.campaign)
    update_rows(
        sorted({row.pk: row for row in touched}.values(), key=lambda row: row.pk),
        (
            *("replied_at", "reply_text", "conversation", "status", "sent_at"),
            *("delivered_at", "read_at"),
        ),
    )


def _answered(talks: Sequence[Arrival]) -> list[Recipient]:
    """Return the recipients that messages may answer, locked, the newest first."""
    company_id = talks[0].conversation.company_id
    quoted = {message.reply_to_external_id for talk in talks for message in talk.messages} - {""}
    since = min(message.happened_at for talk in talks for message in talk.messages) - ANSWERS_FOR
    people = {talk.conversation.contact_id for talk in talks}
    # Most of what arrives answers nothing, and planning the whole question took longer than the
    # answer.
    if not run(ANY_ASKED, company_id, list(people), since, list(ANSWERABLE), list(quoted)):
        return []
    rows = Recipient.objects.for_company(company_id).filter(contact__in=people, replied_at=None)
    asked = rows.filter(
        Q(claimed_at__gte=since, status__in=ANSWERABLE) | Q(external_id__in=quoted)
        if quoted
        else Q(claimed_at__gte=since, status__in=ANSWERABLE)
    )
    held = asked.select_for_update(of=("self",)).select_related("campaign")
    return sorted(held.order_by("id"), key=lambda row: row.claimed_at or row.created_at)[::-1]


def _whose(arrival: Arrival, found: Iterable[Recipient]) -> Recipient | None:
    talk, first = arrival.conversation, arrival.messages[0]
    mine = [
        row
        for row in found
        if row.contact_id == talk.contact_id and row.campaign.channel_id == talk.channel_id
    ]
    quoted = {message.reply_to_external_id for message in arrival.messages} - {""}
    named = [row for row in mine if row.external_id in quoted]
    # Whoever quotes something else answers that.
    if named or first.reply_to_id:
        return named[0] if named else None
    recent = (
        row for row in mine if row.claimed_at and row.claimed_at >= first.happened_at - ANSWERS_FOR
    )
    return next(recent, None)


def _name(conversation: Conversation, campaign: Campaign) -> None:
    if not conversation.subject:
        conversation.subject = campaign.name[:255]
        conversation.save(update_fields=["subject", "updated_at"])


def wanted_queues(conversations: Sequence[Conversation]) -> dict[UUID, Queue]:
    """Return, by conversation, the queue that the campaign it answers names; asked by queues."""
    rows: Any = (
        Recipient.unscoped.filter(conversation__in=[talk.pk for talk in conversations])
        .exclude(campaign__reply_queue=None)
        .filter(campaign__reply_queue__is_active=True)
        .select_related("campaign__reply_queue__calendar")
        .order_by("replied_at")
    )
    opened = {talk.pk: talk.opened_at for talk in conversations}
    found: dict[UUID, Queue] = {}
    for row in rows:
        # An answer of an earlier time says nothing of this one.
        if row.replied_at and row.replied_at >= opened[row.conversation_id] - ANSWERS_FOR:
            found[row.conversation_id] = row.campaign.reply_queue
    return found
