"""A campaign's numbers, counted from its recipients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import TruncHour, TruncMinute
from django.utils.translation import gettext as _

from campaigns.choices import LeftOut, RecipientStatus, WinnerRule
from campaigns.models import Campaign, CampaignVariant, ListedPerson, Recipient
from campaigns.services.messages import Composer
from campaigns.services.replies import ANSWERS_FOR
from common.composed import Composed
from contacts.models import Consent, Purpose
from omnichannel.models import Conversation, MessageCost
from providers.choices import ChannelKind

# Two shares differ for a reason, not by chance, from here on (two-sided, 95 %).
SIGNIFICANT = 1.96
ENOUGH = 30


@dataclass(frozen=True, slots=True)
class Totals:
    """How far a campaign's people came; each of sent, delivered, read and replied includes those
    that follow it.
    """

    total: int = 0
    pending: int = 0
    sending: int = 0
    uncertain: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    replied: int = 0
    failed: int = 0
    opted_out: int = 0
    skipped: int = 0

    @property
    def done(self) -> int:
        """How many of those who may get it are decided."""
        return self.to_send - self.pending - self.sending

    @property
    def to_send(self) -> int:
        """How many were to get it."""
        return self.total - self.skipped


@dataclass(frozen=True, slots=True)
class VariantResult:
    """What one version came to. `share` is what the winner rule compares, of those delivered."""

    letter: str
    totals: Totals
    share: float


@dataclass(frozen=True, slots=True)
class Results:
    """Everything the result page shows."""

    totals: Totals
    left_out: dict[str, int]
    failures: list[tuple[str, str, int]]
    opted_out_after: int
    variants: list[VariantResult]
    winner: str
    cost: Decimal | None
    unpriced: int
    timeline: list[tuple[datetime, int, int, int]] = field(default_factory=list)


COUNTS: dict[str, Any] = {
    "total": Count("pk"),
    "pending": Count("pk", filter=Q(status=RecipientStatus.PENDING)),
    "sending": Count("pk", filter=Q(status=RecipientStatus.SENDING)),
    "uncertain": Count("pk", filter=Q(status=RecipientStatus.UNCERTAIN)),
    "failed": Count("pk", filter=Q(status=RecipientStatus.FAILED)),
    "opted_out": Count("pk", filter=Q(status=RecipientStatus.OPTED_OUT)),
    "skipped": Count("pk", filter=Q(status=RecipientStatus.SKIPPED)),
    "sent": Count("sent_at"),
    "delivered": Count("delivered_at"),
    "read": Count("read_at"),
    "replied": Count("replied_at"),
}


def totals_of(campaigns: Iterable[Campaign]) -> dict[Any, Totals]:
    """Return the numbers of campaigns, by id, in one statement."""
    ids = [campaign.pk for campaign in campaigns]
    rows: Any = Recipient.unscoped.filter(campaign__in=ids).order_by().values("campaign")
    counted = {row.pop("campaign"): Totals(**row) for row in rows.annotate(**COUNTS)}
    return {pk: counted.get(pk, Totals()) for pk in ids}


def costs_of(campaigns: Iterable[Campaign]) -> dict[Any, Decimal]:
    """Return what campaigns did cost so far, by id: what was delivered, at the list price."""
    price = MessageCost.unscoped.filter(pk=OuterRef("pk")).values("price")[:1]
    ids = [campaign.pk for campaign in campaigns]
    rows = Recipient.unscoped.filter(campaign__in=ids).exclude(pricing=None)
    summed = (
        rows.annotate(price=Subquery(price))
        .order_by()
        .values_list("campaign")
        .annotate(total=Sum("price"))
    )
    return {pk: total or Decimal(0) for pk, total in summed}


def results(campaign: Campaign) -> Results:
    """Count a campaign."""
    mine = Recipient.unscoped.filter(campaign=campaign)
    by_letter: Any = mine.order_by("letter").values("letter").annotate(**COUNTS)
    counted = [(row.pop("letter"), Totals(**row)) for row in by_letter]
    # Whoever answered that they want no more of it is no success of a version.
    gone = opted_out_after(campaign).exclude(replied_at=None).order_by().values_list("letter")
    left = dict(gone.annotate(n=Count("pk")))
    variants = [
        VariantResult(letter, totals, _share(campaign, totals, left.get(letter, 0)))
        for letter, totals in counted
        if totals.to_send
    ]
    costs = MessageCost.unscoped.filter(pk__in=mine.exclude(pricing=None).values("pk"))
    priced = costs.aggregate(
        total=Sum("price"), unpriced=Count("pk", filter=Q(price=None, pricing_type="regular"))
    )
    return Results(
        totals=totals_of([campaign])[campaign.pk],
        left_out=left_out_of(campaign),
        failures=_failures(mine),
        opted_out_after=opted_out_after(campaign).count(),
        variants=variants,
        winner=_winner(campaign, variants),
        cost=priced["total"],
        unpriced=priced["unpriced"],
        timeline=timeline(campaign),
    )


def left_out_of(campaign: Campaign) -> dict[str, int]:
    """Count those who get nothing, by reason; lines of a list that bring no message included."""
    rows = Recipient.unscoped.filter(campaign=campaign).exclude(left_out="")
    counted = rows.order_by().values_list("left_out").annotate(n=Count("pk"))
    found = {reason: n for reason, n in counted}
    for reason in LINES:
        if lines := lines_behind(campaign, reason).count():
            found[reason] = found.get(reason, 0) + lines
    return {reason: found[reason] for reason in LeftOut.values if found.get(reason)}


def left_out_labels(campaign: Campaign) -> dict[str, str]:
    """Return the reasons of getting nothing in words; without an address of the campaign's kind of
    channel is said by that kind's name.
    """
    kind = ChannelKind(campaign.channel_kind).label
    labels = {value: str(label) for value, label in LeftOut.choices}
    return {**labels, LeftOut.NO_ADDRESS.value: _("Sem %(kind)s") % {"kind": kind}}


# Of lines, not of people.
LINES = (LeftOut.BAD_NUMBER.value, LeftOut.REPEATED.value, LeftOut.SECOND.value)


def lines_behind(campaign: Campaign, number: str) -> Any:
    """Return the lines of a campaign's list that a number counts: without a number, about somebody
    of an earlier line (who gets one message, filled from that line), or with a second number.
    """
    listed = ListedPerson.unscoped.filter(campaign=campaign).order_by("line")
    match number:
        case LeftOut.BAD_NUMBER:
            return listed.filter(contact=None)
        case LeftOut.REPEATED:
            earlier = listed.filter(contact=OuterRef("contact"), line__lt=OuterRef("line"))
            return listed.filter(Exists(earlier.order_by()))
        case LeftOut.SECOND:
            return listed.exclude(more="")
    return listed.none()


def _failures(mine: Any) -> list[tuple[str, str, int]]:
    """Count failures by our code, with the sentence that was told first, the most common first."""
    failed = mine.filter(status=RecipientStatus.FAILED).order_by()
    rows = failed.values("error_code").annotate(n=Count("pk"), words=Min("error_detail"))
    return [(row["error_code"], row["words"], row["n"]) for row in rows.order_by("-n")[:10]]


def opted_out_after(campaign: Campaign) -> Any:
    """Return the recipients who stopped marketing within three days of getting it."""
    stopped = Consent.unscoped.filter(
        contact=OuterRef("contact"),
        purpose=Purpose.MARKETING,
        is_granted=False,
        occurred_at__gte=OuterRef("sent_at"),
        occurred_at__lte=OuterRef("sent_at") + ANSWERS_FOR,
    )
    return Recipient.unscoped.filter(campaign=campaign).went().filter(Exists(stopped))


def _share(campaign: Campaign, totals: Totals, left: int) -> float:
    if not totals.delivered:
        return 0.0
    good = totals.read if campaign.winner_rule == WinnerRule.READ else totals.replied - left
    return good / totals.delivered


def _winner(campaign: Campaign, variants: Sequence[VariantResult]) -> str:
    """Return the version whose share is higher than each other's by more than chance explains, ""
    while there is none.
    """
    if len(variants) < 2:
        return ""
    best, *others = sorted(variants, key=lambda one: -one.share)
    return best.letter if all(_differs(best, other) for other in others) else ""


def _differs(one: VariantResult, other: VariantResult) -> bool:
    """Compare two shares (z test of two proportions)."""
    a, b = one.totals.delivered, other.totals.delivered
    if min(a, b) < ENOUGH:
        return False
    together = (one.share * a + other.share * b) / (a + b)
    spread = math.sqrt(together * (1 - together) * (1 / a + 1 / b))
    return spread > 0 and (one.share - other.share) / spread > SIGNIFICANT


def timeline(campaign: Campaign) -> list[tuple[datetime, int, int, int]]:
    """Count what was sent, read and answered, by the minute for a short campaign, else by the
    hour: (moment, sent, read, replied).
    """
    mine = Recipient.unscoped.filter(campaign=campaign)
    if campaign.started_at is None:
        return []
    last = campaign.finished_at or campaign.started_at
    cut = TruncMinute if last - campaign.started_at < timedelta(hours=1) else TruncHour
    found: dict[datetime, list[int]] = {}
    for place, column in enumerate(("sent_at", "read_at", "replied_at")):
        rows = mine.exclude(**{column: None}).annotate(at=cut(F(column))).order_by("at")
        for at, n in rows.values_list("at").annotate(n=Count("pk"))[:400]:
            found.setdefault(at, [0, 0, 0])[place] = n
    return [(at, *found[at]) for at in sorted(found)]  # type: ignore[misc]


# The people behind a number, by the name the page and the API use for it.
def people_behind(campaign: Campaign, number: str) -> Any:
    """Return the recipients that a number counts. An unknown name is every one of them."""
    mine = Recipient.unscoped.filter(campaign=campaign)
    if number in RecipientStatus.values:
        return mine.filter(status=number)
    if number in LeftOut.values:
        return mine.filter(left_out=number)
    match number:
        case "enviados":
            return mine.exclude(sent_at=None)
        case "entregues":
            return mine.exclude(delivered_at=None)
        case "lidos":
            return mine.exclude(read_at=None)
        case "respondidos":
            return mine.exclude(replied_at=None)
        case "descadastros":
            return opted_out_after(campaign)
    return mine


NUMBERS = (
    *RecipientStatus.values,
    *LeftOut.values,
    *("enviados", "entregues", "lidos", "respondidos", "descadastros"),
)


# --- one person -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SentTo:
    """A campaign message that one person got. `is_answered_here` tells that the conversation asked
    about is their answer to it.
    """

    campaign_id: Any
    name: str
    text: str
    at: datetime
    status: str
    is_answered_here: bool


_SENT = Composed(
    lambda most, company_id, contact_id, channel_id: (
        Recipient.objects.for_company(company_id)
        .filter(contact_id=contact_id, campaign__channel_id=channel_id)
        .went()
        .select_related("campaign__channel")
        .order_by("-claimed_at")[:most]
    )
)


def sent_to(conversation: Conversation, most: int = 3) -> list[SentTo]:
    """Return the newest campaign messages that the person of a conversation got on its channel."""
    rows = _SENT.rows(
        conversation.company_id, conversation.contact_id, conversation.channel_id, shape=most
    )
    if not rows:
        return []
    variants = CampaignVariant.unscoped.filter(campaign__in={row.campaign_id for row in rows})
    composers = {
        (one.campaign_id, one.letter): Composer(one.campaign, one)
        for one in variants.select_related("template", "campaign__channel")
    }
    found = []
    for row in rows:
        composer = composers.get((row.campaign_id, row.letter))
        text = composer.shown(row.values or {}) if composer else ""
        assert row.sent_at is not None
        found.append(
            SentTo(
                row.campaign_id,
                row.campaign.name,
                text,
                row.sent_at,
                str(row.get_status_display()),
                row.conversation_id == conversation.pk,
            )
        )
    return found
