"""Campaigns as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from campaigns.choices import CampaignStatus, LeftOut, WinnerRule
from campaigns.hours import may_send, sends_again_at
from campaigns.models import Campaign, CampaignVariant
from campaigns.selectors import Results, Totals, left_out_labels
from campaigns.services.audiences import campaign_forecast, over_budget
from campaigns.services.campaigns import VariantDraft, campaign_problems
from campaigns.services.messages import SUBJECT, has_subject
from campaigns.services.trial import charged, preview
from common.errors import DomainError
from inbox.campaigns.shapes import Bar, CampaignLine, FunnelStep, Offered
from inbox.talk.bubbles import template_buttons
from omnichannel.models import Template
from omnichannel.services.pricing import Forecast
from omnichannel.services.template_filling import HEADER_FILES, template_info
from omnichannel.wording import (
    category_words,
    language_words,
    market_words,
    price_words,
    reason_words,
)
from omnichannel.wording import money as amount_words
from providers import registry
from providers.base import Templates
from providers.choices import TemplateStatus
from providers.outgoing import TemplateVariable
from providers.registry import policy_of

WIDTH, HEIGHT = 640, 140
# Room for the numbers beside the columns and the hours below them.
LEFT, BELOW = 44, 22
# A short campaign has few columns: they stand side by side instead of filling the picture.
WIDEST = 48
# So many moments are drawn, and so many of them named.
SHOWN, LABELS = 48, 8
CENT = Decimal("0.01")


def money(amount: Decimal | None, currency: str) -> str:
    """Return an amount as people read it, a dash where none is known."""
    if amount is None:
        return "—"
    if 0 < amount < CENT:
        return _("menos de %(cent)s") % {"cent": amount_words(CENT, currency)}
    return amount_words(amount, currency)


def listed(
    campaigns: Iterable[Campaign], totals: dict[Any, Totals], costs: dict[Any, Decimal]
) -> list[CampaignLine]:
    """Return campaigns as the list shows them."""
    found = []
    for campaign in campaigns:
        counted = totals[campaign.pk]
        share = round(100 * counted.done / counted.to_send) if counted.to_send else 0
        spent = costs.get(campaign.pk)
        cost = money(spent, campaign.currency) if spent else "—"
        found.append(CampaignLine(campaign, counted, cost, share))
    return found


def funnel(totals: Totals) -> list[FunnelStep]:
    """Return the funnel's bars."""
    rows = [
        (_("Enviadas"), "enviados", totals.sent),
        (_("Entregues"), "entregues", totals.delivered),
        (_("Lidas"), "lidos", totals.read),
        (_("Respondidas"), "respondidos", totals.replied),
    ]
    widest = max(totals.sent, 1)
    return [
        FunnelStep(name, number, count, round(100 * count / widest), f"{100 * count / widest:.0f}%")
        for name, number, count in rows
    ]


def bars(timeline: list[tuple[datetime, int, int, int]]) -> list[Bar]:
    """Return the timeline as a picture."""
    if not timeline:
        return []
    shown = timeline[-SHOWN:]
    every = -(-len(shown) // LABELS)
    most = max(max(sent, read, replied) for _at, sent, read, replied in shown) or 1
    step = min(WIDTH / len(shown), WIDEST)
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
                x=round(LEFT + place * step, 2),
                width=round(max(step / 3 - 1, 1), 2),
                sent_y=round(HEIGHT - sent_high, 2),
                sent_height=round(sent_high, 2),
                read_y=round(HEIGHT - read_high, 2),
                read_height=round(read_high, 2),
                reply_y=round(HEIGHT - reply_high, 2),
                reply_height=round(reply_high, 2),
                words=words,
                when=f"{timezone.localtime(at):%H:%M}" if place % every == 0 else "",
            )
        )
    return found


