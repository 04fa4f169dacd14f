"""One lock for every spelling of an address, and a limit by network address, on every door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Membership, User
from tests import make

Door = Callable[[str, str, str], int]
RIGHT = make.PASSWORD


def by_page(path: str) -> Door:
    """Log in by a form; give the status, 302 when the person is in."""

    def enter(email: str, password: str, address: str) -> int:
        answer: HttpResponse = Client(REMOTE_ADDR=address).post(
            path, {"username": email, "password": password}
        )
        return answer.status_code

    return enter


def by_api(email: str, password: str, address: str) -> int:
    """Ask for a token."""
    answer = APIClient(REMOTE_ADDR=address).post(
        "/central-atendimento/auth/token/", {"email": email, "password": password}, format="json"
    )
    return {200: 302, 401: 200}.get(answer.status_code, answer.status_code)


DOORS = {
    "inbox": by_page("/atendimento/entrar/"),
    "back-office": by_page("/atendimento/entrar/?next=/admin/"),
    "api": by_api,
}
every_door = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    make.forget_cached()


@every_door
def test_all_spellings_of_an_address_share_one_lock(door: Door, ana: Membership) -> None:
    email = ana.user.email
    spellings = [email, email.upper(), email.title(), f" {email}", email.swapcase()]
    # Ten from one network address, so that its own limit is not what answers.
    seen = [door(spellings[n % len(spellings)], "errada", "203.0.113.5") for n in range(10)]
    assert seen[:9] == [200] * 9
    for spelling in spellings:
        assert door(spelling, RIGHT, "203.0.113.5") == 429
    assert door(email, RIGHT, "203.0.113.6") == 302


@every_door
@pytest.mark.parametrize("name", ["a" * 300, "a" * 100_000, "\ufdfa" * 200, "a\x00b"])
def test_a_name_of_any_length_is_refused_as_a_wrong_one(door: Door, name: str, db: None) -> None:
    assert door(f"{name}@clinic.example", "errada", "203.0.113.8") in (200, 400)


@pytest.mark.parametrize("sign", ["ı", "İ", "ſ", "\u212a"])
def test_letters_that_only_look_alike_in_capitals_find_nobody(sign: str, db: None) -> None:
    plain = {"ı": "i", "İ": "i", "ſ": "s", "\u212a": "k"}[sign]
    User.objects.create_user(f"{plain}lka@clinic.example", RIGHT, name="Ilka")
    door = DOORS["inbox"]
    counted = f"{sign}lka@clinic.example"
    for _ in range(10):
        door(counted, "errada", "203.0.113.7")
    # Either the spelling is the person's, and locked with them, or it never lets anybody in.
    assert door(counted, RIGHT, "203.0.113.7") != 302


@every_door
def test_an_address_that_tries_many_people_has_to_wait(door: Door, ana: Membership) -> None:
    for number in range(20):
        assert door(f"pessoa{number}@clinic.example", "Senha123", "203.0.113.8") == 200
    assert door("pessoa21@clinic.example", "Senha123", "203.0.113.8") == 429
    assert door(ana.user.email, RIGHT, "203.0.113.8") == 429
    assert door(ana.user.email, RIGHT, "203.0.113.9") == 302


def test_the_doors_share_the_limit_of_an_address(ana: Membership) -> None:
    doors = list(DOORS.values())
    for number in range(20):
        doors[number % 3](f"p{number}@clinic.example", "x", "203.0.113.10")
    assert [door(ana.user.email, RIGHT, "203.0.113.10") for door in doors] == [429, 429, 429]


def test_one_network_of_the_sixth_version_is_one_address(ana: Membership) -> None:
    door = DOORS["inbox"]
    for number in range(20):
        door(f"p{number}@clinic.example", "x", f"2001:db8:7:1::{number + 1:x}")
    assert door(ana.user.email, RIGHT, "2001:db8:7:1:ffff::1") == 429
    assert door(ana.user.email, RIGHT, "2001:db8:7:2::1") == 302


def test_a_locked_person_is_not_kept_out_by_who_goes_on_trying(ana: Membership) -> None:
    door = DOORS["inbox"]
    start = timezone.now()
    for minute in range(16):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            for _ in range(10 if minute == 0 else 1):
                door(ana.user.email, "errada", "203.0.113.11")
    with time_machine.travel(start + timedelta(minutes=17), tick=False):
        assert door(ana.user.email, RIGHT, "203.0.113.11") == 302


def test_no_look_alike_of_an_address_finds_its_login(db: None) -> None:
    user = User.objects.create_user("ilka@clinic.example", RIGHT, name="Ilka")
    assert User.objects.at(" ILKA@clinic.example ").get() == user
    assert not User.objects.at("ılka@clinic.example").exists()
