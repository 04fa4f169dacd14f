"""A person's own password, and places they are offered, on the attendants' pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from accounts.models import Membership, User
from accounts.services.invitations import member_invite
from accounts.services.memberships import membership_of
from accounts.services.tokens import token_issue
from tests import make

NEW = "outra-senha-bem-boa-31"
PASSWORD, INVITATIONS = "/atendimento/senha/", "/atendimento/convites/"


@pytest.fixture(autouse=True)
def _quiet(bells):
    """Let no task reach a broker."""


def enter(user: User, password: str = make.PASSWORD) -> Client:
    """Log in as a person does, and return their browser."""
    browser = Client()
    answer = browser.post(reverse("inbox:login"), {"username": user.email, "password": password})
    browser.landed = answer["Location"]  # type: ignore[attr-defined]
    return browser


def given(old: str = make.PASSWORD, new: str = NEW, again: str = "") -> dict[str, str]:
    return {"old_password": old, "new_password1": new, "new_password2": again or new}


def test_an_attendant_changes_their_password_and_everything_else_of_theirs_ends(beto):
    here, elsewhere = enter(beto.user), enter(beto.user)
    token_issue(user=beto.user)
    assert "/atendimento/conta/" in here.get("/atendimento/").content.decode()
    assert PASSWORD in here.get("/atendimento/conta/").content.decode()
    assert here.post(PASSWORD, given()).status_code == 302
    assert here.get("/atendimento/").status_code == 200
    assert elsewhere.get("/atendimento/")["Location"].startswith(reverse("inbox:login"))
    assert not AuthToken.objects.filter(user=beto.user).exists()
    assert User.objects.get(pk=beto.user_id).check_password(NEW)


@pytest.mark.parametrize(
    "sent",
    [given(old="errada"), given(new="123"), given(again="outra-coisa-9"), given(new=make.PASSWORD)],
)
def test_a_password_that_does_not_do_changes_nothing(beto, sent):
    answer = enter(beto.user).post(PASSWORD, sent)
    assert answer.status_code == 400 and 'role="alert"' not in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert User.objects.get(pk=beto.user_id).check_password(make.PASSWORD)


def test_a_password_that_somebody_else_typed_opens_nothing_until_it_is_changed(ana):
    User.objects.filter(pk=ana.user_id).update(must_change_password=True)
    ana.user.refresh_from_db()
    assert membership_of(ana.user) is None
    browser = enter(ana.user)
    assert browser.landed == PASSWORD
    for page in ("/atendimento/", "/atendimento/painel/", INVITATIONS):
        assert browser.get(page)["Location"] == PASSWORD
    assert browser.get("/admin/", follow=True).redirect_chain[-1][0] == PASSWORD
    api = "/central-atendimento"
    assert browser.get(f"{api}/canais/").status_code in (401, 403)
    login = {"email": ana.user.email, "password": make.PASSWORD}
    answer = browser.post(f"{api}/auth/token/", login, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "troque_a_senha")
    assert browser.post(PASSWORD, given())["Location"] == "/atendimento/"
    assert browser.get("/atendimento/").status_code == 200
    assert browser.get("/admin/").status_code == 200


@pytest.fixture
def place(rival, rui, beto) -> Membership:
    return member_invite(
        company=rival,
        actor=rui.user,
        email=beto.user.email,
        name="",
        password=make.PASSWORD,
        role="supervisor",
    )


@pytest.mark.parametrize(("answer", "is_left"), [("aceitar", True), ("recusar", False)])
def test_an_invitation_is_shown_at_login_and_answered(beto, place, answer, is_left):
    browser = enter(beto.user)
    assert browser.landed == INVITATIONS
    page = browser.get(INVITATIONS).content.decode()
    assert "Clínica Rival" in page and "Decidir depois" in page
    assert browser.post(f"{INVITATIONS}{place.pk}/", {"resposta": answer}).status_code == 302
    assert Membership.unscoped.accepted().filter(pk=place.pk).exists() is is_left
    assert browser.get(INVITATIONS)["Location"] == "/atendimento/"


def test_nobody_answers_for_another(beto, carla, place):
    browser = enter(carla.user)
    assert browser.post(f"{INVITATIONS}{place.pk}/", {"resposta": "aceitar"}).status_code == 404
    assert Membership.unscoped.get(pk=place.pk).is_invited


def test_somebody_new_changes_the_password_then_accepts(clinic, ana):
    member_invite(
        company=clinic,
        actor=ana.user,
        email="nova@clinica.example",
        name="Nova",
        password=make.PASSWORD,
        role="atendente",
    )
    user = User.objects.get(email="nova@clinica.example")
    browser = enter(user)
    assert browser.post(PASSWORD, given())["Location"] == INVITATIONS
    assert browser.get("/atendimento/")["Location"] == INVITATIONS
    assert "Decidir depois" not in browser.get(INVITATIONS).content.decode()
    place = Membership.unscoped.get(user=user)
    browser.post(f"{INVITATIONS}{place.pk}/", {"resposta": "aceitar"})
    assert browser.get("/atendimento/").status_code == 200
