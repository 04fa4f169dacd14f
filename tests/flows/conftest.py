"""A clinic with a flow, and a patient who walks through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from common.scoping import company_scope
from flows.models import Flow, FlowRun
from flows.services.drawing import flow_make, flow_publish
from flows.services.walking import run_advance
from omnichannel.choices import Author
from omnichannel.models import Channel, Message
from providers.content import Answer
from queues.models import Queue
from tests import make
from tests.queues.conftest import make_queue, online


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def queue(clinic: Company, beto: Membership) -> Queue:
    online(beto)
    return make_queue(clinic, beto)


def node(key: str, kind: str, **data: Any) -> dict[str, Any]:
    return {"id": key, "kind": kind, "name": "", "data": data, "x": 0, "y": 0}


def drawn(*nodes: dict[str, Any], edges: str) -> dict[str, Any]:
    """Draw a graph; edges are written as `from.exit>to`, one word each."""
    lines = []
    for edge in edges.split():
        source, _dot, rest = edge.partition(".")
        way, _arrow, target = rest.partition(">")
        lines.append({"source": source, "exit": way, "target": target})
    return {"format": 1, "nodes": list(nodes), "edges": lines}


def choice(key: str, title: str) -> dict[str, str]:
    return {"id": key, "title": title}


TALK = drawn(
    node("inicio", "inicio", every=True),
    node(
        "menu",
        "mensagem",
        text="Olá, {{primeiro_nome}}! O que deseja?",
        choices=[choice("marcar", "Marcar consulta"), choice("outro", "Outro assunto")],
    ),
    node("nome", "pergunta", text="Qual é o seu nome?", answer="nome", variable="nome_dito"),
    node(
        "cpf", "pergunta", text="E o seu CPF, {{nome_dito}}?", answer="cpf", variable="cpf", tries=2
    ),
    node("marca", "etiqueta", tag="Triagem", act="por"),
    node("fila", "fila", text="Obrigado! Já vamos chamar você."),
    edges="inicio.segue>menu menu.marcar>nome menu.outro>fila menu.outra>fila"
    " nome.respondida>cpf nome.sem_acerto>fila cpf.respondida>marca cpf.sem_acerto>fila"
    " marca.segue>fila",
)


def publish(company: Company, graph: dict[str, Any], name: str = "Primeiro contato") -> Flow:
    """Make a flow and publish it."""
    return flow_publish(
        flow=flow_make(company=company, actor=None, name=name, graph=graph), actor=None
    )


@pytest.fixture
def flow(clinic: Company, channel: Channel, queue: Queue) -> Flow:
    """Give a flow that everybody begins."""
    return publish(clinic, TALK)


def walk_all() -> None:
    """Walk every run that has something to do, as workers would."""
    for run in FlowRun.unscoped.due():
        with company_scope(run.company_id):
            run_advance(run.pk)


def said() -> list[Message]:
    """Return what flows said, in order."""
    rows = Message.unscoped.filter(author_kind=Author.BOT, is_internal=False)
    return list(rows.order_by("created_at", "seq"))


Say = Callable[..., list[Message]]


@pytest.fixture
def say(channel: Channel) -> Say:
    """Let the patient write, and the flow answer; return what it said then."""

    def write(text: str, **values: Any) -> list[Message]:
        before = len(said())
        # Each is a batch of its own, which asks anew what may begin.
        channel.__dict__.pop("_flow_triggers", None)
        make.inbound(channel, text=text, **values)
        walk_all()
        return said()[before:]

    return write


def tap(message: Message, title: str) -> dict[str, Any]:
    """Return the values of a tap on a choice of a message, for `say`."""
    from providers.content_json import content_of

    asked: Any = content_of(message.metadata)
    (found,) = [one for one in asked.choices if one.title == title]
    return {"content": Answer(found.key, found.title)}


def run() -> FlowRun:
    """Return the newest run."""
    found = FlowRun.unscoped.order_by("-created_at").first()
    assert found is not None
    return found


def later(row: FlowRun) -> None:
    """Let the moment of a waiting run have come."""
    FlowRun.unscoped.filter(pk=row.pk).update(wake_at=timezone.now())
