"""Flows are checked before they are published, exported, imported and tried."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from flows.checks import FlowKnown, problems_of
from flows.graph import GraphRefused, graph_read
from flows.play import Playing, play
from flows.portable import flow_read, flow_written
from flows.services.drawing import (
    DraftChanged,
    FlowHasErrors,
    draft_save,
    flow_make,
    flow_publish,
)
from flows.services.known import known_to
from flows.starter import STARTERS
from flows.understanding import Utterance, understood
from omnichannel.models import Channel
from queues.models import Queue
from tests import make
from tests.flows.conftest import TALK, choice, drawn, node

START = node("inicio", "inicio", every=True)


def told(graph: dict[str, Any], known: FlowKnown | None = None) -> list[str]:
    return [
        one.text for one in problems_of(graph_read(graph), known or FlowKnown()) if one.is_error
    ]


@pytest.mark.parametrize(
    ("nodes", "edges", "text"),
    [
        ([], "", "Falta o bloco de início."),
        ([START], "", "Início: a saída “segue” não leva a lugar nenhum."),
        ([START, node("fim", "fim")], "", "Fim: nenhum caminho chega até este bloco."),
        (
            [START, node("a", "etiqueta", tag="A"), node("b", "etiqueta", tag="B")],
            "inicio.segue>a a.segue>b b.segue>a",
            "Etiqueta: faz parte de uma volta em que ninguém espera nada.",
        ),
        (
            [START, node("m", "mensagem", text=" "), node("fim", "fim")],
            "inicio.segue>m m.segue>fim",
            "Mensagem: falta o texto.",
        ),
        (
            [START, node("f", "fila", queue="x")],
            "inicio.segue>f",
            "Passar para a fila: a fila não existe mais.",
        ),
        (
            [START, node("h", "http", url="https://10.0.0.1/"), node("fim", "fim")],
            "inicio.segue>h h.certo>fim h.erro>fim",
            "Chamada HTTP: o endereço precisa ser https e da internet pública.",
        ),
        (
            [START, node("s", "teste_ab", parts=[{"id": "a", "weight": 60}]), node("fim", "fim")],
            "inicio.segue>s s.a>fim",
            "Teste A/B: as partes do teste não somam 100.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words_with_the_block_named(
    nodes: list[dict[str, Any]], edges: str, text: str
) -> None:
    assert text in told(drawn(*nodes, edges=edges))


def test_a_circle_with_a_wait_in_it_is_right() -> None:
    graph = drawn(
        START,
        node("q", "pergunta", text="Sim?", answer="texto", timeout_minutes=5),
        edges="inicio.segue>q q.respondida>q q.sem_acerto>q",
    )
    assert told(graph) == []


@pytest.mark.django_db
def test_a_kind_that_cannot_show_the_choices_is_named(clinic: Company, channel: Channel) -> None:
    make.sms_channel(clinic)
    many = [choice(f"c{n}", f"Opção {n}") for n in range(11)]
    graph = drawn(START, node("m", "mensagem", text="?", choices=many), edges="inicio.segue>m")
    found = [one.text for one in problems_of(graph_read(graph), known_to(clinic.pk))]
    assert "Mensagem: em WhatsApp, cabem no máximo 10 opções." in found
    assert "Mensagem: em SMS, as opções vão numeradas no texto: o canal não tem botões." in found


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {"format": 2, "nodes": [], "edges": []},
        {"format": 1, "nodes": [{"id": "a", "kind": "outro"}], "edges": []},
        {"format": 1, "nodes": [{"id": "A b", "kind": "fim"}], "edges": []},
        {"format": 1, "nodes": [node("a", "fim"), node("a", "fim")], "edges": []},
        {"format": 1, "nodes": [node("a", "mensagem", choices=["x"])], "edges": []},
        {"format": 1, "nodes": [node("a", "mensagem", text="x" * 600_000)], "edges": []},
        drawn(START, edges="inicio.segue>b"),
    ],
    ids=["none", "list", "format", "kind", "id", "twice", "choices", "large", "edge"],
)
def test_what_is_no_graph_is_refused(raw: Any) -> None:
    with pytest.raises(GraphRefused):
        graph_read(raw)


@pytest.mark.django_db
def test_a_draft_is_kept_unless_somebody_drew_meanwhile(clinic: Company, ana: Membership) -> None:
    flow = flow_make(company=clinic, actor=ana, name="Um")
    saved = draft_save(flow=flow, actor=ana, graph=TALK, revision=1)
    assert saved.revision == 2
    with pytest.raises(DraftChanged):
        draft_save(flow=flow, actor=ana, graph=TALK, revision=1)
    with pytest.raises(FlowHasErrors):
        flow_publish(flow=flow_make(company=clinic, actor=ana, name="Dois"), actor=ana)


@pytest.mark.django_db
def test_a_flow_goes_out_with_names_and_comes_back_with_ids(
    clinic: Company, rival: Company, channel: Channel, queue: Queue
) -> None:
    graph = drawn(
        node("inicio", "inicio", every=True, channels=[str(channel.pk)]),
        node("fila", "fila", queue=str(queue.pk)),
        edges="inicio.segue>fila",
    )
    raw = flow_written("Recepção", graph, known_to(clinic.pk))
    assert str(queue.pk).encode() not in raw and channel.name.encode() in raw
    back = flow_read(raw, known_to(clinic.pk))
    assert (back.name, back.missing) == ("Recepção", ())
    assert back.graph["nodes"][1]["data"]["queue"] == str(queue.pk)
    elsewhere = flow_read(raw, known_to(rival.pk))
    assert set(elsewhere.missing) == {channel.name, queue.name}
    assert elsewhere.graph["nodes"][1]["data"]["queue"] == ""


@pytest.mark.django_db
@pytest.mark.parametrize("one", STARTERS, ids=lambda one: one.key)
def test_each_flow_to_begin_with_can_be_published(clinic: Company, one: Any) -> None:
    flow = flow_make(company=clinic, actor=None, name=one.name, graph=one.graph)
    assert flow_publish(flow=flow, actor=None).version is not None


def test_a_draft_is_tried_without_a_row_in_the_database() -> None:
    graph, now = graph_read(TALK), timezone.now()
    walk = play(graph, Playing(), None, now=now)
    assert walk.path == [["inicio", "segue"], ["menu", ""]]
    assert [one["title"] for one in walk.said[0]["choices"]] == ["Marcar consulta", "Outro assunto"]
    state = walk.told()["state"]
    tapped = Utterance("", walk.said[0]["choices"][0]["key"])
    walk = play(graph, Playing.read(state), tapped, now=now)
    assert walk.path[0] == ["menu", "marcar"] and walk.said[0]["text"] == "Qual é o seu nome?"
    for words in ("Maria", "529.982.247-25"):
        walk = play(graph, Playing.read(walk.told()["state"]), Utterance(words), now=now)
    assert walk.ended == "Passou para a fila"
    assert walk.tags == ["Triagem"]


@pytest.mark.parametrize("state", [None, [], {"node": 3, "variables": [], "tries": "x"}])
def test_a_walk_that_is_odd_begins_anew(state: Any) -> None:
    walk = play(graph_read(TALK), Playing.read(state), Utterance("oi"), now=timezone.now())
    assert walk.path[0] == ["inicio", "segue"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("nome", "maria da silva", "Maria Da Silva"),
        ("nome", "123", None),
        ("cpf", "52998224725", "529.982.247-25"),
        ("cpf", "111.111.111-11", None),
        ("data", "25/12/1990", "1990-12-25"),
        ("data", "nasci em 3-4-85", "1985-04-03"),
        ("data", "31/02/2020", None),
        ("telefone", "(41) 99888-7777", "+5541998887777"),
        ("telefone", "123", None),
        ("email", "é Joana@Example.com", "joana@example.com"),
        ("email", "joana@", None),
        ("numero", "3,5", "3.5"),
        ("numero", "três", None),
        ("texto", "  ", None),
    ],
)
def test_answers_are_understood(kind: str, text: str, value: str | None) -> None:
    assert understood(kind, text, timezone.now().date()) == value
