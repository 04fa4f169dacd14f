"""Campaigns as people make them and move them through their life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from campaigns import bells, events
from campaigns.audience import asked_of
from campaigns.choices import (
    EDITABLE,
    MOVES,
    AudienceState,
    CampaignPauseReason,
    CampaignStatus,
    LeftOut,
    RecipientStatus,
)
from campaigns.errors import (
    AudienceEmpty,
    BudgetSpent,
    CampaignFixed,
    CampaignMoved,
    CampaignNotReady,
    ScheduleInThePast,
)
from campaigns.filling import text_check, variables_check
from campaigns.models import MOST_VARIANTS, Campaign, CampaignVariant, Recipient
from campaigns.services.messages import variant_check
from common.errors import DomainError
from common.happenings import Happening, HappeningKind, happened
from common.realtime import publish
from common.tasks import ring
from contacts import segments
from contacts.models import Contact
from omnichannel.choices import ChannelStatus
from omnichannel.models import Template
from omnichannel.services.costs import budget_state
from providers import registry
from providers.base import Bulk

# Whoever changes one of these changes who gets the message.
OF_AUDIENCE = frozenset({"segment", "filters", "kind", "channel", "channel_kind", "frequency_days"})


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One version as a person writes it."""

    template: Template | None = None
    text: str = ""
    variables: Mapping[str, Any] | None = None


@transaction.atomic
def campaign_save(
    *,
    actor: Membership,
    campaign: Campaign | None = None,
    variants: Sequence[VariantDraft] | None = None,
    **values: Any,
) -> Campaign:
    """Make or change a campaign that has not begun; `variants` replace what is there.

    What changes who gets the message throws the frozen list away, and a scheduled one becomes a
    draft again. Raises CampaignFixed, SegmentRefused, PlacesRefused.
    """
    row = _held(campaign) if campaign is not None else Campaign(company_id=actor.company_id)
    if campaign is None:
        row.author = actor
    elif not row.is_editable:
        raise CampaignFixed
    before = {name: getattr(row, name, None) for name in OF_AUDIENCE}
    for name, value in values.items():
        setattr(row, name, value)
    if row.channel is not None:
        row.channel_kind = row.channel.kind
    asked, match = asked_of(row.filters)
    # Only so that a condition that cannot be asked is refused here and not at night.
    segments.people(Contact.unscoped.none(), asked, match=match)
    is_other = any(before[name] != getattr(row, name, None) for name in OF_AUDIENCE)
    row.save()
    if variants is not None:
        is_other |= _variants_put(row, variants)
    if is_other and campaign is not None:
        audience_forget(row)
    if row.status == CampaignStatus.SCHEDULED:
        campaign_move(row, CampaignStatus.DRAFT)
    audit_record(
        company=row.company_id,
        actor=actor.user,
        action="campanha.criada" if campaign is None else "campanha.alterada",
        target=row,
        detail={"campos": sorted(values)},
    )
    publish(events.changed(row))
    return row


def _variants_put(row: Campaign, drafts: Sequence[VariantDraft]) -> bool:
    """Replace a campaign's versions; return whether people must be shared out anew."""
    if not 1 <= len(drafts) <= MOST_VARIANTS:
        raise CampaignNotReady(_("Use de uma a cinco versões da mensagem."))
    known = CampaignVariant.unscoped.filter(campaign=row)
    before = [(one.letter, one.template_id) for one in known.order_by("letter")]
    known.delete()
    made = [
        CampaignVariant(
            company_id=row.company_id,
            campaign=row,
            letter="ABCDE"[place],
            template=draft.template,
            text=text_check(draft.text.strip()),
            variables=variables_check(draft.variables or {}),
        )
        for place, draft in enumerate(drafts)
    ]
    CampaignVariant.unscoped.bulk_create(made)
    return before != [(one.letter, one.template_id) for one in made]


def audience_forget(row: Campaign) -> None:
    """Throw a list away that nothing was sent to yet."""
    Recipient.unscoped.filter(campaign=row).delete()
    row.audience_state, row.audience_error, row.built_at = AudienceState.NONE, "", None
    row.forecast_cost = None
    row.save(
        update_fields=[
            *("audience_state", "audience_error", "built_at", "forecast_cost", "updated_at")
        ]
    )


