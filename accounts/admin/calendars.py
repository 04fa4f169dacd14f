"""Working hours, holidays and reasons for a pause."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from unfold.forms import PaginationInlineFormSet

from accounts.models import BusinessCalendar, CalendarException, CalendarHours, PauseReason
from accounts.services.calendars import check_days, check_week, holidays_of
from common.admin import CompanyAdmin, CompanyInline, Panel
from common.errors import DomainError

SHOWN_HOLIDAYS = 5


class _Checked(PaginationInlineFormSet):
    """Rows that must make sense together; a refusal stands above them."""

    check: Any = None

    def clean(self) -> None:
        """Ask the service's rule about all rows at once."""
        super().clean()
        rows = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        try:
            type(self).check(rows)
        except (DomainError, KeyError) as refused:
            if isinstance(refused, DomainError):
                raise ValidationError(str(refused.detail)) from refused

    def save_new(self, form: Any, commit: bool = True) -> Any:
        """Give a new row its calendar's company."""
        form.instance.company_id = self.instance.company_id
        return super().save_new(form, commit=commit)


class _Week(_Checked):
    check = staticmethod(check_week)


class _Days(_Checked):
    check = staticmethod(check_days)


class HoursPanel(CompanyInline):
    """The intervals of each weekday."""

    model = CalendarHours
    formset = _Week
    is_read_only = False
    can_delete = True
    show_change_link = False
    per_page = 50
    ordering = ("weekday", "opens_at")
    fields = ("weekday", "opens_at", "closes_at")


class ExceptionPanel(CompanyInline):
    """Days that differ."""

    model = CalendarException
    formset = _Days
    is_read_only = False
    can_delete = True
    show_change_link = False
    per_page = 50
    ordering = ("day", "opens_at")
    fields = ("day", "name", "opens_at", "closes_at")


@admin.register(BusinessCalendar)
class CalendarAdmin(CompanyAdmin):
    """One calendar for queues, bot and campaigns."""

    list_display = ("name", "time_zone", "national_holidays", "state", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (HoursPanel, ExceptionPanel)
    fields = (("name", "time_zone"), ("national_holidays", "state"))

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show the next holidays that close it."""
        now = timezone.now().date()
        found = sorted(holidays_of(obj, range(now.year, now.year + 2)).items())
        coming = [(day, name) for day, name in found if day >= now][:SHOWN_HOLIDAYS]
        return Panel(facts=[(date_format(day, "d/m/Y"), name) for day, name in coming])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Move the calendar's time of change: schedules are kept until it moves."""
        super().save_related(request, form, formsets, change)
        form.instance.save(update_fields=["updated_at"])


@admin.register(PauseReason)
class PauseReasonAdmin(CompanyAdmin):
    """Why people are away."""

    can_be_deleted = True
    list_display = ("name", "is_active", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = (("name", "is_active"),)
