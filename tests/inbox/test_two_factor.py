"""The second factor: asked after the password, used once, tried so often, demanded by companies."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import AuditEntry, Company, Membership, TwoFactor, User
from accounts.services import two_factor
from accounts.services.memberships import membership_of
from accounts.services.tokens import token_issue
from accounts.services.two_factor import (
    FAILURES,
    CodesPaused,
    CodeWrong,
    two_factor_begin,
    two_factor_check,
    two_factor_confirm,
)
from tests import make
from tests.race import errors, together

LOGIN, CODE, PAGE = (
    f"/atendimento/{page}" for page in ("entrar/", "entrar/codigo/", "conta/segundo-fator/")
)
NOW = 1_800_000_000
TOKEN = "/central-atendimento/auth/token/"


@pytest.fixture(autouse=True)
def _still(bells: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock that codes are counted by."""
    make.forget_cached()
    monkeypatch.setattr("accounts.services.two_factor.time.time", lambda: NOW)


def code_at(user: User, steps: int = 0) -> str:
    """Return what an application of the person's shows, so many steps off."""
    key = base64.b32decode(TwoFactor.objects.get(user=user).secret["key"])
    return TOTP(key, 6, SHA1(), 30).generate(NOW + 30 * steps).decode()


def turned_on(user: User) -> list[str]:
    """Turn it on with the code of a step ago, and return the recovery codes."""
    two_factor_begin(user=user)
    return two_factor_confirm(user=user, code=code_at(user, -1), session_key=None)


def password_given(user: User, page: str = LOGIN) -> Client:
    browser = Client()
    answer = browser.post(page, {"username": user.email, "password": make.PASSWORD})
    browser.landed = answer["Location"]  # type: ignore[attr-defined]
    return browser


def test_it_is_turned_on_in_the_inbox_and_the_codes_are_shown_once(beto):
    elsewhere, here = password_given(beto.user), password_given(beto.user)
    token_issue(user=beto.user)
    page = here.get(PAGE).content.decode()
    assert "otpauth://totp/" in page
    assert here.post(PAGE, {"acao": "ligar", "code": "000000"}).status_code == 422
    shown = here.post(PAGE, {"acao": "ligar", "code": code_at(beto.user)}).content.decode()
    assert shown.count("<code>") == 10
    again = here.get(PAGE).content.decode()
    assert "<code>" not in again and "otpauth" not in again
    # What was given for a password alone ends.
    assert elsewhere.get("/atendimento/").status_code == 302
    assert here.get("/atendimento/").status_code == 200
    assert not AuthToken.objects.filter(user=beto.user).exists()


def test_the_key_and_the_codes_lie_sealed_or_hashed(beto):
    codes = turned_on(beto.user)
    key = TwoFactor.objects.get().secret["key"]
    stored = str(list(TwoFactor.objects.values()))
    assert key not in stored
    assert not any(one in stored or one.replace("-", "") in stored for one in codes)


def test_a_password_alone_opens_nothing(beto):
    turned_on(beto.user)
    browser = password_given(beto.user)
    assert browser.landed == CODE
    for page in ("/atendimento/", PAGE, "/atendimento/conta/", "/admin/"):
        assert browser.get(page)["Location"].startswith(("/atendimento/entrar/", "/admin/login/"))
    assert browser.post(CODE, {"code": "000000"}).status_code == 422
    answer = browser.post(CODE, {"code": code_at(beto.user)})
    assert answer["Location"] == "/atendimento/"
    assert browser.get("/atendimento/").status_code == 200


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(beto, steps, is_good):
    turned_on(beto.user)
    code = code_at(beto.user, steps)
    if is_good:
        two_factor_check(user=beto.user, code=code)
    else:
        with pytest.raises(CodeWrong):
            two_factor_check(user=beto.user, code=code)


def test_a_code_is_used_once_and_so_are_those_before_it(beto):
    turned_on(beto.user)
    two_factor_check(user=beto.user, code=code_at(beto.user, 1))
    for steps in (1, 0, -1):
        with pytest.raises(CodeWrong):
            two_factor_check(user=beto.user, code=code_at(beto.user, steps))


