"""Campaigns as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from campaigns.choices import CampaignStatus, LeftOut, WinnerRule
from campaigns.hours import may_send, sends_again_at
from campaigns.models import Campaign
from campaigns.selectors import Results, Totals
from campaigns.services.audiences import campaign_forecast, over_budget
from campaigns.services.campaigns import campaign_problems
from campaigns.services.trial import preview
from common.errors import DomainError
from omnichannel.adapters import registry
from omnichannel.choices import TemplateStatus
from omnichannel.models import Template
from omnichannel.services.template_filling import template_info

WIDTH, HEIGHT = 640, 140


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign in the list. `share` is how far it is, in per cent."""

    campaign: Campaign
    totals: Totals
    cost: str
    share: int


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the funnel: `width` in per cent of the widest, `share` of those sent."""

    name: str
    number: str
    count: int
    width: int
    share: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One moment of the timeline: three columns side by side, in the picture's units."""

    x: float
    width: float
    sent_y: float
    sent_height: float
    read_y: float
    read_height: float
    reply_y: float
    reply_height: float
    words: str

    @property
    def read_x(self) -> float:
        """Where the second column begins."""
        return self.x + self.width

    @property
    def reply_x(self) -> float:
        """Where the third column begins."""
        return self.x + 2 * self.width


def money(amount: Decimal | None, currency: str) -> str:
    """Return an amount as people read it, a dash where none is known."""
    if amount is None:
        return "—"
    mark = {"BRL": "R$", "USD": "US$"}.get(currency, currency)
    return f"{mark} {number_format(amount, decimal_pos=2, force_grouping=True)}"


def listed(
    campaigns: Iterable[Campaign], totals: dict[Any, Totals], costs: dict[Any, Decimal]
) -> list[Line]:
    """Return campaigns as the list shows them."""
    found = []
    for campaign in campaigns:
        counted = totals[campaign.pk]
        share = round(100 * counted.done / counted.to_send) if counted.to_send else 0
        spent = costs.get(campaign.pk)
        cost = money(spent, campaign.currency) if spent else "—"
        found.append(Line(campaign, counted, cost, share))
    return found


def funnel(totals: Totals) -> list[Step]:
    """Return the funnel's bars."""
    rows = [
        (_("Enviadas"), "enviados", totals.sent),
        (_("Entregues"), "entregues", totals.delivered),
        (_("Lidas"), "lidos", totals.read),
        (_("Respondidas"), "respondidos", totals.replied),
    ]
    widest = max(totals.sent, 1)
    return [
        Step(name, number, count, round(100 * count / widest), f"{100 * count / widest:.0f}%")
        for name, number, count in rows
    ]


def bars(timeline: list[tuple[datetime, int, int, int]]) -> list[Bar]:
    """Return the timeline as a picture."""
    if not timeline:
        return []
    shown = timeline[-48:]
    most = max(max(sent, read, replied) for _at, sent, read, replied in shown) or 1
    step = WIDTH / len(shown)
    found = []
    for place, (at, sent, read, replied) in enumerate(shown):
        heights = [HEIGHT * n / most for n in (sent, read, replied)]
        words = _("%(at)s: %(sent)d enviadas, %(read)d lidas, %(replied)d respondidas") % {
            "at": f"{timezone.localtime(at):%d/%m %H:%M}",
            "sent": sent,
            "read": read,
            "replied": replied,
        }
        sent_high, read_high, reply_high = heights
        found.append(
            Bar(
                x=round(place * step, 2),
                width=round(max(step / 3 - 1, 1), 2),
                sent_y=round(HEIGHT - sent_high, 2),
                sent_height=round(sent_high, 2),
                read_y=round(HEIGHT - read_high, 2),
                read_height=round(read_high, 2),
                reply_y=round(HEIGHT - reply_high, 2),
                reply_height=round(reply_high, 2),
                words=words,
            )
        )
    return found


def result_context(campaign: Campaign, found: Results) -> dict[str, Any]:
    """Return what the result page shows."""
    labels = dict(LeftOut.choices)
    saved: Any = None
    if found.cost is not None and campaign.forecast_cost is not None:
        saved = found.cost - campaign.forecast_cost
    return {
        "campaign": campaign,
        "totals": found.totals,
        "share": round(100 * found.totals.done / found.totals.to_send)
        if found.totals.to_send
        else 0,
        "funnel": funnel(found.totals),
        "bars": bars(found.timeline),
        "left_out": [(labels[key], key, n) for key, n in found.left_out.items()],
        "failures": found.failures,
        "opted_out_after": found.opted_out_after,
        "variants": [
            (one.letter, one.totals, f"{100 * one.share:.1f}%", one.letter == found.winner)
            for one in found.variants
        ]
        if len(found.variants) > 1
        else [],
        "rule": WinnerRule(campaign.winner_rule).label,
        "winner": found.winner,
        "forecast": money(campaign.forecast_cost, campaign.currency),
        "cost": money(found.cost, campaign.currency),
        "difference": money(saved, campaign.currency),
        "unpriced": found.unpriced,
        "waits_until": waits_until(campaign),
        "width": WIDTH,
        "height": HEIGHT,
    }


def waits_until(campaign: Campaign) -> datetime | None:
    """Return when a running campaign sends again, None while it may."""
    now = timezone.now()
    if campaign.status != CampaignStatus.RUNNING or may_send(campaign, now):
        return None
    return sends_again_at(campaign, now)


# --- the wizard -----------------------------------------------------------------------------------


def message_context(campaign: Campaign) -> dict[str, Any]:
    """Return the versions with their inputs and previews, and the templates to choose from."""
    channel = campaign.channel
    templates: list[Template] = []
    if channel is not None:
        mine = Template.objects.filter(waba_id=channel.waba_id)
        templates = list(mine.exclude(status=TemplateStatus.DELETED).order_by("name", "language"))
    rows = list(campaign.variants.select_related("template").order_by("letter"))
    shown = []
    for row in rows:
        asked = []
        if row.template is not None and channel is not None:
            adapter = registry.adapter_for(channel.kind)
            asked = [
                (one, row.variables.get(one.key, ""))
                for one in adapter.template_variables(template_info(row.template))
                if one.kind in ("text", "code", "payload")
            ]
        shown.append((row, asked, _shown(campaign, row)))
    return {"variants": shown, "templates": templates}


def _shown(campaign: Campaign, row: Any) -> str:
    try:
        return preview(campaign, row)
    except DomainError as refused:
        return str(refused.detail)


def review_context(campaign: Campaign, totals: Totals, left_out: dict[str, int]) -> dict[str, Any]:
    """Return what a person should see before they let a campaign go."""
    labels = dict(LeftOut.choices)
    told = campaign_forecast(campaign)
    over = over_budget(campaign)
    return {
        "problems": [str(line) for lines in campaign_problems(campaign).values() for line in lines],
        "totals": totals,
        "left_out": [(labels[key], key, n) for key, n in left_out.items()],
        "forecast": told,
        "forecast_money": money(told.total, told.currency) if told else "—",
        "over_budget": money(over, campaign.currency) if over else "",
        "waits_until": None
        if may_send(campaign, timezone.now())
        else sends_again_at(campaign, timezone.now()),
        **message_context(campaign),
    }
