"""A flow asks another system. No lock is held meanwhile: what came is written down afterwards, if
the run still waits for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.db import transaction

from flows import graph as g
from flows.choices import FlowState
from flows.engine import PLACE, NodeVisit, Scene, filled
from flows.graph import FlowNode
from flows.models import FlowRun, FlowSecret
from flows.services.scenes import scene_of
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_lock
from providers.http import ForeignAddress, HttpAnswer, NotSent, Request, Unanswered, call

TOTAL_SECONDS, MOST_BYTES, KEPT_LETTERS = 10.0, 256 * 1024, 500
METHODS = ("GET", "POST", "PUT")


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call: the exit, and what it brought."""

    exit: str
    variables: dict[str, str] = field(default_factory=dict)


def run_call(run: FlowRun) -> None:
    """Make the call of a run that is about to, and let the run go on with what came."""
    from flows.services.walking import graph_of, run_apply

    talk = Conversation.unscoped.select_related("channel", "contact", "company").get(
        pk=run.conversation_id
    )
    node = graph_of(run.version).nodes[run.node]
    came = called(node, scene_of(run, talk), secrets_of(run.company_id), f"{run.pk}:{run.seq}")
    with transaction.atomic():
        held = conversation_lock(talk)
        now = FlowRun.unscoped.select_for_update(of=("self",)).get(pk=run.pk)
        if now.state != FlowState.CALLING or now.seq != run.seq:
            # People took the conversation meanwhile, or somebody else went on.
            return
        run_apply(now, held, node, NodeVisit(exit=came.exit, variables=came.variables))


def called(node: FlowNode, scene: Scene, secrets: dict[str, str], key: str) -> Called:
    """Ask another system, once, and read what it answers. `key` lets it know a repeated question.

    The address is https on the public Internet; a redirect, a longer or slower answer, and one
    that is no JSON are errors.
    """
    try:
        answer = call(
            request_of(node, scene, secrets, key),
            total_seconds=TOTAL_SECONDS,
            most_bytes=MOST_BYTES,
        )
    except (ForeignAddress, NotSent, ValueError):
        return Called(g.WRONG)
    except Unanswered:
        return Called(g.UNSURE)
    if not answer.is_success:
        return Called(g.WRONG)
    return _read(node, answer)


def request_of(node: FlowNode, scene: Scene, secrets: dict[str, str], key: str) -> Request:
    """Return the request of a block; secrets stand in its headers only."""
    data = node.data
    method = str(data.get("method", "GET")).upper()
    known = {**scene.person, **scene.variables}
    url = PLACE.sub(lambda found: quote(known.get(found[1], ""), safe=""), str(data.get("url", "")))
    headers = {"Idempotency-Key": key, "Accept": "application/json"}
    for one in data.get("headers", ()):
        secret = str(one.get("secret") or "")
        headers[str(one["name"])] = secrets.get(secret, "") if secret else str(one.get("value", ""))
    body = b""
    if method != "GET":
        headers["Content-Type"] = "application/json"
        fields = {
            str(one["name"]): filled(str(one["value"]), scene) for one in data.get("body", ())
        }
        body = json.dumps(fields, ensure_ascii=False).encode()
    return Request(method if method in METHODS else "GET", url, headers, body)


def secrets_of(company_id: Any) -> dict[str, str]:
    """Return a company's secrets, by name."""
    rows = FlowSecret.objects.for_company(company_id)
    return {row.name: str(row.sealed.get("value", "")) for row in rows}


def _read(node: FlowNode, answer: HttpAnswer) -> Called:
    wanted = list(node.data.get("sets", ()))
    told = answer.json
    if wanted and told is None:
        return Called(g.WRONG)
    return Called(
        g.RIGHT,
        {str(one["variable"]): _at(told, str(one.get("path", ""))) for one in wanted},
    )


def _at(told: Any, path: str) -> str:
    """Return what stands at a path such as `itens.0.nome`; nothing for what is not plain."""
    for part in filter(None, path.split(".")):
        if isinstance(told, dict):
            told = told.get(part)
        elif isinstance(told, list) and part.isdecimal() and int(part) < len(told):
            told = told[int(part)]
        else:
            return ""
    return str(told)[:KEPT_LETTERS] if isinstance(told, str | int | float) else ""