@transaction.atomic
def campaign_copy(*, campaign: Campaign, actor: Membership) -> Campaign:
    """Make a new draft like an earlier campaign: content, filters and rules, not the people."""
    fields = (
        *("description", "kind", "channel", "channel_kind", "segment", "filters", "quiet_from"),
        *("quiet_until", "calendar", "rate", "frequency_days", "failure_limit"),
        *("follows_capacity", "expected_replies", "reply_queue", "winner_rule"),
    )
    drafts = [
        VariantDraft(one.template, one.text, one.variables)
        for one in campaign.variants.for_company(campaign.company_id).select_related("template")
    ]
    return campaign_save(
        actor=actor,
        variants=drafts or None,
        name=str(_("Cópia de %(name)s") % {"name": campaign.name})[:255],
        **{name: getattr(campaign, name) for name in fields},
    )


# --- what is missing ------------------------------------------------------------------------------


def campaign_problems(campaign: Campaign) -> dict[str, list[Any]]:
    """Return what keeps a campaign from being sent, by field; empty when nothing does."""
    found: dict[str, list[Any]] = {}
    channel = campaign.channel
    if channel is None:
        found["channel"] = [_("Escolha o canal.")]
    elif not registry.has_face(channel.kind, Bulk):
        found["channel"] = [registry.LACKING[Bulk][0]]
    elif channel.status == ChannelStatus.ERROR:
        found["channel"] = [_("O canal está com erro. Valide-o antes de enviar.")]
    elif channel.status != ChannelStatus.ACTIVE:
        found["channel"] = [_("O canal não está ativo.")]
    variants = list(campaign.variants.for_company(campaign.company_id).select_related("template"))
    if not variants:
        found["message"] = [_("Escolha a mensagem.")]
    for variant in variants if channel is not None else []:
        try:
            variant_check(campaign, variant)
        except DomainError as refused:
            lines = [line for lines in (refused.fields or {}).values() for line in lines]
            found[f"message.{variant.letter}"] = lines or [refused.detail]
    match campaign.audience_state:
        case AudienceState.NONE:
            found["audience"] = [_("Monte o público.")]
        case AudienceState.BUILDING:
            found["audience"] = [_("O público ainda está sendo montado. Espere um momento.")]
        case AudienceState.FAILED:
            found["audience"] = [campaign.audience_error]
    return found


def _check_ready(row: Campaign) -> None:
    if problems := campaign_problems(row):
        raise CampaignNotReady(fields=problems)
    waiting = Recipient.unscoped.filter(campaign=row, status=RecipientStatus.PENDING)
    if not waiting.exists():
        raise AudienceEmpty
    assert row.channel is not None
    if budget_state(row.channel).level == "estourado":
        raise BudgetSpent


# --- its life -------------------------------------------------------------------------------------


def _held(campaign: Campaign) -> Campaign:
    return (
        Campaign.unscoped.select_for_update(of=("self",))
        .select_related("channel__company", "segment")
        .get(pk=campaign.pk)
    )


def campaign_move(row: Campaign, status: str, *, reason: str = "", detail: str = "") -> None:
    """Bring a locked campaign into another state, the only place that does. Raises CampaignMoved
    for a step that does not exist.
    """
    if status not in MOVES[row.status]:
        raise CampaignMoved
    now = timezone.now()
    row.status, row.pause_reason, row.pause_detail = status, reason, detail[:300]
    if status == CampaignStatus.RUNNING and row.started_at is None:
        row.started_at = now
    if row.is_over:
        row.finished_at = now
    row.save(
        update_fields=[
            *("status", "pause_reason", "pause_detail", "started_at", "finished_at"),
            *("scheduled_at", "updated_at"),
        ]
    )
    told = {"campaign": row.pk, "status": status, "reason": reason or None}
    happened(row.company_id, [Happening(HappeningKind.CAMPAIGN_MOVED, row.pk, told)])
    publish(events.changed(row))


@transaction.atomic
def campaign_start(*, campaign: Campaign, actor: Membership | None = None) -> Campaign:
    """Begin to send now. Pressed twice, the second press is refused.

    Raises CampaignMoved, CampaignNotReady, AudienceEmpty, BudgetSpent.
    """
    row = _held(campaign)
    if row.status not in EDITABLE:
        raise CampaignMoved
    _check_ready(row)
    campaign_move(row, CampaignStatus.RUNNING)
    _note(row, actor, "campanha.iniciada")
    ring(bells.SEND)
    return row


