"""Working hours, holidays and reasons for a pause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from accounts.models import (
    BusinessCalendar,
    CalendarException,
    CalendarHours,
    Company,
    PauseReason,
)
from accounts.services.calendars import (
    calendar_delete,
    calendar_save,
    check_days,
    check_week,
    holidays_of,
)
from common.admin import CompanyAdmin, Panel, ReplacedInline, kept_rows
from common.errors import DomainError
from common.zones import zone_named

SHOWN_HOLIDAYS = 5
NEVER_OPENS = _("Este calendário não tem horários: ele nunca abre, e ninguém é atendido por ele.")


WEEK = ("weekday", "opens_at", "closes_at")
DAYS = ("day", "name", "opens_at", "closes_at")


class _Week(PaginationInlineFormSet):
    """Intervals of a week; the service's refusal stands above them."""

    def clean(self) -> None:
        """Ask the service's rule about all rows at once."""
        super().clean()
        _ask(lambda: check_week(kept_rows(self, *WEEK)))


class _Days(PaginationInlineFormSet):
    """Days that differ; the service's refusal stands above them."""

    def clean(self) -> None:
        """Ask the service's rule about all rows at once."""
        super().clean()
        _ask(lambda: check_days(kept_rows(self, *DAYS)))


def _ask(rule: Callable[[], None]) -> None:
    try:
        rule()
    except DomainError as refused:
        raise ValidationError(str(refused.detail)) from refused


class HoursPanel(ReplacedInline):
    """The intervals of each weekday."""

    model = CalendarHours
    formset = _Week
    ordering = ("weekday", "opens_at")
    fields = WEEK


class ExceptionPanel(ReplacedInline):
    """Days that differ."""

    model = CalendarException
    formset = _Days
    ordering = ("day", "opens_at")
    fields = DAYS


@admin.register(BusinessCalendar)
class CalendarAdmin(CompanyAdmin):
    """One calendar for queues, bot and campaigns."""

    can_be_deleted = True
    list_display = ("name", "time_zone", "national_holidays", "state", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (HoursPanel, ExceptionPanel)
    fields = (
        ("name", "time_zone"),
        ("national_holidays", "state"),
        ("closes_carnival", "closes_ash_wednesday", "closes_corpus_christi"),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the company's own time zone."""
        companies = self._companies(request)
        own = {"time_zone": companies[0].time_zone} if companies else {}
        return {**own, **super().get_changeform_initial_data(request)}

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the next holidays that close it."""
        now = timezone.now().astimezone(zone_named(obj.time_zone)).date()
        found = sorted(holidays_of(obj, range(now.year, now.year + 2)).items())
        coming = [(day, name) for day, name in found if day >= now][:SHOWN_HOLIDAYS]
        facts: list[tuple[Any, Any]] = [(date_format(day, "d/m/Y"), name) for day, name in coming]
        if not obj.opens:
            facts.insert(0, (_("Atenção"), NEVER_OPENS))
        return Panel(facts=facts)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Leave it to `save_related`: the calendar and its hours are saved together."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save everything through the service."""
        hours, exceptions = formsets
        for formset in formsets:
            # Only so that the audit can name what changed.
            formset.save(commit=False)
        obj = form.instance
        calendar_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=request.user,  # type: ignore[arg-type]
            calendar=obj,
            hours=kept_rows(hours, *WEEK),
            exceptions=kept_rows(exceptions, *DAYS),
        )
        if not obj.opens:
            messages.warning(request, NEVER_OPENS)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the service, which keeps calendars in use."""
        calendar_delete(calendar=obj, actor=request.user)  # type: ignore[arg-type]


@admin.register(PauseReason)
class PauseReasonAdmin(CompanyAdmin):
    """Why people are away."""

    can_be_deleted = True
    list_display = ("name", "is_active", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = (("name", "is_active"),)
