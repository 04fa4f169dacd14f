"""Campaigns in the back-office: how each stands, stopping and going on; making one is the attendant
page's work, to which every row leads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from campaigns.choices import CampaignStatus, RecipientStatus
from campaigns.models import Campaign, CampaignVariant, Recipient
from campaigns.selectors import left_out_labels, results
from campaigns.services.campaigns import (
    campaign_cancel,
    campaign_copy,
    campaign_pause,
    campaign_resume,
)
from common.admin import (
    AdminQuestion,
    CompanyAdmin,
    CompanyInline,
    Panel,
    QuestionFilter,
    button,
    linked,
)
from common.admin.filters import today
from common.errors import DomainError
from contacts.admin.searching import PeopleSearched
from omnichannel.choices import ChannelStatus

COLOURS = {
    CampaignStatus.DRAFT: "",
    CampaignStatus.SCHEDULED: "info",
    CampaignStatus.RUNNING: "success",
    CampaignStatus.PAUSED: "warning",
    CampaignStatus.FINISHED: "",
    CampaignStatus.CANCELLED: "danger",
}


class VariantPanel(CompanyInline):
    """What people read."""

    model = CampaignVariant
    show_change_link = False
    fields = ("letter", "template", "text", "variables")
    readonly_fields = fields

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Bring the template along."""
        return rows.select_related("template")


