"""Appointments, professionals, calendars, reminders and the waiting list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from agenda.api.views import feed_url
from agenda.choices import AppointmentState
from agenda.models import (
    AgendaSettings,
    Appointment,
    AppointmentAnswer,
    CalendarFeed,
    FreedSlot,
    Professional,
    Reminder,
    SlotInvite,
    WaitingPlace,
)
from agenda.services.appointments import appointment_cancel
from agenda.services.fetching import feed_save
from agenda.services.professionals import feed_key_renew, professional_save
from common.admin import CompanyAdmin, CompanyInline, button, linked
from common.admin.narrowing import CompanyForm

STATE_COLOURS = {
    AppointmentState.BOOKED: "info",
    AppointmentState.CANCELLED: "danger",
    AppointmentState.DONE: "success",
    AppointmentState.MISSED: "warning",
}


class ReminderPanel(CompanyInline):
    """Reminders of an appointment."""

    model = Reminder
    verbose_name_plural = _("lembretes")
    ordering = ("due_at",)
    fields = ("hours", "due_at", "state", "held_detail")
    readonly_fields = fields


class AnswerPanel(CompanyInline):
    """What was understood of its answers."""

    model = AppointmentAnswer
    verbose_name_plural = _("respostas")
    fields = ("created_at", "way", "meaning", "rule", "author")
    readonly_fields = fields


@admin.register(Appointment)
class AppointmentAdmin(CompanyAdmin):
    """Appointments, to look at and to cancel; they are made in the inbox, by API and calendars."""

    is_read_only = True
    list_display = (
        *("starts_at", "shown_contact", "shown_professional", "kind", "shown_state", "answer"),
        *("source", "shown_company"),
    )
    list_filter = ("state", "answer", "source")
    list_select_related = ("company", "contact", "professional")
    search_fields = ("contact__name", "title", "kind")
    ordering = ("-starts_at", "-id")
    inlines = (ReminderPanel, AnswerPanel)
    actions = ("cancel",)
    shown_contact = linked("contact", _("paciente"))
    shown_professional = linked("professional", _("profissional"))

    @display(description=_("situação"), ordering="state", label=STATE_COLOURS)
    def shown_state(self, obj: Appointment) -> tuple[str, str]:
        """The state."""
        return obj.state, obj.get_state_display()

    @admin.action(description=_("Cancelar e oferecer o horário"))
    def cancel(self, request: HttpRequest, queryset: Any) -> None:
        """Cancel through the service."""
        self.act(
            request,
            queryset,
            lambda row: appointment_cancel(appointment=row, actor=self.member(request, row)),
            gettext("%(count)d compromissos cancelados."),
        )


@admin.register(Professional)
class ProfessionalAdmin(CompanyAdmin):
    """Professionals and the secret addresses of their calendars."""

    list_display = ("name", "is_active", "feed_names", "shown_company")
    list_filter = ("is_active",)
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name", "id")
    fields = ("name", "is_active", "feed_names")
    buttons = ("renew",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        rows = Professional.objects.for_company(obj.company_id)
        saved = professional_save(
            actor=self.member(request, obj),
            professional=rows.get(pk=obj.pk) if change else None,
            **{name: form.cleaned_data[name] for name in ("name", "is_active", "feed_names")},
        )
        obj.pk = saved.pk
        form.instance = saved

    @button(_("Novo endereço do calendário"))
    def renew(self, request: HttpRequest, obj: Professional) -> None:
        """Show a new secret address, once; the old one ends."""
        key = feed_key_renew(professional=obj, actor=self.member(request, obj))
        words = gettext("Copie agora, não será mostrado de novo: %(url)s") % {"url": feed_url(key)}
        messages.success(request, words)


class CalendarFeedForm(CompanyForm):
    """A calendar; its address is written and never shown."""

    url = forms.CharField(
        label=_("endereço"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("https, público. Vazio mantém o atual."),
    )


@admin.register(CalendarFeed)
class CalendarFeedAdmin(CompanyAdmin):
    """Calendars of other systems."""

    form = CalendarFeedForm
    can_be_deleted = True
    list_display = (
        *("name", "shown_professional", "is_active", "fetched_at", "event_count", "trouble"),
        "shown_company",
    )
    list_select_related = ("company", "professional")
    ordering = ("name", "id")
    fields = ("name", "professional", "url", "is_active", "trouble")
    readonly_fields = ("trouble",)
    shown_professional = linked("professional", _("profissional"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        given = form.cleaned_data
        rows = CalendarFeed.objects.for_company(obj.company_id)
        saved = feed_save(
            actor=self.member(request, obj),
            professional=given["professional"],
            name=given["name"],
            url=given["url"],
            feed=rows.get(pk=obj.pk) if change else None,
            is_active=given["is_active"],
        )
        obj.pk = saved.pk
        form.instance = saved


@admin.register(AgendaSettings)
class AgendaSettingsAdmin(CompanyAdmin):
    """How a company reminds and offers."""

    list_display = ("shown_company", "is_on", "shown_channel", "quiet_from", "quiet_until")
    list_select_related = ("company", "channel")
    fields = (
        "is_on",
        ("channel", "template", "offer_template"),
        "hours",
        ("quiet_from", "quiet_until"),
        "offered_to",
    )
    shown_channel = linked("channel", _("canal"))


class InvitePanel(CompanyInline):
    """Whom a free slot was offered to."""

    model = SlotInvite
    verbose_name_plural = _("ofertas")
    fields = ("place", "wave", "state")
    readonly_fields = fields


@admin.register(WaitingPlace)
class WaitingPlaceAdmin(CompanyAdmin):
    """Who waits for an earlier time."""

    is_read_only = True
    list_display = (
        *("shown_contact", "shown_professional", "kind", "urgency", "state", "created_at"),
        "shown_company",
    )
    list_filter = ("state",)
    list_select_related = ("company", "contact", "professional")
    search_fields = ("contact__name", "kind")
    ordering = ("-urgency", "id")
    shown_contact = linked("contact", _("paciente"))
    shown_professional = linked("professional", _("profissional"))


@admin.register(FreedSlot)
class FreedSlotAdmin(CompanyAdmin):
    """Times that became free, and who got them."""

    is_read_only = True
    list_display = ("starts_at", "shown_professional", "kind", "wave", "holder", "shown_company")
    list_select_related = ("company", "professional", "holder")
    ordering = ("-starts_at", "-id")
    inlines = (InvitePanel,)
    shown_professional = linked("professional", _("profissional"))
