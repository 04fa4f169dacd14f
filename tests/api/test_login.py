"""Tokens: for the right password, for nobody else, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership
from tests import make
from tests.api.conftest import Client

LOGIN = "auth/token/"


def credentials(member: Membership, password: str = make.PASSWORD) -> dict[str, str]:
    return {"email": member.user.email, "password": password}


def test_email_and_password_give_a_token_that_works(api: Client, beto: Membership):
    answer = api(None).post(LOGIN, credentials(beto))
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "expires_at"}
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get("conversas/").status_code == 200


def test_the_case_of_the_email_does_not_matter(api: Client, beto: Membership):
    given = {"email": beto.user.email.upper(), "password": make.PASSWORD}
    assert api(None).post(LOGIN, given).status_code == 200


def test_a_wrong_password_and_an_unknown_email_get_the_same_answer(api: Client, beto: Membership):
    wrong = api(None).post(LOGIN, credentials(beto, "outra"))
    unknown = api(None).post(LOGIN, {"email": "nao@existe.example", "password": "outra"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json()["code"] == "nao_autenticado"


def test_a_person_without_a_clinic_gets_the_same_answer(api: Client, beto: Membership):
    wrong = api(None).post(LOGIN, credentials(beto, "outra"))
    Membership.unscoped.filter(pk=beto.pk).update(is_active=False)
    assert api(None).post(LOGIN, credentials(beto)).content == wrong.content


def test_ten_wrong_passwords_lock_even_the_right_one_out(api: Client, beto: Membership):
    statuses = [api(None).post(LOGIN, credentials(beto, "outra")).status_code for _ in range(10)]
    answer = api(None).post(LOGIN, credentials(beto))
    assert (statuses, answer.status_code) == ([401] * 9 + [429], 429)
    assert answer.json()["code"] == "muitas_tentativas"
    assert set(answer.json()) == {"code", "detail", "fields"}


def test_a_good_login_forgets_the_failures_before_it(api: Client, beto: Membership):
    for _ in range(2):
        for _ in range(8):
            api(None).post(LOGIN, credentials(beto, "outra"))
        assert api(None).post(LOGIN, credentials(beto)).status_code == 200


def test_more_than_twenty_logins_a_minute_are_throttled(api: Client, beto: Membership):
    for number in range(20):
        api(None).post(LOGIN, {"email": f"a{number}@x.example", "password": "x"})
    answer = api(None).post(LOGIN, credentials(beto))
    assert answer.status_code == 429
    assert answer.json()["detail"] == "Muitos pedidos seguidos. Aguarde um pouco e tente de novo."
    assert int(answer["Retry-After"]) > 0


def test_a_forged_forwarding_header_does_not_reset_the_throttle(api: Client, beto: Membership):
    for number in range(20):
        api(None).post(
            LOGIN,
            {"email": f"a{number}@x.example", "password": "x"},
            HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
        )
    answer = api(None).post(LOGIN, credentials(beto), HTTP_X_FORWARDED_FOR="10.9.9.9")
    assert answer.status_code == 429


def test_logout_ends_the_token(api: Client, beto: Membership):
    client = api(beto)
    assert client.post("auth/logout/").status_code == 204
    assert client.get("conversas/").status_code == 401


def test_a_token_ends_after_thirty_days(api: Client, beto: Membership):
    client = api(beto)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert client.get("conversas/").status_code == 401


def test_a_new_password_ends_the_tokens_of_the_old_one(api: Client, beto: Membership):
    client = api(beto)
    beto.user.set_password("uma-senha-nova-e-longa")
    beto.user.save()
    assert client.get("conversas/").status_code == 401


def test_a_switched_off_user_is_out_at_once(api: Client, beto: Membership):
    client = api(beto)
    beto.user.is_active = False
    beto.user.save()
    assert client.get("conversas/").status_code == 401


def test_a_switched_off_membership_is_out_at_once(api: Client, beto: Membership):
    client = api(beto)
    Membership.unscoped.filter(pk=beto.pk).update(is_active=False)
    assert client.get("conversas/").status_code == 403


@pytest.mark.parametrize("header", ["Token", "Token x", "Token a b", "Token \xff\xfe", "Bearer x"])
def test_a_token_that_is_none_gets_401(api: Client, db: None, header: str):
    client = api(None)
    client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get("conversas/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Token")


def test_a_session_writes_only_with_the_csrf_token(api: Client, ana: Membership):
    client = api(None)
    client.handler.enforce_csrf_checks = True
    client.force_login(ana.user)
    assert client.get("contatos/").status_code == 200
    assert client.post("contatos/", {"name": "Joana"}).status_code == 403


def test_an_object_is_no_password(api: Client, beto: Membership):
    answer = api(None).post(LOGIN, {"email": beto.user.email, "password": {"$ne": ""}})
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"password"}