def test_a_recovery_code_lets_in_once_however_it_is_typed(beto):
    first, second, *_rest = turned_on(beto.user)
    browser = password_given(beto.user)
    typed = f" {first.lower().replace('-', ' ')} "
    assert browser.post(CODE, {"code": typed})["Location"] == "/atendimento/"
    assert password_given(beto.user).post(CODE, {"code": first}).status_code == 422
    two_factor_check(user=beto.user, code=second)
    acts = AuditEntry.unscoped.filter(action="segundo_fator.codigo_de_recuperacao")
    assert acts.count() == 2


def test_so_many_wrong_codes_and_nobody_tries_for_a_while(beto):
    turned_on(beto.user)
    for _ in range(FAILURES):
        with pytest.raises(CodeWrong):
            two_factor_check(user=beto.user, code="000000")
    with pytest.raises(CodesPaused):
        two_factor_check(user=beto.user, code=code_at(beto.user))
    TwoFactor.objects.update(failed_at=timezone.now() - two_factor.PAUSE - timedelta(seconds=1))
    two_factor_check(user=beto.user, code=code_at(beto.user))


def test_the_step_after_the_password_ends_with_time_and_with_the_password(beto, monkeypatch):
    turned_on(beto.user)
    late, changed = password_given(beto.user), password_given(beto.user)
    beto.user.set_password("outra-senha-bem-boa-31")
    beto.user.save()
    assert changed.post(CODE, {"code": code_at(beto.user)})["Location"] == LOGIN
    monkeypatch.setattr("inbox.shell.second.time.time", lambda: NOW + 301)
    assert late.get(CODE)["Location"] == LOGIN
    assert Client().get(CODE)["Location"] == LOGIN


def test_a_token_of_the_api_asks_for_the_code(beto):
    given = {"email": beto.user.email, "password": make.PASSWORD}
    turned_on(beto.user)

    def ask(**more: str) -> tuple[int, str]:
        answer = Client().post(TOKEN, {**given, **more}, content_type="application/json")
        return answer.status_code, answer.json().get("code", "")

    assert ask() == (403, "codigo_necessario")
    assert ask(code="000000") == (422, "codigo_incorreto")
    assert ask(code=code_at(beto.user)) == (200, "")


@pytest.mark.parametrize(
    ("wanted", "of_ana", "of_beto"), [("", True, True), ("gestores", False, True), ("todos",) * 3]
)
def test_a_company_demands_it(clinic, ana, beto, wanted, of_ana, of_beto):
    if wanted == "todos":
        of_ana = of_beto = False
    Company.objects.filter(pk=clinic.pk).update(two_factor=wanted)
    for member, is_in in ((ana, of_ana), (beto, of_beto)):
        assert (membership_of(member.user) is not None) is is_in
        browser = password_given(member.user)
        assert browser.landed == ("/atendimento/" if is_in else PAGE)
    browser = password_given(ana.user)
    if not of_ana:
        assert browser.get("/admin/", follow=True).redirect_chain[-1][0] == PAGE
        browser.post(PAGE, {"acao": "ligar", "code": code_at(ana.user)})
        assert browser.get("/atendimento/").status_code == 200
        # What is demanded is not turned off.
        answer = browser.post(PAGE, {"acao": "desligar", "code": code_at(ana.user, 1)})
        assert answer.status_code == 409
    assert browser.get("/admin/").status_code == 200


def test_it_is_turned_off_by_a_code_and_an_administrator_helps_who_lost_the_phone(ana, beto):
    turned_on(beto.user)
    browser = password_given(beto.user)
    browser.post(CODE, {"code": code_at(beto.user)})
    assert browser.post(PAGE, {"acao": "desligar", "code": "1"}).status_code == 422
    browser.post(PAGE, {"acao": "desligar", "code": code_at(beto.user, 1)})
    assert password_given(beto.user).landed == "/atendimento/"
    turned_on(User.objects.get(pk=beto.user_id))
    boss = password_given(ana.user)
    page = f"/admin/accounts/user/{beto.user_id}/drop_two_factor/"
    boss.post(page, {"confirmado": "1"})
    assert password_given(beto.user).landed == "/atendimento/"
    acts = AuditEntry.unscoped.filter(action="segundo_fator.desligado").order_by("created_at")
    assert [row.actor_id for row in acts] == [beto.user_id, ana.user_id]


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_typed_twice_at_once_is_used_once(beto: Membership):
    turned_on(beto.user)
    code = code_at(beto.user)
    results = together(*(lambda: two_factor_check(user=beto.user, code=code) for _ in range(2)))
    (error,) = errors(results)
    assert isinstance(error, CodeWrong)