class CampaignQuestions(QuestionFilter):
    """Questions about campaigns."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "enviando": AdminQuestion(
            _("Enviando agora"), lambda rows, now: rows.filter(status=CampaignStatus.RUNNING)
        ),
        "paradas": AdminQuestion(
            _("Pararam sozinhas"),
            lambda rows, now: rows.filter(status=CampaignStatus.PAUSED).exclude(
                pause_reason="pessoa"
            ),
        ),
        "hoje": AdminQuestion(
            _("Agendadas para hoje"),
            lambda rows, now: rows.filter(
                status=CampaignStatus.SCHEDULED,
                scheduled_at__gte=today(now),
                scheduled_at__lt=today(now) + timedelta(days=1),
            ),
        ),
        "sem_canal": AdminQuestion(
            _("Canal com problema"),
            lambda rows, now: rows.filter(
                status__in=(CampaignStatus.SCHEDULED, CampaignStatus.PAUSED)
            ).exclude(channel__status=ChannelStatus.ACTIVE),
        ),
    }


@admin.register(Campaign)
class CampaignAdmin(CompanyAdmin):
    """Every campaign, its numbers and what may be done with it."""

    is_read_only = True
    list_display = ("name", "shown_status", "kind", "shown_channel", "people", "started_at")
    list_filter = (
        CampaignQuestions,
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("channel", AutocompleteSelectFilter),
    )
    list_select_related = ("channel",)
    search_fields = ("name",)
    search_help_text = _("Nome")
    ordering = ("-created_at", "-id")
    inlines = (VariantPanel,)
    buttons = ("pause", "resume", "cancel", "copy")
    actions = ("pause_chosen",)
    fields = (
        ("name", "kind"),
        ("shown_channel", "shown_page"),
        "description",
        ("scheduled_at", "started_at", "finished_at"),
        ("quiet_until", "quiet_from", "rate"),
        ("frequency_days", "failure_limit"),
        ("forecast_cost", "currency"),
    )
    readonly_fields = (
        *("name", "kind", "shown_channel", "shown_page", "description", "scheduled_at"),
        *("started_at", "finished_at", "quiet_until", "quiet_from", "rate", "frequency_days"),
        *("failure_limit", "forecast_cost", "currency"),
    )
    shown_channel = linked("channel", _("canal"))

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Count people in the list's own statement."""
        went = Count("recipients", filter=Q(recipients__sent_at__isnull=False))
        return rows.annotate(went=went, everybody=Count("recipients"))

    @display(description=_("situação"), ordering="status", label=COLOURS)
    def shown_status(self, obj: Campaign) -> tuple[str, str]:
        """Colour it."""
        return obj.status, obj.get_status_display()

    @display(description=_("enviadas"))
    def people(self, obj: Any) -> str:
        """Say how far it is."""
        return f"{obj.went}/{obj.everybody}"

    @display(description=_("página"))
    def shown_page(self, obj: Campaign) -> str:
        """Lead to where it is made and read."""
        address = reverse("inbox:campaign", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', address, _("Abrir no atendimento"))

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the numbers, and who was left out and why."""
        found = results(obj)
        totals = found.totals
        facts: list[tuple[Any, Any]] = [
            (_("situação"), obj.get_status_display()),
            (_("enviadas"), totals.sent),
            (_("entregues"), totals.delivered),
            (_("lidas"), totals.read),
            (_("respondidas"), totals.replied),
            (_("falhas"), totals.failed),
            (_("incertas"), totals.uncertain),
            (_("custo até agora"), found.cost or 0),
        ]
        labels = left_out_labels(obj)
        facts += [(labels[reason], n) for reason, n in found.left_out.items()]
        warnings = []
        if obj.pause_reason:
            warnings.append(f"{obj.get_pause_reason_display()} {obj.pause_detail}".strip())
        return Panel(facts=facts, warnings=warnings)

    @button(_("Pausar"), icon="pause")
    def pause(self, request: HttpRequest, obj: Campaign) -> None:
        """Stop at once."""
        campaign_pause(campaign=obj, actor=self.member(request, obj))

    @button(_("Retomar"), icon="play_arrow")
    def resume(self, request: HttpRequest, obj: Campaign) -> None:
        """Go on."""
        campaign_resume(campaign=obj, actor=self.member(request, obj))

    @button(_("Cancelar"), icon="cancel", asks=_("Quem ainda não recebeu não recebe mais."))
    def cancel(self, request: HttpRequest, obj: Campaign) -> None:
        """End it for good."""
        campaign_cancel(campaign=obj, actor=self.member(request, obj))

    @button(_("Copiar"), icon="content_copy")
    def copy(self, request: HttpRequest, obj: Campaign) -> None:
        """Make a draft like it."""
        campaign_copy(campaign=obj, actor=self.member(request, obj))

    @action(description=_("Pausar"), permissions=["act"])
    def pause_chosen(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        """Stop the chosen ones that run."""
        self._each(request, queryset, campaign_pause)

    def _each(self, request: HttpRequest, rows: Any, act: Callable[..., Any]) -> None:
        done = 0
        for row in rows:
            try:
                act(campaign=row, actor=self.member(request, row))
                done += 1
            except DomainError as refused:
                messages.warning(request, f"{row}: {refused.detail}")
        if done:
            words = ngettext("%(n)d campanha pausada.", "%(n)d campanhas pausadas.", done)
            messages.success(request, words % {"n": done})


class RecipientQuestions(QuestionFilter):
    """Questions about recipients."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "falhas": AdminQuestion(
            _("Falhas de hoje"),
            lambda rows, now: rows.filter(
                status=RecipientStatus.FAILED, claimed_at__gte=today(now)
            ),
        ),
        "incertos": AdminQuestion(
            _("Ninguém sabe se saiu"),
            lambda rows, now: rows.filter(status=RecipientStatus.UNCERTAIN),
        ),
        "responderam": AdminQuestion(
            _("Responderam"), lambda rows, now: rows.exclude(replied_at=None)
        ),
    }


@admin.register(Recipient)
class RecipientAdmin(PeopleSearched):
    """Every message of a campaign: a record."""

    is_read_only = True
    paginator = InfinitePaginator
    list_display = (
        *("shown_contact", "shown_campaign", "status", "left_out", "sent_at"),
        *("delivered_at", "read_at", "replied_at"),
    )
    list_filter = (
        RecipientQuestions,
        ("status", ChoicesDropdownFilter),
        ("left_out", ChoicesDropdownFilter),
        ("campaign", AutocompleteSelectFilter),
    )
    list_select_related = ("contact", "campaign")
    search_fields = ("contact__name",)
    search_help_text = _("Nome ou telefone da pessoa")
    ordering = ("-id",)
    fields = (
        ("shown_contact", "shown_campaign"),
        ("status", "left_out", "letter"),
        ("sent_at", "delivered_at", "read_at", "replied_at"),
        ("error_code", "error_detail"),
        "reply_text",
    )
    readonly_fields = (
        *("shown_contact", "shown_campaign", "status", "left_out", "letter", "sent_at"),
        *("delivered_at", "read_at", "replied_at", "error_code", "error_detail", "reply_text"),
    )
    shown_contact = linked("contact", _("pessoa"))
    shown_campaign = linked("campaign", _("campanha"))
