"""Calendars: saving them, and reading one as a schedule of working time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from accounts.models import BusinessCalendar, CalendarException, CalendarHours, Company, User
from accounts.optional_days import DAYS, optional_days
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError
from common.hours import Interval, Schedule, check_intervals
from common.zones import zone_named


class CalendarRefused(DomainError):
    """The calendar cannot be read as working time."""

    code = "calendario_invalido"
    message = _("Confira os horários do calendário.")


class CalendarNameTaken(Conflict):
    """Another calendar of the company has this name."""

    code = "calendario_existente"
    message = _("Já existe um calendário com este nome. Escolha outro.")


class CalendarInUse(Conflict):
    """Something counts its time by it."""

    code = "calendario_em_uso"
    message = _("Este calendário está em uso. Troque-o nas filas que o usam antes de apagá-lo.")


def calendar_schedule(calendar: BusinessCalendar, *, around: datetime) -> Schedule:
    """Return a calendar's working time, with the holidays of the years around a moment.

    Kept in the process until the calendar changes: `calendar_save` moves `updated_at`.
    """
    return _schedule(calendar.pk, calendar.updated_at, around.year)


@lru_cache(maxsize=512)
def _schedule(calendar_id: UUID, version: datetime, year: int) -> Schedule:
    # The calendar itself says whose it is; whoever has it was allowed to see it.
    calendar = BusinessCalendar.unscoped.get(pk=calendar_id)
    week: list[list[Interval]] = [[] for _day in range(7)]
    for row in CalendarHours.unscoped.filter(calendar=calendar):
        week[row.weekday].append(Interval(row.opens_at, row.closes_at))
    days: dict[date, tuple[Interval, ...]] = dict.fromkeys(
        holidays_of(calendar, range(year - 1, year + 3)), ()
    )
    own: dict[date, list[Interval]] = defaultdict(list)
    for day in CalendarException.unscoped.filter(calendar=calendar):
        intervals = own[day.day]
        if day.opens_at is not None and day.closes_at is not None:
            intervals.append(Interval(day.opens_at, day.closes_at))
    days |= {day: tuple(intervals) for day, intervals in own.items()}
    return Schedule(zone_named(calendar.time_zone), tuple(map(tuple, week)), days)


def holidays_of(calendar: BusinessCalendar, years: range) -> dict[date, str]:
    """Return the holidays a calendar closes on, with their Portuguese names."""
    # Imported here: it loads every country's rules, which no other request needs.
    from holidays import country_holidays

    national = country_holidays("BR", years=years, language="pt_BR")
    found: dict[date, str] = dict(national) if calendar.national_holidays else {}
    if calendar.state:
        regional = country_holidays("BR", subdiv=calendar.state, years=years, language="pt_BR")
        found |= {day: name for day, name in regional.items() if day not in national}
    chosen = [name for name in DAYS if getattr(calendar, name)]
    return {**optional_days(chosen, years), **found}


@transaction.atomic
def calendar_save(
    *,
    company: Company,
    actor: User | None,
    calendar: BusinessCalendar | None = None,
    hours: Sequence[dict[str, Any]] | None = None,
    exceptions: Sequence[dict[str, Any]] | None = None,
    **values: Any,
) -> BusinessCalendar:
    """Make or change a calendar. `hours` ({"weekday", "opens_at", "closes_at"}) and `exceptions`
    ({"day", "name", "opens_at", "closes_at"}) replace what is there; None leaves it.

    Raises HoursRefused, CalendarNameTaken.
    """
    row = calendar or BusinessCalendar(company=company, time_zone=company.time_zone)
    for name, value in values.items():
        setattr(row, name, value)
    others = BusinessCalendar.objects.for_company(company).exclude(pk=row.pk)
    if others.filter(name__iexact=row.name).exists():
        raise CalendarNameTaken(fields={"name": [CalendarNameTaken.message]})
    row.save()
    if hours is not None:
        check_week(hours)
        CalendarHours.objects.for_company(company).filter(calendar=row).delete()
        CalendarHours.unscoped.bulk_create(
            CalendarHours(company=company, calendar=row, **item) for item in hours
        )
    if exceptions is not None:
        check_days(exceptions)
        CalendarException.objects.for_company(company).filter(calendar=row).delete()
        CalendarException.unscoped.bulk_create(
            CalendarException(company=company, calendar=row, **item) for item in exceptions
        )
    audit_record(company=company, actor=actor, action="calendario.salvo", target=row)
    return row


@transaction.atomic
def calendar_delete(*, calendar: BusinessCalendar, actor: User | None) -> None:
    """Remove a calendar that nothing counts by. Raises CalendarInUse."""
    company_id, named = calendar.company_id, str(calendar.pk)
    try:
        calendar.delete()
    except ProtectedError as exc:
        raise CalendarInUse from exc
    audit_record(
        company=company_id, actor=actor, action="calendario.apagado", detail={"calendario": named}
    )


def check_week(hours: Sequence[dict[str, Any]]) -> None:
    """Let opening hours of a week pass. Raises HoursRefused for a day that overlaps itself."""
    _check_each([(item["weekday"], item) for item in hours])


def check_days(exceptions: Sequence[dict[str, Any]]) -> None:
    """Let exceptions pass. Raises HoursRefused; a day that is closed has no hours besides."""
    by_day: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for item in exceptions:
        by_day[item["day"]].append(item)
    for rows in by_day.values():
        if len(rows) > 1 and any(row.get("opens_at") is None for row in rows):
            raise CalendarRefused(_("Um dia fechado não pode ter também horários."))
    _check_each([(item["day"], item) for item in exceptions if item.get("opens_at") is not None])


def _check_each(rows: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    by_day: dict[Any, list[Interval]] = defaultdict(list)
    for day, item in rows:
        opens: time = item["opens_at"]
        by_day[day].append(Interval(opens, item["closes_at"]))
    for intervals in by_day.values():
        check_intervals(intervals)