@transaction.atomic
def campaign_schedule(*, campaign: Campaign, actor: Membership, at: datetime) -> Campaign:
    """Begin at a moment. Raises ScheduleInThePast and whatever `campaign_start` would now."""
    row = _held(campaign)
    if row.status not in EDITABLE:
        raise CampaignMoved
    if at <= timezone.now():
        raise ScheduleInThePast(fields={"scheduled_at": [ScheduleInThePast.message]})
    _check_ready(row)
    row.scheduled_at = at
    if row.status == CampaignStatus.SCHEDULED:
        row.save(update_fields=["scheduled_at", "updated_at"])
        publish(events.changed(row))
    else:
        campaign_move(row, CampaignStatus.SCHEDULED)
    _note(row, actor, "campanha.agendada")
    return row


@transaction.atomic
def campaign_unschedule(*, campaign: Campaign, actor: Membership) -> Campaign:
    """Take a scheduled campaign back to a draft."""
    row = _held(campaign)
    row.scheduled_at = None
    campaign_move(row, CampaignStatus.DRAFT)
    _note(row, actor, "campanha.desagendada")
    return row


@transaction.atomic
def campaign_pause(
    *,
    campaign: Campaign,
    actor: Membership | None = None,
    reason: str = CampaignPauseReason.PERSON,
    detail: str = "",
) -> Campaign:
    """Stop at once: nothing is claimed after this commits; what was claimed before goes out."""
    row = _held(campaign)
    campaign_move(row, CampaignStatus.PAUSED, reason=reason, detail=detail)
    _note(row, actor, "campanha.pausada", motivo=reason)
    return row


@transaction.atomic
def campaign_resume(*, campaign: Campaign, actor: Membership) -> Campaign:
    """Go on where it stopped. Raises as `campaign_start`, but for what is over already."""
    row = _held(campaign)
    if row.status != CampaignStatus.PAUSED:
        raise CampaignMoved
    if problems := campaign_problems(row):
        raise CampaignNotReady(fields=problems)
    assert row.channel is not None
    if budget_state(row.channel).level == "estourado":
        raise BudgetSpent
    # Whoever resumes has seen these; only as many more stop it again.
    row.failures_accepted = Recipient.unscoped.filter(
        campaign=row, status=RecipientStatus.FAILED
    ).count()
    row.save(update_fields=["failures_accepted", "updated_at"])
    campaign_move(row, CampaignStatus.RUNNING)
    _note(row, actor, "campanha.retomada")
    ring(bells.SEND)
    return row


@transaction.atomic
def campaign_cancel(*, campaign: Campaign, actor: Membership) -> Campaign:
    """End it for good; whoever has not got it yet gets nothing."""
    row = _held(campaign)
    campaign_move(row, CampaignStatus.CANCELLED)
    # A claim in another transaction either has its rows already, or finds the campaign cancelled.
    Recipient.unscoped.filter(campaign=row, status=RecipientStatus.PENDING).update(
        status=RecipientStatus.SKIPPED, left_out=LeftOut.CANCELLED, updated_at=timezone.now()
    )
    _note(row, actor, "campanha.cancelada")
    return row


@transaction.atomic
def campaign_finish(*, campaign: Campaign) -> bool:
    """End a running campaign with nobody left to send to; return whether it ended now."""
    row = _held(campaign)
    left = Recipient.unscoped.filter(
        campaign=row, status__in=(RecipientStatus.PENDING, RecipientStatus.SENDING)
    )
    if row.status != CampaignStatus.RUNNING or left.exists():
        return False
    campaign_move(row, CampaignStatus.FINISHED)
    return True


@transaction.atomic
def campaign_delete(*, campaign: Campaign, actor: Membership) -> None:
    """Remove a draft. Raises CampaignFixed once it has begun: what was sent stays on record."""
    row = _held(campaign)
    if not row.is_editable:
        raise CampaignFixed
    Recipient.unscoped.filter(campaign=row).delete()
    _note(row, actor, "campanha.apagada")
    row.delete()


def _note(row: Campaign, actor: Membership | None, action: str, **detail: Any) -> None:
    audit_record(
        company=row.company_id,
        actor=actor.user if actor else None,
        action=action,
        target=row,
        detail=detail,
    )
