"""The pages of flows: who may, what they keep, and that a try sends nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Company, Membership
from flows.models import Flow, FlowRun
from flows.services.drawing import flow_make
from omnichannel.models import Channel, Message
from queues.models import Queue
from tests.flows.conftest import TALK, Say, publish, walk_all
from tests.inbox.conftest import enter as enter

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
Enter = Callable[[Membership], Client]
NAMES = ("flow", "flow-publish", "flow-switch", "flow-play", "flow-export", "flow-runs")


def send(client: Client, name: str, flow: Flow, body: Any) -> Any:
    return client.post(
        reverse(f"inbox:{name}", args=[flow.pk]),
        json.dumps(body),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


BUILT = ROOT / "static/flows/built"


def test_the_built_editor_is_of_the_committed_sources() -> None:
    sources = sorted((one for one in (ROOT / "static/flows/src").iterdir()), key=str)
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in sources)).hexdigest()
    assert (BUILT / "sources.txt").read_text().strip() == digest, "npm ci && npm run build"
    page = (ROOT / "templates/inbox/flows/_built.html").read_text()
    asked = set(re.findall(r"built/([\w.-]+)'", page))
    assert asked == {one.name for one in BUILT.iterdir()} - {"sources.txt"}


@pytest.fixture
def draft(clinic: Company, channel: Channel, queue: Queue) -> Flow:
    return flow_make(company=clinic, actor=None, name="Rascunho", graph=TALK)


@pytest.mark.parametrize("name", NAMES)
def test_attendants_and_other_companies_have_no_flows(
    enter: Enter, draft: Flow, beto: Membership, rui: Membership, name: str
) -> None:
    where = reverse(f"inbox:{name}", args=[draft.pk])
    method = "get" if name in ("flow", "flow-export", "flow-runs") else "post"
    assert getattr(enter(rui), method)(where).status_code == 404
    assert getattr(enter(beto), method)(where).status_code == 403
    assert enter(beto).get(reverse("inbox:flows")).status_code == 403


def test_a_flow_begins_from_a_template_or_a_file(enter: Enter, ana: Membership) -> None:
    client, where = enter(ana), reverse("inbox:flows")
    made = client.post(where, {"modelo": "triagem"})
    flow = Flow.unscoped.get(name="Triagem")
    assert made["Location"] == reverse("inbox:flow", args=[flow.pk])
    assert not flow.is_active and flow.version is None
    raw = client.get(reverse("inbox:flow-export", args=[flow.pk])).content
    file = SimpleUploadedFile("fluxo.json", raw)
    assert client.post(where, {"nome": "Cópia", "arquivo": file}).status_code == 302
    copy = Flow.unscoped.get(name="Cópia")
    assert copy.draft == flow.draft
    bad = client.post(where, {"nome": "X", "arquivo": SimpleUploadedFile("f.json", b"[1]")})
    assert bad.status_code == 422 and "não é um fluxo" in bad.content.decode()
    twice = client.post(where, {"modelo": "triagem"})
    assert twice.status_code == 422 and Flow.unscoped.count() == 2


def test_a_draft_is_saved_with_its_revision_and_published(
    enter: Enter, ana: Membership, draft: Flow
) -> None:
    client = enter(ana)
    page = client.get(reverse("inbox:flow", args=[draft.pk]))
    assert page.status_code == 200 and b"editor-" in page.content
    graph = json.loads(json.dumps(TALK))
    graph["nodes"][1]["data"]["text"] = "Bom dia"
    saved = send(client, "flow", draft, {"graph": graph, "revision": 1}).json()
    assert saved["revision"] == 2 and not [one for one in saved["problems"] if one["error"]]
    stale = send(client, "flow", draft, {"graph": TALK, "revision": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "fluxo_alterado")
    assert send(client, "flow-publish", draft, {"revision": 1}).status_code == 409
    assert send(client, "flow-publish", draft, {"revision": 2}).json() == {"version": 1}
    assert send(client, "flow", draft, {"graph": {}, "revision": 2}).status_code == 400
    assert (
        client.post(
            reverse("inbox:flow", args=[draft.pk]), b"x" * 10, content_type="application/json"
        ).status_code
        == 400
    )


def test_errors_keep_a_flow_from_being_published(
    enter: Enter, ana: Membership, clinic: Company
) -> None:
    flow = flow_make(company=clinic, actor=None, name="Vazio")
    answer = send(enter(ana), "flow-publish", flow, {"revision": 1})
    assert answer.json()["code"] == "fluxo_com_erros"
    flow.refresh_from_db()
    assert flow.version is None


def test_a_try_walks_and_leaves_nothing(enter: Enter, ana: Membership, draft: Flow) -> None:
    client = enter(ana)
    told = send(client, "flow-play", draft, {"graph": TALK, "state": None, "heard": None}).json()
    assert told["path"] == [["inicio", "segue"], ["menu", ""]]
    heard = {"text": "Marcar consulta", "tap": told["said"][0]["choices"][0]["key"]}
    body = {"graph": TALK, "state": told["state"], "heard": heard}
    told = send(client, "flow-play", draft, body).json()
    assert told["said"][0]["text"] == "Qual é o seu nome?"
    assert not FlowRun.unscoped.exists() and not Message.unscoped.exists()


def test_the_list_switches_and_empties_and_runs_show_their_path(
    enter: Enter, ana: Membership, clinic: Company, channel: Channel, queue: Queue, say: Say
) -> None:
    flow = publish(clinic, TALK)
    say("oi")
    client, switch = enter(ana), reverse("inbox:flow-switch", args=[flow.pk])
    assert "Primeiro contato" in client.get(reverse("inbox:flows")).content.decode()
    runs = client.get(reverse("inbox:flow-runs", args=[flow.pk])).content.decode()
    assert "Início → segue" in runs and "Joana Dias" in runs
    page = client.get(reverse("inbox:flow", args=[flow.pk])).context["data"]
    assert page["numbers"]["menu"] == {"reached": 1, "waiting": 1, "exits": {}}
    client.post(switch, {"acao": "desligar"})
    flow.refresh_from_db()
    assert not flow.is_active
    client.post(switch, {"acao": "esvaziar"})
    walk_all()
    assert FlowRun.unscoped.get().outcome == "parado"
    assert client.post(switch, {"acao": "outra"}).status_code == 400
