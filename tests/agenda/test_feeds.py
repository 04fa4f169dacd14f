"""Calendars read from elsewhere, and calendars given out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.models import Membership
from agenda.choices import AppointmentSource, AppointmentState
from agenda.errors import FeedRefused
from agenda.models import Appointment, CalendarFeed, Professional
from agenda.reading import CalendarUnreadable, FeedEvent, events_read
from agenda.services import fetching
from agenda.services.appointments import appointment_cancel
from agenda.services.fetching import feed_fetch, feed_save
from agenda.services.professionals import feed_key_renew, professional_save
from contacts.models import Contact
from providers.http import HttpAnswer, Request
from tests.agenda.conftest import Book

SP = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{one.strip()}\r\nEND:VEVENT\r\n" for one in events)
    return f"{HEAD}{body}END:VCALENDAR\r\n".replace("\n\n", "\n").encode()


def event(*lines: str, uid: str = "a@x", start: str = "20260510T140000Z", end: str = "") -> str:
    parts = [f"UID:{uid}", f"DTSTART:{start}" if not start.startswith(";") else f"DTSTART{start}"]
    parts += [f"DTEND:{end}"] if end else []
    return "\r\n".join([*parts, "DTSTAMP:20260501T000000Z", *lines])


def found(*events: str) -> list[FeedEvent]:
    return events_read(
        calendar(*events), zone=SP, start=NOW - timedelta(days=1), end=NOW + timedelta(days=60)
    )


def test_times_of_other_zones_without_zone_and_whole_days() -> None:
    windows = found(event(start=";TZID=E. South America Standard Time:20260510T140000"))
    assert windows[0].starts_at == datetime(2026, 5, 10, 17, tzinfo=UTC)
    floating = found(event(start="20260510T140000"))
    assert floating[0].starts_at == datetime(2026, 5, 10, 17, tzinfo=UTC)
    tokyo = found(event(start=";TZID=Asia/Tokyo:20260510T140000"))
    assert tokyo[0].starts_at == datetime(2026, 5, 10, 5, tzinfo=UTC)
    day = found(event(start=";VALUE=DATE:20260510"))
    assert day[0].is_all_day and day[0].starts_at == datetime(2026, 5, 10, 3, tzinfo=UTC)


def test_of_an_event_told_twice_the_newer_telling_holds() -> None:
    one = found(event("SEQUENCE:2", "SUMMARY:nova"), event("SEQUENCE:1", "SUMMARY:velha"))
    assert [each.title for each in one] == ["nova"]


def test_each_time_of_a_series_is_one_appointment_and_a_moved_one_stays_itself() -> None:
    series = found(
        event("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260524T140000Z"),
        event("RECURRENCE-ID:20260517T140000Z", start="20260518T090000Z"),
    )
    assert len({one.key for one in series}) == len(series) == 2
    moved = next(one for one in series if one.starts_at.day == 18)
    assert moved.key == "a@x#20260517T140000Z"


@pytest.mark.parametrize("raw", [b"", b"<html>", b"BEGIN:VCALENDAR\r\n", b"\x00\xff" * 50])
def test_what_is_no_calendar_is_unreadable_or_empty(raw: bytes) -> None:
    try:
        assert events_read(raw, zone=SP, start=NOW, end=NOW + timedelta(days=1)) == []
    except CalendarUnreadable:
        pass


def test_an_event_without_a_readable_start_is_left_out() -> None:
    ok = event(uid="b@x")
    assert [one.key for one in found(event(start="ontem"), ok)] == ["b@x"]


def test_a_series_of_every_second_ends() -> None:
    assert len(found(event("RRULE:FREQ=SECONDLY"))) <= 5000


class Server:
    """Stands in place of another system's server."""

    def __init__(self) -> None:
        self.answers: list[HttpAnswer] = []
        self.asked: list[Request] = []

    def call(self, request: Request, *, most_bytes: int) -> HttpAnswer:
        self.asked.append(request)
        return self.answers.pop(0)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(fetching, "call", server.call)
    return server


@pytest.fixture
def feed(ana: Membership, rita: Professional, bells: Any) -> CalendarFeed:
    return feed_save(
        actor=ana, professional=rita, name="Sistema", url="https://agenda.example.com/a.ics"
    )


def soon(days: int = 2) -> str:
    return (timezone.now() + timedelta(days=days)).strftime("%Y%m%dT140000Z")


