"""Taking the next recipients of a number: asked again whether they may be written to, claimed, and
only then, after commit, sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from campaigns.capacity import room_for
from campaigns.choices import LeftOut, RecipientStatus
from campaigns.filling import Known
from campaigns.hours import PersonClocks, may_send
from campaigns.limits import daily_room, rate_of
from campaigns.models import Campaign, CampaignVariant, NumberPace, Recipient
from campaigns.rules import PAIR, judged, needs_window, purpose_of
from campaigns.services.messages import Composer, variant_check
from common.errors import DomainError
from common.locks import lock_all, lock_key
from common.rows import run
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation, Message
from omnichannel.sending.reach import Whose
from providers.choices import MessageStatus
from providers.facts import Json
from providers.outgoing import Account, OutgoingMessage

# What a number that was idle may send at once, in seconds of its rate.
BURST = timedelta(milliseconds=250)
CHUNK = 150
# Answers to patients that should have left by now go first, for as long as they are fresh.
REPLY_LATE, REPLY_FRESH = timedelta(milliseconds=300), timedelta(seconds=15)

PACE = """
SELECT next_at, slow_until, clock_timestamp() FROM campaigns_numberpace
WHERE channel_id = %s::uuid FOR UPDATE SKIP LOCKED
"""
TAKE = """
UPDATE campaigns_recipient r SET status = 'enviando', claimed_at = clock_timestamp(),
    attempts = r.attempts + 1, values = v.said, pricing = coalesce(v.pricing, r.pricing),
    updated_at = now(), error_code = '', error_detail = ''
FROM unnest(%s::uuid[], %s::jsonb[], %s::jsonb[]) AS v(id, said, pricing) WHERE r.id = v.id
"""
LEAVE = """
UPDATE campaigns_recipient r SET status = v.status, left_out = v.reason, updated_at = now()
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS v(id, status, reason) WHERE r.id = v.id
"""
LATER = """
UPDATE campaigns_recipient r SET send_after = v.at, updated_at = now()
FROM unnest(%s::uuid[], %s::timestamptz[]) AS v(id, at) WHERE r.id = v.id
"""
COLUMNS = (
    *("id", "letter", "phone", "user_id", "market", "given", "attempts", "reason", "contact_id"),
    *("contact__name", "contact__email", "contact__custom", "contact__merged_into"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One claimed message; `pricing` where it is paid by its parts."""

    id: UUID
    attempts: int
    message: OutgoingMessage
    about: Whose
    pricing: Json | None = None


@dataclass(slots=True)
class Claim:
    """What a number may send now; `broken` names campaigns whose message cannot be sent at all."""

    channel: Channel | None = None
    account: Account | None = None
    items: list[Item] = field(default_factory=list)
    broken: list[tuple[UUID, str]] = field(default_factory=list)


@transaction.atomic
def number_claim(*, channel_id: UUID, most: int) -> Claim:
    """Claim up to `most` recipients of a number's running campaigns, as its pace allows.

    Nothing is claimed after a pause, a cancellation or an opt-out has committed: the campaign's row
    is held and consent is asked in the statement that takes the rows.
    """
    claim = Claim()
    pace = run(PACE, channel_id)
    if not pace:
        # Another sender claims for this number at this moment, or nobody ever did.
        NumberPace.unscoped.bulk_create(_first_pace(channel_id), ignore_conflicts=True)
        return claim
    next_at, slow_until, now = pace[0]
    if slow_until is not None and slow_until > now:
        return claim
    channel = Channel.unscoped.select_related("company").get(pk=channel_id)
    if channel.status != ChannelStatus.ACTIVE or _reply_waits(channel, now):
        return claim
    claim.channel, claim.account = channel, channel.account()
    # Two numbers of one company must not both take a person who had no campaign for a week.
    lock_all([lock_key("campaign-claim", channel.company_id)])
    running = _running(channel)
    rates = [rate_of(campaign, channel) for campaign in running]
    # A slow rate has room for one whole message at least.
    burst = max([BURST, *(timedelta(seconds=1.5 / rate) for rate in rates)])
    start, spent = max(next_at, now - burst), 0.0
    for campaign, rate in zip(running, rates, strict=True):
        tokens = int(((now - start).total_seconds() - spent) * rate)
        wanted = min(tokens, most - len(claim.items), CHUNK, room_for(campaign))
        wanted = min(wanted, daily_room(channel))
        if wanted <= 0 or not may_send(campaign, now):
            continue
        taken = _take(claim, campaign, wanted, now)
        spent += taken / rate
    if spent:
        after = start + timedelta(seconds=spent)
        run(
            "UPDATE campaigns_numberpace SET next_at = %s::timestamptz, updated_at = now()"
            " WHERE channel_id = %s::uuid",
            *(after, channel_id),
        )
    return claim


def _first_pace(channel_id: UUID) -> list[NumberPace]:
    channel = Channel.unscoped.get(pk=channel_id)
    return [NumberPace(company_id=channel.company_id, channel=channel)]


def _running(channel: Channel) -> list[Campaign]:
    rows = Campaign.unscoped.running().filter(channel=channel)
    # A pause waits for us, or we do not see its campaign any more.
    held = rows.select_for_update(of=("self",)).select_related("company", "calendar", "channel")
    return list(held.order_by("started_at", "id"))