def axis(timeline: list[tuple[datetime, int, int, int]]) -> list[tuple[float, int]]:
    """Return the lines behind the columns: how high each stands and the number it means."""
    most = max((max(row[1:]) for row in timeline[-SHOWN:]), default=0)
    marks = sorted({most, most // 2, 0})
    return [(round(HEIGHT - HEIGHT * n / (most or 1), 2), n) for n in marks]


def result_context(campaign: Campaign, found: Results) -> dict[str, Any]:
    """Return what the result page shows."""
    labels = left_out_labels(campaign)
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
        "axis": axis(found.timeline),
        "left": LEFT,
        "width": WIDTH + LEFT,
        "base": HEIGHT,
        "height": HEIGHT + BELOW,
    }


def waits_until(campaign: Campaign) -> datetime | None:
    """Return when a running campaign sends again, None while it may."""
    now = timezone.now()
    if campaign.status != CampaignStatus.RUNNING or may_send(campaign, now):
        return None
    return sends_again_at(campaign, now)


def kind_hours(campaign: Campaign) -> str:
    """Say when a campaign's kind of channel may be written to, "" when it is the campaign's affair:
    days with the same hours stand together.
    """
    hours = policy_of(campaign.channel_kind).marketing_hours
    if hours is None:
        return ""
    lines = []
    for day, days in groupby(range(7), key=lambda place: hours.week[place]):
        if day is not None:
            first, *others = [str(WEEKDAYS_ABBR[place]) for place in days]
            name = first
            if others:
                name = _("%(first)s a %(last)s") % {"first": first, "last": others[-1]}
            lines.append(
                _("%(days)s das %(begins)s às %(ends)s")
                % {"days": name, "begins": f"{day[0]:%H:%M}", "ends": f"{day[1]:%H:%M}"}
            )
    return ", ".join(lines)


# --- the wizard -----------------------------------------------------------------------------------


def message_context(
    campaign: Campaign, refused: Sequence[VariantDraft] | None = None
) -> dict[str, Any]:
    """Return the versions with their inputs and previews, and the templates to choose from;
    `refused` are those that were just sent and not kept, so that nobody writes them again.
    """
    channel = campaign.channel
    templates: list[Template] = []
    has_templates = channel is None or registry.has_face(channel.kind, Templates)
    if channel is not None and has_templates:
        mine = Template.objects.filter(waba_id=channel.waba_id)
        templates = list(mine.exclude(status=TemplateStatus.DELETED).order_by("name", "language"))
    if refused:
        rows = [
            CampaignVariant(
                campaign=campaign,
                letter=letter,
                template=draft.template,
                text=draft.text,
                variables=draft.variables or {},
            )
            for letter, draft in zip("ABCDE", refused, strict=False)
        ]
    else:
        rows = list(campaign.variants.select_related("template").order_by("letter"))
    shown = []
    for row in rows:
        if not has_templates:
            # It was chosen for another channel.
            row.template = None
        shown.append((row, _asked(campaign, row), _shown(campaign, row)))
    policy = policy_of(campaign.channel_kind)
    return {
        "variants": shown,
        "templates": [offered_of(row, channel) for row in templates],
        "has_templates": has_templates,
        # What a template is filled with and a window lets through is short enough for any channel.
        "text_limit": policy.text_limit if policy.text_unit == "characters" else "",
    }


def _asked(campaign: Campaign, row: CampaignVariant) -> list[tuple[TemplateVariable, str]]:
    """Return what a version has to be told, with what it was: a template's variables, a subject."""
    channel = campaign.channel
    if row.template is not None and channel is not None:
        adapter = registry.face_of(channel.kind, Templates)
        return [
            (one, row.variables.get(one.key, ""))
            for one in adapter.template_variables(template_info(row.template))
            # What a button sends back is no text for anybody to read: its own words will do.
            if one.kind in ("text", "code") or (one.kind == "payload" and one.is_required)
        ]
    if row.template is None and has_subject(campaign.channel_kind):
        about = TemplateVariable(SUBJECT, "header", "text", str(_("Assunto")))
        return [(about, row.variables.get(SUBJECT, ""))]
    return []


def offered_of(template: Template, channel: Any) -> Offered:
    """Draw a template to choose from; who cannot be sent to anybody says why at once."""
    asked = registry.face_of(channel.kind, Templates).template_variables(template_info(template))
    reason = ""
    if template.status != TemplateStatus.APPROVED:
        why = reason_words(template.rejected_reason) if template.rejected_reason else ""
        reason = f"{template.get_status_display()}: {why}" if why else template.get_status_display()
    elif any(one.kind in HEADER_FILES for one in asked):
        reason = _("pede um arquivo no cabeçalho, que campanhas ainda não levam")
    elif any(one.kind == "location" for one in asked):
        reason = _("pede um lugar no cabeçalho")
    facts = f"{language_words(template.language)} · {category_words(template.category)}"
    title = template.name.replace("_", " ").capitalize()
    return Offered(template.pk, template.name, title, facts, str(reason))


def _shown(campaign: Campaign, row: Any) -> dict[str, Any]:
    """Return what the drawn telephone shows: the parts of the message, else what is wrong."""
    try:
        shown = preview(campaign, row)
    except DomainError as refused:
        return {"body": str(refused.detail)}
    return {
        "charged": charged(campaign, row),
        "header": shown.header,
        "body": shown.body,
        "footer": shown.footer,
        "buttons": template_buttons(shown.buttons),
    }


def _expected(told: Forecast | None) -> str:
    """Return a forecast in words that promise no price nobody knows."""
    if told is None:
        return "—"
    if told.unpriced and all(line.cost is None for line in told.lines):
        return _("sem tarifa")
    words = money(told.total, told.currency)
    return _("a partir de %(amount)s") % {"amount": words} if told.unpriced else words


# Somebody who stands in a list more than once gets the message all the same.
TWICE = (LeftOut.REPEATED.value, LeftOut.SECOND.value)


def review_context(campaign: Campaign, totals: Totals, left_out: dict[str, int]) -> dict[str, Any]:
    """Return what a person should see before they let a campaign go."""
    labels = left_out_labels(campaign)
    told = campaign_forecast(campaign)
    lines = told.lines if told else ()
    over = over_budget(campaign)
    return {
        "problems": [str(line) for lines in campaign_problems(campaign).values() for line in lines],
        "totals": totals,
        "left_out": [(labels[key], key, n) for key, n in left_out.items()],
        "left_out_count": sum(n for key, n in left_out.items() if key not in TWICE),
        "forecast": told,
        "costs": [
            (
                market_words(line.market),
                price_words(line.category),
                line.count,
                money(line.cost, told.currency if told else ""),
            )
            for line in lines
        ],
        "forecast_money": _expected(told),
        "over_budget": money(over, campaign.currency) if over else "",
        "waits_until": None
        if may_send(campaign, timezone.now())
        else sends_again_at(campaign, timezone.now()),
        **message_context(campaign),
    }