def fetch(feed: CalendarFeed, server: Server, *events: str) -> CalendarFeed:
    server.answers.append(HttpAnswer(200, calendar(*events), etag='"1"'))
    CalendarFeed.unscoped.filter(pk=feed.pk).update(fetched_at=None)
    feed_fetch(feed.pk)
    feed.refresh_from_db()
    return feed


def test_a_calendar_is_read_again_without_making_anything_twice(
    feed: CalendarFeed, server: Server, joana: Contact
) -> None:
    one = event("SUMMARY:Joana (41) 99888-7777", start=soon())
    for _again in range(2):
        fetch(feed, server, one, event(uid="p@x", start="20200101T140000Z"))
    row = Appointment.unscoped.get(source=AppointmentSource.ICAL)
    assert row.contact == joana
    assert server.asked[1].headers["If-None-Match"] == '"1"'


def test_updates_cancellations_and_old_tellings(feed: CalendarFeed, server: Server) -> None:
    fetch(feed, server, event("SEQUENCE:1", "SUMMARY:a", start=soon()))
    fetch(feed, server, event("SEQUENCE:2", "SUMMARY:b", start=soon(3)))
    row = Appointment.unscoped.get()
    assert (row.title, row.starts_at.hour) == ("b", 14)
    fetch(feed, server, event("SEQUENCE:1", "SUMMARY:a", start=soon()))
    row.refresh_from_db()
    assert row.title == "b"
    fetch(feed, server, event("SEQUENCE:3", "STATUS:CANCELLED", start=soon(3)))
    row.refresh_from_db()
    assert row.state == AppointmentState.CANCELLED


def test_a_few_that_vanish_are_cancelled_and_many_are_asked_about(
    feed: CalendarFeed, server: Server
) -> None:
    events = [event(uid=f"{number}@x", start=soon()) for number in range(10)]
    fetch(feed, server, *events)
    fetch(feed, server, *events[1:])
    assert Appointment.unscoped.filter(state=AppointmentState.CANCELLED).count() == 1
    fetch(feed, server)
    assert Appointment.unscoped.filter(is_missing=True).count() == 9
    assert Appointment.unscoped.filter(state=AppointmentState.BOOKED).count() == 9
    assert "sumiram" in feed.trouble


@pytest.mark.parametrize(
    "url",
    [
        "http://agenda.example.com/a.ics",
        "https://127.0.0.1/a.ics",
        "https://localhost/a.ics",
        "https://169.254.169.254/latest",
        "https://eu:senha@agenda.example.com/a.ics",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_inside_is_refused(ana: Membership, rita: Professional, url: str) -> None:
    with pytest.raises(FeedRefused):
        feed_save(actor=ana, professional=rita, name="x", url=url)
    assert CalendarFeed.unscoped.count() == 0


def test_the_address_is_sealed(feed: CalendarFeed) -> None:
    assert "agenda.example.com" not in str(CalendarFeed.unscoped.values_list("secret").get())
    assert CalendarFeed.unscoped.get().secret == {"url": "https://agenda.example.com/a.ics"}


def test_the_secret_address_gives_a_calendar_with_initials(
    client: Client, book: Book, ana: Membership, rita: Professional
) -> None:
    row, gone = book(), book(at=timezone.now() + timedelta(days=4))
    appointment_cancel(appointment=gone, actor=ana)
    key = feed_key_renew(professional=rita, actor=ana)
    answer = client.get(f"/agenda/{key}.ics")
    parsed = Calendar.from_ical(answer.content)
    events = {str(one["UID"]): one for one in parsed.walk("VEVENT")}
    assert str(events[f"{row.pk}@central-atendimento"]["SUMMARY"]) == "Retorno - J. D."
    assert str(events[f"{gone.pk}@central-atendimento"]["STATUS"]) == "CANCELLED"
    assert "Joana" not in answer.content.decode()
    again = client.get(f"/agenda/{key}.ics", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    professional_save(
        actor=ana, professional=Professional.unscoped.get(), name=rita.name, feed_names=True
    )
    assert "Joana Dias" in client.get(f"/agenda/{key}.ics").content.decode()


def test_a_renewed_address_ends_the_old_one(
    client: Client, ana: Membership, rita: Professional
) -> None:
    old = feed_key_renew(professional=rita, actor=ana)
    new = feed_key_renew(professional=rita, actor=ana)
    assert client.get(f"/agenda/{old}.ics").status_code == 404
    assert client.get(f"/agenda/{new}.ics").status_code == 200
    assert old not in str(Professional.unscoped.values_list().get())
