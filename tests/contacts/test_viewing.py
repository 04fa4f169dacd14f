"""Whoever is shown a person is written down, by whatever door they came."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError, ProgrammingError, transaction
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from accounts.services.viewing import API as API_PLACE
from accounts.services.viewing import EXPORT, PAGE, viewed
from contacts.models import Contact, ContactView, Tag, ViewPlace
from contacts.services import viewing
from omnichannel.models import Message
from tests import make
from tests.neighbours import (
    API,
    BACK_OFFICE,
    CALLS,
    TABLE,
    Attempt,
    Tenant,
    back_office_path,
    call,
    client_of,
    content_of,
    furnish,
    row_of,
)

MODEL_PAGE = re.compile(r"admin/(?!password_change)\w+/\w+/")
NAME, WORDS = "Zenaide Quimera", "palavras dela"


@pytest.fixture
def house(clinic, bells, settings) -> Tenant:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    make.forget_cached()
    tenant = furnish(clinic, "MARCA", "100000000000002")
    Contact.unscoped.update(name=NAME)
    Message.unscoped.update(text=WORDS)
    return tenant


def shows_person(answer: Any, house: Tenant) -> bool:
    said = content_of(answer)
    return NAME in said or WORDS in said


def is_written() -> bool:
    # Whom it is about differs: a page may be that of the company's other person.
    return ContactView.unscoped.exclude(contacts=[]).exists()


def afresh(house: Tenant) -> None:
    """Forget the looks there were; other tests use the same cache at the same time."""
    ContactView.unscoped.all().delete()
    reader = house.administrator.pk
    people = Contact.unscoped.values_list("pk", flat=True)
    cache.delete_many(
        f"visto:{reader}:{place}:{person}" for person in people for place in ViewPlace.values
    )


def test_every_page_and_call_that_shows_a_person_writes_it_down(
    house: Tenant, no_provider: None, attempt: Attempt
):
    shown = 0
    for route, method in CALLS:
        with attempt(route, method):
            afresh(house)
            answer = call(house.administrator, route, method, house.ids)
            if answer.status_code < 300 and shows_person(answer, house):
                shown += 1
                assert is_written(), (route, method)
    assert shown > 14


def test_every_page_of_the_back_office_that_shows_a_person_writes_it_down(
    house: Tenant, attempt: Attempt
):
    client, shown = client_of(house.administrator, "admin/"), 0
    for route in BACK_OFFICE:
        # Pages that are no row's or list's: login, password, search.
        if not MODEL_PAGE.match(route):
            continue
        with attempt(route, "get"):
            afresh(house)
            row = row_of(route, house)
            answer = client.get(back_office_path(route, getattr(row, "pk", row)))
            if answer.status_code == 200 and shows_person(answer, house):
                shown += 1
                assert is_written(), route
    assert shown > 5


@pytest.fixture
def person(clinic) -> Contact:
    return Contact.unscoped.create(company=clinic, name="Rita")


def places() -> list[str]:
    return list(ContactView.unscoped.order_by("id").values_list("place", flat=True))


def test_an_open_page_is_one_look_and_another_door_another(beto, carla, person):
    for reader, place in ((beto, PAGE), (beto, PAGE), (beto, API_PLACE), (carla, PAGE)):
        viewed(reader, place, [person])
    assert places() == [PAGE, API_PLACE, PAGE]


def test_a_look_a_while_later_is_another(beto, person, monkeypatch):
    monkeypatch.setattr(viewing, "AGAIN_SECONDS", 0)
    for _ in range(2):
        viewed(beto, PAGE, [person])
    assert places() == [PAGE, PAGE]


def test_rows_that_are_about_nobody_write_nothing(beto, clinic):
    viewed(beto, PAGE, [Tag(company=clinic, name="x")])
    viewed(None, PAGE, [Contact(company=clinic)])
    assert places() == []


def test_without_the_cache_each_look_is_written_down(beto, person, monkeypatch):
    def away(*args: Any, **kwargs: Any) -> None:
        raise RedisAway

    monkeypatch.setattr(cache, "get_many", away)
    monkeypatch.setattr(cache, "set_many", away)
    for _ in range(2):
        viewed(beto, PAGE, [person])
    assert places() == [PAGE, PAGE]


def test_when_it_cannot_be_written_a_page_goes_on_and_an_export_does_not(
    beto, person, monkeypatch, caplog
):
    def full(**kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(viewing, "view_record", full)
    viewed(beto, PAGE, [person])
    assert "was not written down" in caplog.text
    assert "Rita" not in caplog.text
    with pytest.raises(DatabaseError):
        viewed(beto, EXPORT, [person])


def test_a_look_that_was_written_down_is_never_changed(beto, person):
    viewed(beto, EXPORT, [person])
    with pytest.raises(ProgrammingError), transaction.atomic():
        ContactView.unscoped.update(place=PAGE)


def test_attendants_have_no_way_to_read_it(beto, ana, person):
    viewed(beto, PAGE, [person])
    ana.user.is_staff = beto.user.is_staff = True
    for member in (ana, beto):
        member.user.save()

    def answer(member: Any) -> int:
        browser = Client()
        browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return browser.get("/admin/contacts/contactview/").status_code

    assert answer(ana) == 200
    assert answer(beto) in (302, 403)
    assert not [route for route in TABLE if route.startswith(API) and "acesso" in route]


def test_the_moment_is_the_database_s(beto, person):
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        now = timezone.now()
        viewed(beto, EXPORT, [person])
    assert ContactView.unscoped.get().created_at == now
