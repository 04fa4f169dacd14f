"""Another system begins a flow for somebody; kinds of channel ask as they can."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Company, Membership
from common.scoping import company_scope
from contacts.optout import plain
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from flows.models import Flow, FlowRun
from flows.services.drawing import flow_switch
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_take
from queues.models import Queue, Ticket
from tests import make
from tests.flows.conftest import Say, choice, drawn, node, publish, said, walk_all

pytestmark = pytest.mark.django_db

WRITES_FROM = {
    "whatsapp": IdentityKind.WA_PHONE,
    "sms": IdentityKind.PHONE,
    "webchat": IdentityKind.WEBCHAT,
}
ASK = drawn(
    node("inicio", "inicio", api=True),
    node(
        "confirma",
        "pergunta",
        text="Confirma a consulta {{quando}}?",
        answer="escolha",
        choices=[choice("sim", "Confirmo"), choice("nao", "Não vou")],
        timeout_minutes=60,
    ),
    node("fim", "fim", text="Até lá!", closes=True),
    node("fila", "fila", text="Vamos remarcar."),
    edges="inicio.segue>confirma confirma.sim>fim confirma.nao>fila confirma.sem_acerto>fila",
)


@pytest.fixture
def flow(clinic: Company, channel: Channel, queue: Queue) -> Flow:
    return publish(clinic, ASK, "Confirmação")


def asked(api: Any, member: Membership, flow: Flow, talk: Any, **more: Any) -> Any:
    where = f"/central-atendimento/fluxos/{flow.pk}/iniciar/"
    body = {"conversation": str(talk.pk), "variables": {"quando": "amanhã às 14h"}}
    return api(member).post(where, {**body, **more}, content_type="application/json")


@pytest.fixture
def api() -> Any:
    def client(member: Membership) -> Client:
        found = Client()
        found.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return found

    return client


def test_a_flow_begun_by_the_api_takes_a_waiting_conversation_and_asks(
    api: Any, ana: Membership, flow: Flow, say: Say, conversation: Conversation
) -> None:
    assert Ticket.unscoped.open().count() == 1
    answer = asked(api, ana, flow, conversation)
    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == "correndo"
    walk_all()
    assert said()[-1].text == "Confirma a consulta amanhã às 14h?"
    assert not Ticket.unscoped.open().exists()
    assert asked(api, ana, flow, conversation).json()["code"] == "fluxo_em_andamento"
    say("confirmo")
    assert Conversation.unscoped.get().stage == "encerrada"
    assert FlowRun.unscoped.get().variables["quando"] == "amanhã às 14h"


def test_it_is_refused_where_it_would_talk_over_somebody_or_is_not_for_the_api(
    api: Any,
    ana: Membership,
    beto: Membership,
    rui: Membership,
    flow: Flow,
    conversation: Conversation,
) -> None:
    assert asked(api, beto, flow, conversation).status_code == 403
    assert asked(api, rui, flow, conversation).status_code == 404
    with company_scope(flow.company_id):
        flow_switch(flow=flow, actor=ana, is_active=False)
        assert asked(api, ana, flow, conversation).json()["code"] == "fluxo_indisponivel"
        flow_switch(flow=flow, actor=ana, is_active=True)
        conversation_take(conversation=conversation, attendant=beto)
    assert asked(api, ana, flow, conversation).json()["code"] == "conversa_assumida"
    listed = api(ana).get("/central-atendimento/fluxos/").json()["results"]
    assert [(one["name"], one["version"]) for one in listed] == [("Confirmação", 1)]
    runs = api(ana).get(f"/central-atendimento/fluxos/{flow.pk}/percursos/").json()
    assert runs["results"] == []


@pytest.mark.parametrize("kind", ["whatsapp", "sms", "webchat"])
def test_the_same_flow_talks_on_kinds_with_buttons_and_without(
    clinic: Company, channel: Channel, queue: Queue, kind: str
) -> None:
    made = {
        "whatsapp": lambda: channel,
        "sms": lambda: make.sms_channel(clinic),
        "webchat": lambda: make.webchat_channel(clinic),
    }
    on = made[kind]()
    start = node("inicio", "inicio", every=True)
    publish(clinic, {**ASK, "nodes": [start, *ASK["nodes"][1:]]}, "Para todos")
    who = IdentityRef(WRITES_FROM[kind], "5541998887777")
    given = {"person": PersonRef((who,), "Joana Dias")}
    talk = make.inbound(on, text="oi", **given).conversation
    walk_all()
    (message,) = Message.unscoped.filter(conversation=talk, author_kind="bot")
    assert message.text.startswith("Confirma a consulta")
    make.inbound(on, text="1", **given)
    walk_all()
    assert plain(said()[-1].text) == "ate la"
    assert Conversation.unscoped.get(pk=talk.pk).stage == "encerrada"
