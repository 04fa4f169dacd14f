"""Webhooks for other systems by API."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, Company, IdempotencyKey, Membership
from integrations.models import HookSubscription, OutgoingEvent
from integrations.services.outbox import outbox_keep
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db
GIVEN = {
    "name": "Prontuário",
    "url": "https://prontuario.example.com/aviso",
    "events": ["mensagem.recebida"],
}


def make_one(ana: Membership) -> dict[str, Any]:
    answer = Caller(ana).post("integracoes/", GIVEN)
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def test_the_secret_is_shown_once_and_stored_sealed(ana: Membership):
    made = make_one(ana)
    assert made["secret"].startswith("whsec_")
    again = Caller(ana).get(f"integracoes/{made['id']}/").json()
    assert "secret" not in again and again["events"] == ["mensagem.recebida"]
    row = HookSubscription.unscoped.get()
    assert made["secret"] not in str(row.__dict__)
    assert made["secret"] not in str(list(AuditEntry.unscoped.values()))


def test_a_repeated_write_does_not_bring_the_secret_again(ana: Membership):
    headers = {"HTTP_IDEMPOTENCY_KEY": "a"}
    first, second = (Caller(ana).post("integracoes/", GIVEN, **headers) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert "secret" in first.json() and "secret" not in second.json()
    assert "whsec_" not in str(list(IdempotencyKey.unscoped.values_list("body", flat=True)))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://prontuario.example.com/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"events": ["paciente.nasceu"]}, "events.0"),
        ({"events": []}, "events"),
        ({"name": ""}, "name"),
    ],
)
def test_what_makes_no_webhook_is_refused_by_field(
    ana: Membership, wrong: dict[str, Any], field: str
):
    answer = Caller(ana).post("integracoes/", {**GIVEN, **wrong})
    assert answer.status_code in (400, 422)
    assert field in answer.json()["fields"]


def test_supervisors_and_attendants_are_refused(clinic: Company, ana: Membership, beto: Membership):
    made = make_one(ana)
    beto.role = Membership.Role.SUPERVISOR
    beto.save()
    for path in ("integracoes/", f"integracoes/{made['id']}/entregas/"):
        assert Caller(beto).get(path).status_code == 403


def test_a_secret_is_changed_and_a_second_change_waits_unless_it_leaked(ana: Membership):
    path = f"integracoes/{make_one(ana)['id']}/segredo/"
    assert Caller(ana).post(path).json()["secret"].startswith("whsec_")
    refused = Caller(ana).post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "segredo_em_troca")
    assert Caller(ana).post(path, {"at_once": True}).status_code == 200


def test_deliveries_are_listed_filtered_and_sent_again(ana: Membership, clinic: Company):
    from django.utils import timezone

    from common.happenings import Happening

    made = make_one(ana)
    path = f"integracoes/{made['id']}/"
    hook = HookSubscription.unscoped.get()
    (pk,) = outbox_keep(
        clinic.pk,
        [(hook.pk, Happening("mensagem.recebida", hook.pk, {"message": "x"}))],
        timezone.now(),
    )
    OutgoingEvent.unscoped.update(state="expirada")
    assert Caller(ana).get(f"{path}entregas/?state=entregue").json()["results"] == []
    (row,) = Caller(ana).get(f"{path}entregas/?state=expirada").json()["results"]
    assert row["id"] == str(pk)
    assert Caller(ana).get(f"{path}entregas/{pk}/").json()["tries"] == []
    assert Caller(ana).post(f"{path}reenviar/", {"events": [str(pk)]}).json() == {"count": 1}
    assert Caller(ana).post(f"{path}reenviar/").json() == {"count": 0}


def test_switched_off_it_takes_no_test(ana: Membership):
    path = f"integracoes/{make_one(ana)['id']}/"
    assert Caller(ana).patch(path, {"is_active": False}).json()["is_active"] is False
    refused = Caller(ana).post(f"{path}teste/")
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_desligado")
    assert Caller(ana).patch(path, {"is_active": True}).status_code == 200
    assert Caller(ana).post(f"{path}teste/").status_code == 201
    assert Caller(ana).delete(path).status_code == 204
    assert HookSubscription.unscoped.count() == 0