def _reply_waits(channel: Channel, now: datetime) -> bool:
    return (
        Message.unscoped.due()
        .filter(
            channel=channel,
            status=MessageStatus.PENDING,
            send_after__lt=now - REPLY_LATE,
            send_after__gt=now - REPLY_FRESH,
        )
        .exists()
    )


def _take(claim: Claim, campaign: Campaign, wanted: int, now: datetime) -> int:
    """Claim recipients of one campaign; return how many messages that are."""
    kit = kit_of(campaign)
    if kit.problem:
        claim.broken.append((campaign.pk, kit.problem))
        return 0
    taken: list[Item] = []
    said: list[str] = []
    left: list[tuple[UUID, str, str]] = []
    later: list[tuple[UUID, datetime]] = []
    clocks = PersonClocks(campaign, now)
    for row in _waiting(campaign, kit, now)[:wanted]:
        if (opens := clocks.opens_at(row[2])) is not None:
            later.append((row[0], opens))
            continue
        item, values, reason = _composed(campaign, kit, row)
        if item is None:
            # Whoever said no meanwhile is shown as that.
            opted_out = reason == LeftOut.OPTED_OUT
            status = RecipientStatus.OPTED_OUT if opted_out else RecipientStatus.SKIPPED
            left.append((row[0], status.value, reason))
        else:
            taken.append(item)
            said.append(_dumped(values))
    if taken:
        priced = [_dumped(item.pricing) if item.pricing else None for item in taken]
        run(TAKE, [item.id for item in taken], said, priced)
    if left:
        run(LEAVE, *map(list, zip(*left, strict=True)))
    if later:
        run(LATER, *map(list, zip(*later, strict=True)))
    claim.items += taken
    return len(taken)


def _waiting(campaign: Campaign, kit: Kit, now: datetime) -> Any:
    rows = Recipient.unscoped.filter(
        campaign=campaign, status=RecipientStatus.PENDING, send_after__lte=now
    )
    spoken = Conversation.unscoped.filter(
        contact_id=OuterRef("contact_id"),
        channel=campaign.channel,
        last_message_at__gt=now - PAIR,
    )
    asked = judged(
        rows.filter(~Exists(spoken)),
        campaign,
        kit.purpose,
        person="contact_id",
        nowhere=Q(phone="", user_id=""),
        is_gone=LeftOut.ERASED,
        is_answer=kit.is_answer,
        market="market",
    )
    held = asked.select_for_update(skip_locked=True, of=("self",))
    return held.order_by("send_after", "id").values_list(*COLUMNS)


def _composed(
    campaign: Campaign, kit: Kit, row: Sequence[Any]
) -> tuple[Item | None, dict[str, str], str]:
    pk, letter, phone, user_id, market, given, attempts, reason, contact_id, *known = row
    name, email, custom, merged = known
    if merged is not None:
        # The other record of this person has the message.
        reason = reason or LeftOut.REPEATED.value
    if reason:
        return None, {}, reason
    composer = kit.composers[letter]
    values = composer.values_of(Known(name, email, custom, given))
    if values is None:
        return None, {}, LeftOut.NO_VARIABLE.value
    try:
        message = composer.message(pk, composer.address(phone, user_id), values)
    except DomainError:
        # Too long for Meta once this person's words are in it, say.
        return None, {}, LeftOut.NO_VARIABLE.value
    sent = message.template
    about = Whose(contact_id, market, (sent.name, sent.language) if sent else None)
    return Item(pk, attempts + 1, message, about, composer.pricing(message)), values, ""


def _dumped(value: Any) -> str:
    return orjson.dumps(value).decode()


# --- what a campaign's messages are made with -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kit:
    """A running campaign's versions, ready to be filled. They do not change while it runs, but for
    a template that Meta stops: the kit is made anew every few seconds.
    """

    made_at: float
    purpose: str = ""
    # It goes only to those who wrote a moment ago.
    is_answer: bool = False
    composers: dict[str, Composer] = field(default_factory=dict)
    problem: str = ""


KIT_SECONDS = 2.0
_kits: dict[UUID, Kit] = {}


def kit_of(campaign: Campaign, clock: Callable[[], float] = time.monotonic) -> Kit:
    """Return what a campaign's messages are made with, at most two seconds old."""
    known = _kits.get(campaign.pk)
    if known is None or clock() - known.made_at > KIT_SECONDS:
        if len(_kits) > 100:
            _kits.clear()
        known = _kits[campaign.pk] = _kit(campaign, clock())
    return known


def _kit(campaign: Campaign, now: float) -> Kit:
    rows = CampaignVariant.unscoped.filter(campaign=campaign).select_related("template")
    variants = list(rows)
    try:
        for variant in variants:
            variant_check(campaign, variant)
        composers = {one.letter: Composer(campaign, one) for one in variants}
    except DomainError as refused:
        return Kit(now, problem=str(refused.detail))
    return Kit(
        now,
        purpose_of(campaign, (one.template.category for one in variants if one.template)),
        needs_window(campaign, variants),
        composers,
    )


def running_channels() -> list[UUID]:
    """Return the numbers that have something to send, of all companies."""
    # The sender walks over every company's campaigns; each claim is then inside its own.
    rows = Campaign.unscoped.running().exclude(channel=None)
    return list(rows.order_by().values_list("channel_id", flat=True).distinct())
