"""Calendars that are read from an address of another system.

The address is called over the guarded connection only. What vanished is cancelled where it is a few
events; where much vanishes at once somebody is asked, because a calendar that was emptied by
mistake must not tell fifty people that they need not come.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.services.audit import audit_record
from agenda import bells
from agenda.choices import AnswerMeaning, AppointmentSource, AppointmentState
from agenda.errors import FeedRefused
from agenda.models import Appointment, CalendarFeed, Professional
from agenda.reading import CalendarUnreadable, FeedEvent, events_read, window_of
from agenda.services.appointments import appointment_cancel, appointment_change
from agenda.services.planning import reminders_plan
from common import phones
from common.tasks import company_apart, ring
from contacts.models import Contact
from providers.http import ForeignAddress, HttpAnswer, NotSent, Request, Unanswered, call, may_call

BYTES_MOST = 5 * 1024 * 1024
EVERY = timedelta(minutes=15)
# Up to so many, or that share, vanish without being asked about.
VANISH_FEW, VANISH_SHARE = 3, 0.2
UNREADABLE = gettext_lazy("O endereço não devolveu um calendário iCalendar.")


@transaction.atomic
def feed_save(
    *,
    actor: Membership,
    professional: Professional,
    name: str,
    url: str,
    feed: CalendarFeed | None = None,
    is_active: bool = True,
) -> CalendarFeed:
    """Keep a calendar's address and read it soon; an empty `url` keeps the one there is. Raises
    FeedRefused.
    """
    row = feed or CalendarFeed(company_id=actor.company_id)
    url = url.strip().replace("webcal://", "https://", 1)
    if (url and not may_call(url)) or not (url or feed):
        raise FeedRefused(fields={"url": [FeedRefused.message]})
    row.professional, row.name, row.is_active = professional, name.strip()[:80], is_active
    if url:
        row.secret, row.etag, row.changed_at = {"url": url}, "", ""
    row.fetched_at = None
    row.save()
    audit_record(
        company=row.company_id, actor=actor.user, action="profissional.calendario_salvo", target=row
    )
    ring(bells.FETCH, str(row.company_id), str(row.pk))
    return row


def feeds_due() -> QuerySet[CalendarFeed]:
    """Return the calendars whose turn it is, of all companies."""
    before = timezone.now() - EVERY
    return CalendarFeed.unscoped.filter(is_active=True).filter(
        Q(fetched_at=None) | Q(fetched_at__lt=before)
    )


def feeds_sweep() -> None:
    """Read every calendar whose turn it is."""
    for pk, company_id in list(feeds_due().order_by("fetched_at").values_list("pk", "company_id")):
        with company_apart("calendar", company_id):
            feed_fetch(pk)


def feed_fetch(feed_id: UUID | str) -> None:
    """Read one calendar; its trouble is kept with it. Nothing is locked while it is called."""
    feed = CalendarFeed.unscoped.select_related("company", "professional").get(pk=feed_id)
    # Claimed by its moment: a second worker finds it fresh.
    before = timezone.now() - timedelta(seconds=30)
    mine = CalendarFeed.unscoped.filter(pk=feed.pk).filter(
        Q(fetched_at=None) | Q(fetched_at__lt=before)
    )
    if not mine.update(fetched_at=timezone.now()):
        return
    headers = {"Accept": "text/calendar"}
    if feed.etag:
        headers["If-None-Match"] = feed.etag
    if feed.changed_at:
        headers["If-Modified-Since"] = feed.changed_at
    try:
        answer = call(Request("GET", feed.secret["url"], headers), most_bytes=BYTES_MOST)
    except ForeignAddress:
        return _trouble(feed, str(FeedRefused.message))
    except (NotSent, Unanswered):
        return _trouble(feed, _("O endereço não respondeu. Tentamos de novo em 15 minutos."))
    if answer.status == 304:
        return _trouble(feed, "")
    if not answer.is_success or answer.body is None:
        return _trouble(feed, _("O endereço respondeu com erro, ou com mais de 5 MB."))
    _read(feed, answer)


def _trouble(feed: CalendarFeed, words: str) -> None:
    CalendarFeed.unscoped.filter(pk=feed.pk).update(trouble=words[:300])


def _read(feed: CalendarFeed, answer: HttpAnswer) -> None:
    start, end = window_of(timezone.now())
    try:
        events = events_read(answer.body or b"", zone=feed.company.zone, start=start, end=end)
    except CalendarUnreadable:
        return _trouble(feed, str(UNREADABLE))
    trouble = feed_apply(feed, events, end)
    CalendarFeed.unscoped.filter(pk=feed.pk).update(
        trouble=trouble[:300],
        event_count=len(events),
        etag=answer.etag,
        changed_at=answer.last_modified,
    )


@transaction.atomic
def feed_apply(feed: CalendarFeed, events: list[FeedEvent], end: datetime) -> str:
    """Bring a calendar's appointments up to date; return what somebody must look at, "" if
    nothing. Telling the same again changes nothing.
    """
    CalendarFeed.unscoped.select_for_update().get(pk=feed.pk)
    rows = {
        row.external_id: row
        for row in Appointment.unscoped.filter(feed=feed).select_related("contact")
    }
    people = _people(feed, events)
    for event in events:
        name = f"{feed.pk}:{event.key}"
        known = rows.get(name)
        if known is None:
            _make(feed, event, name, people)
        elif event.rank >= (known.sequence, known.stamped_at or event.rank[1]):
            _change(known, event, people)
    seen = {f"{feed.pk}:{event.key}" for event in events}
    return _vanished(rows, seen, end)


def _make(feed: CalendarFeed, event: FeedEvent, name: str, people: dict[str, Contact]) -> None:
    if event.is_cancelled or event.ends_at < timezone.now():
        return
    row = Appointment.unscoped.create(
        company_id=feed.company_id,
        professional=feed.professional,
        feed=feed,
        source=AppointmentSource.ICAL,
        external_id=name,
        contact=_person(event, people),
        **_times(event),
    )
    reminders_plan(row)


def _change(row: Appointment, event: FeedEvent, people: dict[str, Contact]) -> None:
    if event.is_cancelled:
        if row.state == AppointmentState.BOOKED:
            appointment_cancel(appointment=row, actor=None)
        return
    given = _times(event)
    person = _person(event, people) or row.contact
    differs = any(getattr(row, name) != value for name, value in given.items())
    if not differs and person == row.contact and not row.is_missing:
        return
    # A patient who said no stays cancelled until the calendar names another time.
    if row.state == AppointmentState.CANCELLED:
        if row.starts_at == event.starts_at and row.answer == AnswerMeaning.CANNOT:
            return
        Appointment.unscoped.filter(pk=row.pk).update(state=AppointmentState.BOOKED)
    if row.state in (AppointmentState.BOOKED, AppointmentState.CANCELLED):
        appointment_change(appointment=row, actor=None, contact=person, is_missing=False, **given)


def _times(event: FeedEvent) -> dict[str, Any]:
    return {
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "is_all_day": event.is_all_day,
        "title": event.title,
        "sequence": event.sequence,
        "stamped_at": event.stamped_at,
    }


def _vanished(rows: dict[str, Appointment], seen: set[str], end: datetime) -> str:
    now = timezone.now()
    future = [
        row
        for row in rows.values()
        if row.state == AppointmentState.BOOKED and now < row.starts_at < end
    ]
    gone = [row for row in future if row.external_id not in seen]
    if len(gone) > max(VANISH_FEW, len(future) * VANISH_SHARE):
        Appointment.unscoped.filter(pk__in=[row.pk for row in gone]).update(is_missing=True)
        return _("%(count)s compromissos sumiram do calendário de uma vez. Confira na agenda.") % {
            "count": len(gone)
        }
    for row in gone:
        appointment_cancel(appointment=row, actor=None)
    return ""


def _people(feed: CalendarFeed, events: list[FeedEvent]) -> dict[str, Contact]:
    """Return who is named by a phone in an event, by that phone. Nobody is made: a calendar's word
    is no proof of whose a number is.
    """
    given = {phones.canonical(one) for event in events for one in event.phones} - {None, ""}
    rows: Any = Contact.objects.for_company(feed.company_id).standing().filter(phone__in=given)
    return {row.phone: row for row in rows}


def _person(event: FeedEvent, people: dict[str, Contact]) -> Contact | None:
    for one in event.phones:
        if (found := people.get(phones.canonical(one) or "")) is not None:
            return found
    return None
