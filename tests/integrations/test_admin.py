"""Webhooks for other systems in the back-office."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from integrations.models import HookSubscription, OutgoingEvent
from tests.backoffice import Office

pytestmark = pytest.mark.django_db
HOOK, EVENT = "integrations_hooksubscription", "integrations_outgoingevent"
GIVEN = {
    "name": "Prontuário",
    "url": "https://prontuario.example.com/aviso",
    "events": ["mensagem.recebida", "conversa.encerrada"],
    "is_active": "on",
}


@pytest.fixture
def office(ana: Membership, bells: object) -> Office:
    return Office(ana)


def made(office: Office) -> HookSubscription:
    answer = office.save(HOOK, **GIVEN)
    assert answer.status_code == 200 and "whsec_" in answer.content.decode()
    return HookSubscription.unscoped.get()


def test_a_new_one_shows_its_secret_once(office: Office):
    row = made(office)
    assert row.events == ["mensagem.recebida", "conversa.encerrada"]
    assert "whsec_" not in office.page(HOOK, row).content.decode()


def test_an_address_inside_is_refused_beside_its_field(office: Office):
    answer = office.save(HOOK, **{**GIVEN, "url": "https://192.168.0.1/"})
    assert "endereço https público" in answer.content.decode()
    assert HookSubscription.unscoped.count() == 0


def test_its_buttons_test_change_the_secret_and_send_again(office: Office):
    row = made(office)
    office.press(HOOK, row, "test")
    event = OutgoingEvent.unscoped.get()
    assert event.kind == "teste.ping"
    answer = office.press(HOOK, row, "rotate", confirmado="1")
    assert "whsec_" in answer.content.decode()
    OutgoingEvent.unscoped.update(state="expirada")
    assert "não foi entregue em 24 horas" in office.page(HOOK, row).content.decode()
    office.press(EVENT, event, "resend")
    assert OutgoingEvent.unscoped.get().state == "pendente"


def test_a_supervisor_sees_neither_page(clinic: object, beto: Membership, office: Office):
    row = made(office)
    beto.role = Membership.Role.SUPERVISOR
    beto.save()
    beto.user.is_staff = True
    beto.user.save()
    other = Office(beto)
    assert other.list(HOOK).status_code in (302, 403)
    assert GIVEN["url"] not in other.page(HOOK, row).content.decode()


def test_lists_draw(office: Office):
    row = made(office)
    office.press(HOOK, row, "test")
    assert "2 eventos" in office.list(HOOK).content.decode()
    assert "teste.ping" in office.list(EVENT).content.decode()


def test_the_first_page_tells_administrators_what_stopped_and_supervisors_nothing(
    office: Office, beto: Membership
):
    row = made(office)
    HookSubscription.unscoped.update(
        is_active=False, stop_reason="falhas", stopped_at=row.created_at
    )
    said = office.browser.get("/admin/").content.decode()
    assert "Webhook Prontuário: Parou em" in said and "Um dia inteiro de falhas" in said
    assert "Parou em" in office.page(HOOK, row).content.decode()
    beto.role = Membership.Role.SUPERVISOR
    beto.save()
    beto.user.is_staff = True
    beto.user.save()
    assert "Prontuário" not in Office(beto).browser.get("/admin/").content.decode()
