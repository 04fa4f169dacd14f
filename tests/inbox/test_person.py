"""A person's own page: their name, where they are logged in, and the company they work in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from accounts.models import AuditEntry, BrowserSession, Company, Membership, User
from accounts.services.memberships import member_create
from accounts.services.tokens import token_issue
from inbox.readers import TOKEN, PageReader, RightsGone, member_again, member_now
from tests import make

ACCOUNT, SESSIONS, SWITCH = (f"/atendimento/conta/{page}" for page in ("", "sessoes/", "empresa/"))
API = "/central-atendimento"


@pytest.fixture(autouse=True)
def _quiet(bells: Any) -> None:
    """Let no task reach a broker."""
    make.forget_cached()


def enter(user: User, agent: str = "Mozilla/5.0 (X11; Linux) Firefox/140.0") -> Client:
    """Log in as a person does, and return their browser."""
    browser = Client(headers={"user-agent": agent})
    given = {"username": user.email, "password": make.PASSWORD}
    assert browser.post("/atendimento/entrar/", given).status_code == 302
    return browser


def key_of(browser: Client) -> str:
    return str(browser.session.session_key)


def test_the_name_is_the_persons_to_change(beto):
    browser = enter(beto.user)
    assert browser.post(ACCOUNT, {"nome": ""}).status_code == 400
    assert browser.post(ACCOUNT, {"nome": "Beto Novo"}).status_code == 302
    assert "Beto Novo" in browser.get(ACCOUNT).content.decode()
    assert AuditEntry.unscoped.filter(action="perfil.alterado").count() == 1


def test_sessions_are_listed_without_their_keys_and_ended_one_by_one(beto, carla):
    here, phone = enter(beto.user), enter(beto.user, "Mozilla/5.0 (iPhone) Safari/605")
    stranger = enter(carla.user)
    page = here.get(ACCOUNT).content.decode()
    assert "Firefox · Linux" in page and "Safari · iOS" in page
    assert key_of(here) not in page and key_of(phone) not in page
    theirs = BrowserSession.objects.get(session_id=key_of(stranger))
    here.post(SESSIONS, {"sessao": str(theirs.pk)})
    assert stranger.get("/atendimento/").status_code == 200
    row = BrowserSession.objects.get(session_id=key_of(phone))
    here.post(SESSIONS, {"sessao": str(row.pk)})
    assert phone.get("/atendimento/").status_code == 302
    assert here.get("/atendimento/").status_code == 200
    assert AuditEntry.unscoped.filter(action="sessao.encerrada").count() == 1


def test_all_others_end_and_this_one_goes_on(beto):
    here, *others = (enter(beto.user) for _ in range(3))
    here.post(SESSIONS)
    assert [one.get("/atendimento/").status_code for one in (here, *others)] == [200, 302, 302]


def test_a_session_that_was_stolen_before_a_password_change_is_dead_and_not_listed(beto):
    here, stolen = enter(beto.user), enter(beto.user)
    taken = key_of(stolen)
    new = "outra-senha-bem-boa-31"
    sent = {"old_password": make.PASSWORD, "new_password1": new, "new_password2": new}
    here.post("/atendimento/senha/", sent)
    assert here.get("/atendimento/").status_code == 200
    assert stolen.get("/atendimento/").status_code == 302
    assert member_again(taken) is None
    assert [row.session_id for row in BrowserSession.objects.all()] == [key_of(here)]


def test_a_socket_of_an_ended_session_reads_nothing_more(beto):
    browser = enter(beto.user)
    reader = PageReader(key_of(browser), beto.pk, "pt-br")
    assert member_now(reader).pk == beto.pk
    enter(beto.user).post(SESSIONS)
    with pytest.raises(RightsGone):
        member_now(reader)


# --- nobody there ---------------------------------------------------------------------------------


def idle(browser: Client, minutes: int) -> None:
    rows = BrowserSession.objects.filter(session_id=key_of(browser))
    rows.update(seen_at=timezone.now() - timedelta(minutes=minutes))


def test_a_session_in_which_nobody_moves_ends_after_the_companys_time(clinic, beto):
    Company.objects.filter(pk=clinic.pk).update(idle_minutes=15)
    browser = enter(beto.user)
    key = key_of(browser)
    idle(browser, 14)
    assert browser.get("/atendimento/").status_code == 200
    idle(browser, 16)
    assert browser.get("/atendimento/").status_code == 302
    assert not Session.objects.filter(pk=key).exists()


def test_without_a_time_of_the_company_it_stays(beto):
    browser = enter(beto.user)
    idle(browser, 600)
    assert browser.get("/atendimento/").status_code == 200


def test_what_a_page_asks_by_itself_is_no_sign_of_a_person(clinic, beto):
    browser = enter(beto.user)
    idle(browser, 10)
    before = BrowserSession.objects.get()
    for headers in ({"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}):
        browser.get("/atendimento/", headers=headers)
        assert BrowserSession.objects.get().seen_at == before.seen_at
    browser.get("/atendimento/", headers={"Sec-Fetch-Mode": "navigate"})
    assert BrowserSession.objects.get().seen_at > before.seen_at


def test_work_in_the_back_office_is_a_sign_of_a_person(clinic, ana):
    Company.objects.filter(pk=clinic.pk).update(idle_minutes=15)
    browser = enter(ana.user)
    idle(browser, 10)
    before = BrowserSession.objects.get().seen_at
    assert browser.get("/admin/").status_code == 200
    assert BrowserSession.objects.get().seen_at > before


# --- two companies --------------------------------------------------------------------------------


@pytest.fixture
def second(rival: Company, rui: Membership, beto: Membership) -> Membership:
    return member_create(company=rival, email=beto.user.email, name="", password=None)


def company_seen(browser: Client, **headers: str) -> set[str]:
    rows = browser.get(f"{API}/presenca/", headers=headers).json()
    return {row["attendant"] for row in rows}


def test_whoever_works_for_two_switches_in_one_browser_and_not_in_the_other(beto, second):
    here, elsewhere = enter(beto.user), enter(beto.user)
    old = key_of(here)
    assert "Trabalhar aqui" in here.get(ACCOUNT).content.decode()
    assert here.post(SWITCH, {"empresa": str(second.company_id)})["Location"] == "/atendimento/"
    assert member_again(key_of(here)).pk == second.pk
    assert member_again(key_of(elsewhere)).pk == beto.pk
    # Pages that still show the company before, and their sockets, have an ended session.
    assert member_again(old) is None
    home = here.get("/atendimento/").content.decode()
    assert f"/ws/atendimento/{second.company_id}/" in home
    assert AuditEntry.unscoped.filter(company=second.company).last().action == (
        "sessao.trocou_de_empresa"
    )


def test_a_place_that_ends_leads_back_to_the_other(beto, second):
    browser = enter(beto.user)
    browser.post(SWITCH, {"empresa": str(second.company_id)})
    Membership.unscoped.filter(pk=second.pk).update(is_active=False)
    assert member_again(key_of(browser)).pk == beto.pk


def test_nobody_switches_to_where_they_do_not_work(beto, rival, rui):
    browser = enter(beto.user)
    for given in (str(rival.pk), "x", ""):
        browser.post(SWITCH, {"empresa": given})
        assert member_again(key_of(browser)).pk == beto.pk


def test_a_token_names_the_company_of_a_call(beto, second, rui):
    browser = Client()
    token, _ends = token_issue(user=beto.user)
    given = {"Authorization": f"Token {token}"}
    for member in (beto, second):
        calendars = f"{API}/conversas/"
        answer = browser.get(calendars, headers={**given, "X-Company": str(member.company_id)})
        assert answer.status_code == 200
    for bad in ("x", str(rui.pk)):
        answer = browser.get(f"{API}/conversas/", headers={**given, "X-Company": bad})
        assert answer.status_code in (401, 403)


def test_a_ticket_of_a_token_stays_in_its_company(beto, second, rui):
    token_issue(user=beto.user)
    digest = AuthToken.objects.get(user=beto.user).digest
    for member in (beto, second):
        assert member_again(f"{TOKEN}{digest}:{member.company_id}").pk == member.pk
    Membership.unscoped.filter(pk=second.pk).update(is_active=False)
    assert member_again(f"{TOKEN}{digest}:{second.company_id}") is None


# --- the back-office ------------------------------------------------------------------------------


def test_an_administrator_ends_a_members_sessions_and_takes_a_lock_off(ana, beto):
    boss, person = enter(ana.user), enter(beto.user)
    page = f"/admin/accounts/user/{beto.user_id}/"
    assert f"{page}unlock/" not in boss.get(f"{page}change/").content.decode()
    boss.post(f"{page}end_sessions/", {"confirmado": "1"})
    assert person.get("/atendimento/").status_code == 302
    wrong = {"username": beto.user.email, "password": "errada-mesmo"}
    for _ in range(10):
        answer = Client().post("/atendimento/entrar/", wrong)
    assert answer.status_code == 429
    assert f"{page}unlock/" in boss.get(f"{page}change/").content.decode()
    boss.post(f"{page}unlock/")
    make.forget_cached()
    enter(beto.user)
    acts = AuditEntry.unscoped.filter(object_id=str(beto.user_id)).values_list("action", flat=True)
    assert {"sessao.falhou", "sessao.desbloqueada", "sessao.encerrada"} <= set(acts)


def test_a_wrong_password_is_in_the_audit_of_the_persons_company_alone(beto, rui):
    for email in (beto.user.email, "ninguem@clinica.example"):
        Client().post("/atendimento/entrar/", {"username": email, "password": "errada"})
    (row,) = AuditEntry.unscoped.filter(action="sessao.falhou")
    assert (row.company_id, row.object_id, row.actor) == (
        beto.company_id,
        str(beto.user_id),
        None,
    )


def test_an_attendant_at_the_back_office_is_told_and_led_to_the_inbox(beto):
    answer = enter(beto.user).get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "Ir para o atendimento" in answer.content.decode()
    assert Client().get("/admin/login/?next=/admin/queues/queue/")["Location"] == (
        "/atendimento/entrar/?next=/admin/queues/queue/"
    )
