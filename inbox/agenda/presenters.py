"""Appointments as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.choices import AnswerMeaning, AppointmentState
from agenda.models import Appointment
from inbox.agenda.forms import SAID

SHOWN_AHEAD, SHOWN_PAST = 5, 2


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """One appointment. `choices` are what its person may have meant, with the one that holds."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool
    person: str
    talk: UUID | None
    kind: str
    professional: str
    state: str
    state_words: str
    answer: str
    answer_words: str
    is_open: bool
    overlaps: bool
    is_missing: bool
    choices: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """A day with its appointments."""

    day: date
    is_today: bool
    lines: tuple[AppointmentLine, ...]


def line_of(
    row: Appointment, talks: dict[Any, Any] | None = None, overlapping: frozenset[Any] = frozenset()
) -> AppointmentLine:
    """Draw an appointment. Needs contact and professional loaded."""
    person = (row.contact.name or _("sem nome")) if row.contact else (row.title or _("Reservado"))
    answer = (
        row.answer if row.answer_way or row.answer != AnswerMeaning.SILENT else AnswerMeaning.SILENT
    )
    return AppointmentLine(
        id=row.pk,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_all_day=row.is_all_day,
        person=person,
        talk=(talks or {}).get(row.contact_id),
        kind=row.kind,
        professional=row.professional.name if row.professional else "",
        state=row.state,
        state_words=row.get_state_display(),
        answer=answer,
        answer_words=str(AnswerMeaning(answer).label),
        is_open=row.state == AppointmentState.BOOKED,
        overlaps=row.pk in overlapping,
        is_missing=row.is_missing,
        choices=tuple((one.value, str(one.label), one == answer) for one in SAID),
    )


def days_of(
    rows: Iterable[Appointment], first: date, count: int, talks: dict[Any, Any]
) -> list[AgendaDay]:
    """Draw days, those without appointments too."""
    found = list(rows)
    crossing = overlapping(found)
    by_day: dict[date, list[AppointmentLine]] = {}
    for row in found:
        day = timezone.localtime(row.starts_at).date()
        by_day.setdefault(day, []).append(line_of(row, talks, crossing))
    today = timezone.localdate()
    days = [first + timedelta(days=number) for number in range(count)]
    return [AgendaDay(day, day == today, tuple(by_day.get(day, ()))) for day in days]


def overlapping(rows: Iterable[Appointment]) -> frozenset[Any]:
    """Return the appointments that share a professional and a time with another one."""
    found: set[Any] = set()
    last: dict[Any, Appointment] = {}
    standing = [row for row in rows if row.state != AppointmentState.CANCELLED]
    for row in sorted(standing, key=lambda one: one.starts_at):
        if row.professional_id is None or row.is_all_day:
            continue
        before = last.get(row.professional_id)
        if before is not None and before.ends_at > row.starts_at:
            found |= {before.pk, row.pk}
        if before is None or row.ends_at > before.ends_at:
            last[row.professional_id] = row
    return frozenset(found)


def lines_of(contact_id: Any, company_id: Any) -> tuple[AppointmentLine, ...]:
    """Draw a person's next appointments and the last ones, for the column."""
    now = timezone.now()
    rows = Appointment.objects.for_company(company_id).filter(contact_id=contact_id)
    rows = rows.select_related("contact", "professional")
    ahead = rows.filter(ends_at__gte=now).order_by("starts_at", "pk")[:SHOWN_AHEAD]
    past = rows.filter(ends_at__lt=now).order_by("-starts_at", "-pk")[:SHOWN_PAST]
    return tuple(line_of(row) for row in [*ahead, *past])
