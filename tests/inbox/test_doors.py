"""Pages that a link from a mail opens: invitations and new passwords."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken

from accounts.models import AccountMail, AuditEntry, Membership, User
from accounts.services.invitations import member_invite
from accounts.services.links import reset_token, reset_user
from accounts.services.mails import mails_send
from accounts.services.passwords import RESETS, ResetOver, password_reset
from accounts.services.tokens import token_issue
from tests import make
from tests.race import errors, together

NEW = "outra-senha-bem-boa-31"
RESET, JOIN = "/atendimento/nova-senha/", "/atendimento/convite/"


@pytest.fixture(autouse=True)
def _on(settings: Any, bells: Any) -> None:
    settings.MAIL_IS_ON = True
    settings.PUBLIC_URL = "https://central.example"
    cache.clear()


def path_in_mail() -> str:
    mails_send()
    found = re.search(r"https://central\.example(/\S+)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def logged_in(user: User, password: str = make.PASSWORD) -> bool:
    given = {"username": user.email, "password": password}
    return Client().post("/atendimento/entrar/", given).status_code == 302


# --- a new password -------------------------------------------------------------------------------


def test_the_answer_is_the_same_whether_or_not_the_address_has_a_login(client, beto):
    User.objects.create_user("so-convidada@clinica.example", None, name="")
    asked = [beto.user.email, "ninguem@clinica.example", "so-convidada@clinica.example"]
    pages = {client.post(RESET, {"email": one}).content.decode() for one in asked}
    assert len({re.sub(r'(csrf\w+" value=")[^"]+', r"\1", page) for page in pages}) == 1
    assert mails_send() == 1 and mail.outbox[0].to == [beto.user.email]
    assert AccountMail.objects.count() == 3


def test_the_host_of_the_request_is_in_no_mail(client, beto, settings):
    settings.ALLOWED_HOSTS = ["mal.example"]
    client.post(RESET, {"email": beto.user.email}, headers={"host": "mal.example"})
    mails_send()
    assert "mal.example" not in mail.outbox[0].body


def test_a_person_asks_three_times_within_an_hour(client, beto):
    for _ in range(RESETS + 2):
        assert client.post(RESET, {"email": beto.user.email}).status_code == 200
    assert mails_send() == RESETS


def test_an_address_of_the_net_asks_so_many_times_a_minute(client, db):
    answers = [client.post(RESET, {"email": f"a{n}@x.example"}).status_code for n in range(22)]
    assert answers[:20] == [200] * 20 and answers[20:] == [429] * 2


def test_a_link_sets_a_password_once_and_everything_else_of_the_person_ends(beto, client):
    elsewhere = Client()
    elsewhere.post("/atendimento/entrar/", {"username": beto.user.email, "password": make.PASSWORD})
    token_issue(user=beto.user)
    client.post(RESET, {"email": beto.user.email})
    link = path_in_mail()
    page = client.get(link, follow=True)
    assert page.redirect_chain == [(f"{RESET}escolher/", 302)]
    assert "no-store" in page["Cache-Control"]
    sent = {"new_password1": NEW, "new_password2": NEW}
    answer = client.post(f"{RESET}escolher/", sent)
    assert "Senha trocada" in answer.content.decode()
    assert elsewhere.get("/atendimento/").status_code == 302
    assert not AuthToken.objects.filter(user=beto.user).exists()
    assert logged_in(beto.user, NEW) and not logged_in(beto.user)
    assert AuditEntry.unscoped.filter(action="senha.redefinida").count() == 1
    # The link was used, and the person hears of the change.
    assert client.get(link, follow=True).status_code == 410
    mails_send()
    assert mail.outbox[-1].subject == "Sua senha foi trocada"


def test_a_login_in_between_ends_the_link_and_so_does_time(beto, client, settings):
    token = reset_token(beto.user)
    assert reset_user(token) == beto.user
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert reset_user(token) is None
    settings.PASSWORD_RESET_TIMEOUT = 3600
    logged_in(beto.user)
    assert reset_user(token) is None


@pytest.mark.parametrize("bad", ["x", "0.0", f"{'0' * 32}.abc-def", "é.é"])
def test_an_invented_link_is_refused_in_words(client, db, bad):
    answer = client.get(f"{RESET}{bad}/", follow=True)
    assert answer.status_code == 410 and "Peça outro" in answer.content.decode()


@pytest.mark.parametrize("bad", ["123", "outra-coisa-9"])
def test_a_password_that_does_not_do_is_asked_again(beto, client, bad):
    client.get(f"{RESET}{reset_token(beto.user)}/")
    answer = client.post(f"{RESET}escolher/", {"new_password1": bad, "new_password2": "123"})
    assert answer.status_code == 400 and 'aria-invalid="true"' in answer.content.decode()
    assert User.objects.get(pk=beto.user_id).check_password(make.PASSWORD)


def test_where_mail_is_off_the_administrator_is_named(client, db, settings):
    assert RESET in client.get("/atendimento/entrar/").content.decode()
    settings.MAIL_IS_ON = False
    page = client.get("/atendimento/entrar/").content.decode()
    assert RESET not in page and "Peça ao administrador" in page
    assert "Peça ao administrador" in client.get(RESET).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_link_that_is_used_twice_at_once_sets_one_password(beto):
    token = reset_token(beto.user)
    results = together(
        *(lambda one=one: password_reset(token=token, password=f"{NEW}-{one}") for one in "ab")
    )
    (error,) = errors(results)
    assert isinstance(error, ResetOver)


# --- invitations ----------------------------------------------------------------------------------


def invited(by: Membership, email: str) -> str:
    member_invite(company=by.company, actor=by.user, email=email, name="x", role="atendente")
    return path_in_mail()


def test_somebody_new_accepts_and_is_in(ana, client):
    link = invited(ana, "nova@clinica.example")
    page = client.get(link, follow=True)
    assert page.redirect_chain == [(JOIN, 302)]
    words = page.content.decode()
    assert "Ana Prado" in words and "Clínica Bem-Estar" in words and "nova@clinica.example" in words
    sent = {"name": "Nova Lima", "new_password1": NEW, "new_password2": NEW}
    assert client.post(JOIN, {**sent, "name": ""}).status_code == 400
    assert client.post(JOIN, sent)["Location"] == "/atendimento/"
    assert client.get("/atendimento/").status_code == 200
    # Another browser that has the link is told that it is over.
    again = Client().get(link, follow=True)
    assert again.status_code == 410 and "já foi aceito" in again.content.decode()


def test_whoever_has_a_login_comes_back_after_it_and_answers(ana, rui, client):
    words = client.get(invited(ana, rui.user.email), follow=True).content.decode()
    assert "Clínica Rival" not in words and rui.user.name not in words
    where = f"/atendimento/entrar/?next={JOIN}"
    assert where in words
    given = {"username": rui.user.email, "password": make.PASSWORD, "next": JOIN}
    assert client.post(where, given)["Location"] == JOIN
    assert client.get(JOIN).status_code == 200
    assert client.post(JOIN, {"resposta": "aceitar"}).status_code == 302
    assert Membership.unscoped.accepted().filter(user=rui.user).count() == 2


def test_another_person_who_is_logged_in_is_told_and_takes_nothing(ana, beto, client):
    link = invited(ana, "nova@clinica.example")
    client.force_login(beto.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(link, follow=True)
    assert page.status_code == 403 and "outro endereço" in page.content.decode()
    assert client.post(JOIN, {"resposta": "aceitar"}).status_code == 302
    assert Membership.unscoped.filter(is_invited=True).count() == 1


def test_an_administrator_invites_sends_again_and_withdraws_in_the_back_office(ana, client):
    client.force_login(ana.user, backend="django.contrib.auth.backends.ModelBackend")
    form = client.get("/admin/accounts/membership/add/").content.decode()
    assert 'name="email"' in form and 'name="password"' not in form
    sent = {"email": "nova@clinica.example", "role": "atendente"}
    assert client.post("/admin/accounts/membership/add/", sent).status_code == 302
    place = Membership.unscoped.get(is_invited=True)
    old = path_in_mail()
    page = f"/admin/accounts/membership/{place.pk}/"
    client.post(f"{page}resend/")
    assert path_in_mail() != old
    assert client.post(f"{page}withdraw/").status_code == 200
    client.post(f"{page}withdraw/", {"confirmado": "1"})
    assert not Membership.unscoped.filter(pk=place.pk).exists()
