"""Calendários by the API."""

from __future__ import annotations

import pytest

from accounts.models import BusinessCalendar
from accounts.services.calendars import calendar_save
from queues.services.queues import queue_save

WEEK = [
    {"weekday": 0, "opens_at": "08:00", "closes_at": "12:00"},
    {"weekday": 0, "opens_at": "13:00", "closes_at": "18:00"},
]
CLOSED = {"day": "2026-12-24", "name": "Véspera"}


def test_a_calendar_is_made_changed_and_removed(api, ana, clinic):
    client = api(ana)
    made = client.post(
        "calendarios/", {"name": "Semana", "hours": WEEK, "exceptions": [CLOSED], "state": "PR"}
    )
    assert made.status_code == 201, made.json()
    assert [row["opens_at"] for row in made.json()["hours"]] == ["08:00:00", "13:00:00"]
    where = f"calendarios/{made.json()['id']}/"
    changed = client.patch(where, {"hours": WEEK[:1]}).json()
    assert len(changed["hours"]) == 1
    # What was not sent stays.
    assert (changed["state"], changed["exceptions"][0]["name"]) == ("PR", "Véspera")
    assert client.get("calendarios/").json()["results"] == [changed]
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"hours": [WEEK[0], {**WEEK[0], "opens_at": "11:00"}]}, None),
        ({"hours": [{**WEEK[0], "weekday": 7}]}, "hours"),
        ({"exceptions": [{**CLOSED, "opens_at": "08:00"}]}, "exceptions"),
        ({"time_zone": "Lua/Mar"}, "time_zone"),
        ({"state": "XX"}, "state"),
        ({"exceptions": [CLOSED, {**CLOSED, "opens_at": "08:00", "closes_at": "09:00"}]}, None),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(api, ana, given, field):
    refused = api(ana).post("calendarios/", {"name": "Semana", **given})
    assert refused.status_code in (400, 409, 422), refused.json()
    if field:
        assert any(name.startswith(field) for name in refused.json()["fields"])
    assert not BusinessCalendar.unscoped.exists()


def test_a_calendar_in_use_stays(api, ana, clinic):
    calendar = calendar_save(company=clinic, actor=None, name="Semana", hours=[])
    queue_save(company=clinic, actor=None, name="Recepção", calendar=calendar)
    refused = api(ana).delete(f"calendarios/{calendar.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "calendario_em_uso")


def test_attendants_read_and_do_not_write(api, beto, clinic):
    calendar = calendar_save(company=clinic, actor=None, name="Semana", hours=[])
    client = api(beto)
    assert client.get(f"calendarios/{calendar.pk}/").status_code == 200
    assert client.patch(f"calendarios/{calendar.pk}/", {"name": "X"}).status_code == 403
    assert client.post("calendarios/", {"name": "X"}).status_code == 403


def test_another_company_s_calendar_is_missing(api, rui, clinic):
    calendar = calendar_save(company=clinic, actor=None, name="Semana", hours=[])
    client = api(rui)
    for answer in (
        client.get(f"calendarios/{calendar.pk}/"),
        client.patch(f"calendarios/{calendar.pk}/", {"name": "X"}),
        client.delete(f"calendarios/{calendar.pk}/"),
    ):
        assert answer.status_code == 404
    assert client.get("calendarios/").json()["results"] == []
