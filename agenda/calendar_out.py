"""A professional's calendar as iCalendar, for whoever has its secret address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event

from agenda.choices import AnswerMeaning, AppointmentState
from agenda.models import Appointment, Professional
from agenda.services.wording import PATIENTS

PAST, AHEAD = timedelta(days=30), timedelta(days=180)


def appointments_of(professional: Professional) -> list[Appointment]:
    """Return what the calendar shows: a month back, half a year ahead, cancelled ones too, so that
    programs take them away.
    """
    now = timezone.now()
    rows = Appointment.objects.for_company(professional.company_id)
    found = rows.filter(professional=professional).within(now - PAST, now + AHEAD)
    return list(found.select_related("contact").order_by("starts_at", "pk")[:5000])


def calendar_of(professional: Professional, rows: Iterable[Appointment]) -> bytes:
    """Return the file. Without `feed_names` patients are their initials."""
    calendar = Calendar()
    calendar.add("prodid", "-//Central de Atendimento//Agenda//PT")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", professional.name)
    calendar.add("x-wr-timezone", str(professional.company.zone))
    with override(PATIENTS):
        for row in rows:
            calendar.add_component(_event(row, has_names=professional.feed_names))
    return bytes(calendar.to_ical())


def etag_of(professional: Professional, rows: Iterable[Appointment]) -> str:
    """Return a mark that changes when the file does."""
    told = [f"{row.pk}{row.updated_at.timestamp()}" for row in rows]
    told += [professional.name, str(professional.feed_names)]
    return f'"{hashlib.sha256("|".join(told).encode()).hexdigest()[:32]}"'


def _event(row: Appointment, *, has_names: bool) -> Event:
    event = Event()
    event.add("uid", f"{row.pk}@central-atendimento")
    event.add("dtstamp", row.updated_at.astimezone(UTC))
    event.add("last-modified", row.updated_at.astimezone(UTC))
    # Seconds since the row was made only grow, which is all that SEQUENCE asks for.
    event.add("sequence", int((row.updated_at - row.created_at).total_seconds()))
    if row.is_all_day:
        event.add("dtstart", row.starts_at.date())
        event.add("dtend", max(row.ends_at.date(), row.starts_at.date() + timedelta(days=1)))
    else:
        event.add("dtstart", _utc(row.starts_at))
        event.add("dtend", _utc(row.ends_at))
    event.add("summary", _summary(row, has_names=has_names))
    is_off = row.state == AppointmentState.CANCELLED
    sure = "CONFIRMED" if row.answer == AnswerMeaning.CONFIRMS else "TENTATIVE"
    event.add("status", "CANCELLED" if is_off else sure)
    return event


def _summary(row: Appointment, *, has_names: bool) -> str:
    name = row.contact.name if row.contact else ""
    shown = name if has_names else initials(name)
    return " - ".join(filter(None, (row.kind or _("Consulta"), shown)))


def initials(name: str) -> str:
    """Return a name as its initials: "Joana Dias" is "J. D."."""
    return " ".join(f"{part[0].upper()}." for part in name.split() if part[0].isalpha())


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
