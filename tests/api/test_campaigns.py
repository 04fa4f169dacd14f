"""Campaigns by the API: made, frozen, forecast, started, and what each refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.services.tokens import token_issue
from campaigns.models import Campaign, Recipient
from campaigns.services.audiences import audience_build
from contacts.services.contacts import contact_save
from omnichannel.models import Channel, Template
from tests import make
from tests.campaigns.conftest import patient, template_for

URL = "/central-atendimento/campanhas/"


@pytest.fixture
def post(ana: Membership, bells: Any) -> Callable[..., Any]:
    """Give a way to post as the administrator; lists are frozen at once."""
    token, _at = token_issue(user=ana.user)
    client = Client(headers={"Authorization": f"Token {token}"})

    def sent(path: str, body: Any = None, method: str = "post") -> Any:
        answer = getattr(client, method)(URL + path, body or {}, content_type="application/json")
        for row in Campaign.objects.for_company(ana.company_id).filter(audience_state="montando"):
            audience_build(campaign=row)
        return answer

    return sent


def made(post: Callable[..., Any], channel: Channel, template: Template, **values: Any) -> str:
    """Make a draft by the API and return its id."""
    body = {
        "name": "Retorno",
        "channel": str(channel.pk),
        "template": {"name": template.name, "language": template.language},
        "variables": {"1": "{primeiro_nome|paciente}"},
        "filters": {"conditions": [{"field": "nome", "operator": "preenchido"}]},
        **values,
    }
    answer = post("", body)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


@pytest.fixture
def template(channel: Channel) -> Template:
    """Give an approved template."""
    return template_for(channel)


def test_a_campaign_is_made_frozen_started_paused_and_counted(
    post: Callable[..., Any], channel: Channel, template: Template, ana: Membership
) -> None:
    for place in range(3):
        patient(ana, f"Pessoa {place}")
    patient(ana, "Nunca Perguntada", allows=None)
    pk = made(post, channel, template)
    assert post(f"{pk}/destinatarios/").status_code == 202
    told = post(f"{pk}/", method="get").json()
    assert told["audience_state"] == "pronto"
    assert told["totals"]["total"] == 4 and told["totals"]["skipped"] == 1
    assert post(f"{pk}/previsao/", method="get").json()["unpriced"] == 3
    assert post(f"{pk}/iniciar/").json()["status"] == "em_execucao"
    again = post(f"{pk}/iniciar/")
    assert (again.status_code, again.json()["code"]) == (409, "campanha_em_outra_situacao")
    assert post(f"{pk}/pausar/").json()["pause_reason"] == "pessoa"
    assert post(f"{pk}/retomar/").json()["status"] == "em_execucao"
    assert post(f"{pk}/cancelar/").json()["totals"]["skipped"] == 4
    metrics = post(f"{pk}/metricas/", method="get").json()
    assert metrics["left_out"] == {"sem_opt_in": 1, "cancelada": 3}
    people = post(f"{pk}/destinatarios/?numero=sem_opt_in", method="get").json()["results"]
    assert [one["left_out"] for one in people] == ["sem_opt_in"]


def test_a_pasted_list_counts_bad_and_repeated_numbers(
    post: Callable[..., Any], channel: Channel, template: Template
) -> None:
    pk = made(post, channel, template, filters={})
    body = {
        "numbers": ["(41) 99911-2233", "41 9911-2233", "123", "+55 41 98877-0001"],
        "proof": "Ficha de cadastro",
    }
    assert post(f"{pk}/destinatarios/", body).status_code == 202
    metrics = post(f"{pk}/metricas/", method="get").json()
    assert metrics["left_out"]["numero_invalido"] == 1
    assert metrics["totals"]["pending"] == 2


def test_columns_of_a_list_fill_the_message(
    post: Callable[..., Any], channel: Channel, template: Template
) -> None:
    pk = made(post, channel, template, filters={}, variables={"1": "{nome}, {dia}"})
    rows = [{"telefone": "41999112233", "nome": "Lia", "dia": "terça"}]
    post(f"{pk}/destinatarios/", {"rows": rows, "proof": "Ficha"})
    assert post(f"{pk}/iniciar/").status_code == 200
    assert Recipient.unscoped.get(campaign=pk).given == {"nome": "Lia", "dia": "terça"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"variables": {}}, "message.A"),
        ({"variables": {"1": "x", "2": "y"}}, "message.A"),
        ({"variables": {"1": "{sobrenome}"}}, "message.A"),
        ({"channel": None}, "channel"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is(
    post: Callable[..., Any],
    channel: Channel,
    template: Template,
    ana: Membership,
    change: dict[str, Any],
    field: str,
) -> None:
    patient(ana)
    pk = made(post, channel, template)
    assert post(f"{pk}/", change, method="patch").status_code == 200
    post(f"{pk}/destinatarios/")
    answer = post(f"{pk}/iniciar/")
    assert (answer.status_code, answer.json()["code"]) == (422, "campanha_incompleta")
    assert field in answer.json()["fields"]


def test_line_breaks_in_a_variable_are_refused_when_written(
    post: Callable[..., Any], channel: Channel, template: Template
) -> None:
    pk = made(post, channel, template)
    answer = post(f"{pk}/", {"variables": {"1": "um\ndois"}}, method="patch")
    assert (answer.status_code, answer.json()["code"]) == (400, "variavel_invalida")


def test_a_template_that_is_not_approved_and_a_broken_channel_are_refused(
    post: Callable[..., Any], channel: Channel, template: Template, ana: Membership
) -> None:
    patient(ana)
    pk = made(post, channel, template)
    post(f"{pk}/destinatarios/")
    Template.unscoped.filter(pk=template.pk).update(status="PAUSED")
    Channel.unscoped.filter(pk=channel.pk).update(status="erro")
    fields = post(f"{pk}/iniciar/").json()["fields"]
    assert set(fields) == {"channel", "message.A"}


def test_an_empty_audience_and_a_schedule_in_the_past_are_refused(
    post: Callable[..., Any], channel: Channel, template: Template, ana: Membership
) -> None:
    pk = made(post, channel, template)
    post(f"{pk}/destinatarios/")
    assert post(f"{pk}/iniciar/").json()["code"] == "publico_vazio"
    patient(ana)
    post(f"{pk}/destinatarios/")
    past = (timezone.now() - timedelta(minutes=1)).isoformat()
    assert post(f"{pk}/iniciar/", {"scheduled_at": past}).json()["code"] == "agendamento_no_passado"
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    assert post(f"{pk}/iniciar/", {"scheduled_at": later}).json()["status"] == "agendada"


def test_a_copy_is_a_draft_without_people(
    post: Callable[..., Any], channel: Channel, template: Template
) -> None:
    pk = made(post, channel, template)
    copy = post(f"{pk}/copiar/").json()
    assert copy["status"] == "rascunho" and copy["variables"] == {"1": "{primeiro_nome|paciente}"}
    assert copy["id"] != pk and copy["totals"]["total"] == 0


def test_a_campaign_by_sms_has_a_text_and_no_template(
    post: Callable[..., Any], channel: Channel, template: Template, ana: Membership
) -> None:
    sms = make.sms_channel(ana.company, "zenvia")
    patient(ana, "Rita Souza")
    contact_save(actor=ana, name="Sem Número", email="a@exemplo.com.br", marketing_opt_in=True)
    # A template is another account's; with it nothing starts.
    wrong = made(post, channel, template)
    post(f"{wrong}/", {"channel": str(sms.pk)}, "patch")
    post(f"{wrong}/destinatarios/")
    assert set(post(f"{wrong}/iniciar/").json()["fields"]) == {"message.A"}
    text = {"template": None, "variables": {}, "message": "Olá {primeiro_nome|paciente}!"}
    pk = made(post, channel, template)
    post(f"{pk}/", {**text, "channel": str(sms.pk)}, "patch")
    post(f"{pk}/destinatarios/")
    told = post(f"{pk}/metricas/", method="get").json()
    assert told["left_out"] == {"sem_whatsapp": 1} and told["totals"]["pending"] == 1
    assert post(f"{pk}/iniciar/").json()["status"] == "em_execucao"
