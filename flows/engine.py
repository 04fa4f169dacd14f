"""What a block does: from a graph, where a walk stands and what came, to what is said, changed and
waited for. Pure: the database's runs and the editor's phone walk by the same function.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from contacts.optout import plain
from flows import graph as g
from flows.choices import AnswerKind, FlowOutcome, NodeKind
from flows.graph import FlowNode
from flows.understanding import Utterance, chosen, understood

KEY = "fluxo:"
PLACE = re.compile(r"\{\{\s*([a-z0-9_]{1,40})\s*\}\}")
TRIES, BUTTONS = 3, 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What a block may see.

    key        names the run in the keys of its choices
    now        in the clinic's zone
    is_open    asks whether the clinic is open, only where a block wants to know
    person     nome, primeiro_nome, email, telefone, empresa
    tags       names as contacts.optout.plain writes them
    tries      wrong answers to this question so far
    """

    key: str
    now: datetime
    is_open: Callable[[], bool]
    person: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    score: int = 0
    channel: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Saying:
    """One message: its words, (key, title) of its choices, the id of a file."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    list_label: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class FlowChange:
    """Something that is written down: `what` is field, tag, untag or consent."""

    what: str
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class NodeVisit:
    """What a block does now.

    exit       by which it is left; empty where it waits, calls or ends
    waits      whether it waits, and until when at the latest (None: for ever)
    is_calling whether another system is to be asked before it is left
    ends       how the run ends here, with the queue it goes to and whether the conversation closes
    is_miss    whether what came was no answer
    """

    exit: str = ""
    says: tuple[Saying, ...] = ()
    changes: tuple[FlowChange, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    until: datetime | None = None
    is_calling: bool = False
    ends: str = ""
    queue: str = ""
    closes: bool = False
    is_miss: bool = False


def reached(node: FlowNode, scene: Scene) -> NodeVisit:
    """Do what a block does when a walk comes to it."""
    data = node.data
    match node.kind:
        case NodeKind.START | NodeKind.JUMP:
            return NodeVisit(exit=g.NEXT)
        case NodeKind.MESSAGE | NodeKind.QUESTION:
            return _said(node, scene)
        case NodeKind.CONDITION:
            return NodeVisit(exit=_first_true(node, scene))
        case NodeKind.FIELD:
            return _field(node, scene)
        case NodeKind.TAG:
            what = "untag" if data.get("act") == "tirar" else "tag"
            return NodeVisit(exit=g.NEXT, changes=(FlowChange(what, str(data.get("tag", ""))),))
        case NodeKind.CONSENT:
            given = "sim" if data.get("given", True) else ""
            change = FlowChange("consent", str(data.get("purpose", "")), given)
            return NodeVisit(exit=g.NEXT, changes=(change,))
        case NodeKind.WAIT:
            return NodeVisit(waits=True, until=_wake(node, scene))
        case NodeKind.HTTP:
            return NodeVisit(is_calling=True)
        case NodeKind.SPLIT:
            return NodeVisit(exit=_part(node, scene))
        case NodeKind.QUEUE:
            says = _lines(data, scene)
            return NodeVisit(ends=FlowOutcome.QUEUED, says=says, queue=str(data.get("queue") or ""))
        case NodeKind.ASSISTANT:
            return NodeVisit(ends=FlowOutcome.ASSISTANT, says=_lines(data, scene))
    return NodeVisit(
        ends=FlowOutcome.DONE, says=_lines(data, scene), closes=bool(data.get("closes", True))
    )


def answered(node: FlowNode, scene: Scene, came: Utterance) -> NodeVisit:
    """Do what a block that waits for an answer does when one came."""
    if node.kind == NodeKind.WAIT:
        return NodeVisit(exit=g.NEXT)
    if came.tap.startswith(KEY) and not came.tap.startswith(f"{KEY}{scene.key}:{node.id}:"):
        return _old(node, scene)
    if node.choices:
        return _chose(node, scene, came)
    found = understood(str(node.data.get("answer")), came.text, scene.now.date())
    if found is None:
        return _missed(node, scene)
    return NodeVisit(exit=g.ANSWERED, **_kept(node, found))


def overdue(node: FlowNode) -> NodeVisit:
    """Do what a block does when what it waited for did not come, or its time has passed."""
    return NodeVisit(exit=g.LATE if node.is_asking else g.NEXT)


def filled(text: str, scene: Scene) -> str:
    """Return a text with its places filled: what is not known leaves nothing."""
    known = {**scene.person, **scene.variables}
    return PLACE.sub(lambda found: known.get(found[1], ""), text)


def choice_key(scene_key: str, node_id: str, choice_id: str) -> str:
    """Return what a tap on a choice brings back."""
    return f"{KEY}{scene_key}:{node_id}:{choice_id}"


# --- saying and hearing ---------------------------------------------------------------------------


def _said(node: FlowNode, scene: Scene) -> NodeVisit:
    says = (_saying(node, scene),)
    if not node.is_asking:
        return NodeVisit(exit=g.NEXT, says=says)
    return NodeVisit(says=says, waits=True, until=_latest(node, scene))


def _saying(node: FlowNode, scene: Scene) -> Saying:
    choices = tuple(
        (choice_key(scene.key, node.id, one["id"]), str(one.get("title", "")))
        for one in node.choices
    )
    text = filled(str(node.data.get("text", "")), scene)
    label = str(node.data.get("list_label") or "") if len(choices) > BUTTONS else ""
    return Saying(text, choices, label, str(node.data.get("file") or ""))


def _lines(data: Mapping[str, Any], scene: Scene) -> tuple[Saying, ...]:
    text = filled(str(data.get("text") or ""), scene)
    return (Saying(text),) if text.strip() else ()


def _chose(node: FlowNode, scene: Scene, came: Utterance) -> NodeVisit:
    found = came.tap.rpartition(":")[2] if came.tap else chosen(came.text, node.choices)
    titles = {one["id"]: str(one.get("title", "")) for one in node.choices}
    if found in titles:
        return NodeVisit(exit=str(found), **_kept(node, titles[str(found)]))
    if node.kind == NodeKind.MESSAGE:
        return NodeVisit(exit=g.OTHER, **_kept(node, came.text))
    return _missed(node, scene)


def _missed(node: FlowNode, scene: Scene) -> NodeVisit:
    if scene.tries + 1 >= (_whole(node.data.get("tries")) or TRIES):
        return NodeVisit(exit=g.MISSED)
    words = filled(str(node.data.get("retry_text") or ""), scene).strip() or _hint(node)
    asked = _saying(node, scene)
    said = Saying(words, asked.choices, asked.list_label)
    return NodeVisit(says=(said,), waits=True, until=_latest(node, scene), is_miss=True)


def _old(node: FlowNode, scene: Scene) -> NodeVisit:
    """Tell whoever tapped a button of an earlier question, and ask again; it counts for nothing."""
    asked = _saying(node, scene)
    words = _("Essa opção é de uma pergunta anterior. Agora a pergunta é:")
    said = Saying(f"{words}\n\n{asked.text}", asked.choices, asked.list_label)
    return NodeVisit(says=(said,), waits=True, until=_latest(node, scene))


def _latest(node: FlowNode, scene: Scene) -> datetime | None:
    minutes = _whole(node.data.get("timeout_minutes"))
    return scene.now + timedelta(minutes=minutes) if minutes else None


def _kept(node: FlowNode, value: str) -> dict[str, Any]:
    changes = []
    if (target := str(node.data.get("save_to") or "")) and value:
        changes.append(FlowChange("field", target, value))
    variable = str(node.data.get("variable") or "")
    return {"variables": {variable: value} if variable else {}, "changes": tuple(changes)}


def _hint(node: FlowNode) -> str:
    match node.data.get("answer"):
        case AnswerKind.NAME:
            return _("Não entendi. Escreva o nome completo, por favor.")
        case AnswerKind.CPF:
            return _("Este CPF não confere. Escreva os 11 números, por favor.")
        case AnswerKind.DATE:
            return _("Não entendi a data. Escreva como 25/12/2026, por favor.")
        case AnswerKind.PHONE:
            return _("Não entendi o telefone. Escreva com o DDD, por favor.")
        case AnswerKind.EMAIL:
            return _("Este e-mail não parece certo. Escreva de novo, por favor.")
        case AnswerKind.NUMBER:
            return _("Escreva só o número, por favor.")
        case AnswerKind.CHOICE:
            return _("Não entendi. Escolha uma das opções, por favor.")
    return _("Não entendi. Escreva a resposta em texto, por favor.")


# --- deciding -------------------------------------------------------------------------------------


def _first_true(node: FlowNode, scene: Scene) -> str:
    """Return the first test that holds: their order counts."""
    for test in node.data.get("tests", ()):
        if holds(test, scene):
            return str(test["id"])
    return g.ELSE


def holds(test: Mapping[str, Any], scene: Scene) -> bool:
    """Tell whether one test holds: {"field", "operator", "value"}."""
    name, operator = str(test.get("field", "")), str(test.get("operator", ""))
    wanted = str(test.get("value", ""))
    if name == "etiqueta":
        return (plain(wanted) in scene.tags) != (operator == "diferente")
    if name == "aberto":
        return scene.is_open() != (wanted == "nao")
    known = _value(name, scene)
    return _compared(known, operator, wanted)


def _value(name: str, scene: Scene) -> str:
    match name:
        case "score":
            return str(scene.score)
        case "hora":
            return f"{scene.now:%H:%M}"
        case "dia_da_semana":
            return str(scene.now.isoweekday())
        case "canal":
            return scene.channel
    return scene.variables.get(name, scene.person.get(name, ""))


def _compared(known: str, operator: str, wanted: str) -> bool:
    match operator:
        case "preenchido":
            return bool(known.strip())
        case "vazio":
            return not known.strip()
        case "igual":
            return plain(known) == plain(wanted)
        case "diferente":
            return plain(known) != plain(wanted)
        case "contem":
            return plain(wanted) in plain(known)
        case "maior" | "menor":
            return _ordered(known, operator, wanted)
    return False


def _ordered(known: str, operator: str, wanted: str) -> bool:
    left: Any
    right: Any
    try:
        left, right = float(known.replace(",", ".")), float(wanted.replace(",", "."))
    except ValueError:
        # Hours and days as they are written here stand in order as words, too.
        left, right = known, wanted
    return bool(left > right if operator == "maior" else left < right)


def _part(node: FlowNode, scene: Scene) -> str:
    """Choose a part by the run's own key, so that a step that is done again chooses the same."""
    parts = list(node.data.get("parts", ()))
    total = sum(_whole(one.get("weight")) for one in parts)
    digest = hashlib.sha256(f"{scene.key}:{node.id}".encode()).digest()
    drawn = int.from_bytes(digest[:8]) % max(total, 1)
    for one in parts:
        drawn -= _whole(one.get("weight"))
        if drawn < 0:
            return str(one["id"])
    return str(parts[-1]["id"]) if parts else g.NEXT


def _field(node: FlowNode, scene: Scene) -> NodeVisit:
    value = filled(str(node.data.get("value", "")), scene)
    target = str(node.data.get("target", ""))
    name = str(node.data.get("name", ""))
    if target == "variavel":
        return NodeVisit(exit=g.NEXT, variables={name: value} if name else {})
    return NodeVisit(exit=g.NEXT, changes=(FlowChange("field", target, value),))


def _wake(node: FlowNode, scene: Scene) -> datetime | None:
    """Return until when a block waits; None for ever."""
    data, now = node.data, scene.now
    match data.get("until"):
        case "data":
            try:
                moment = datetime.fromisoformat(filled(str(data.get("at", "")), scene))
            except ValueError:
                return now
            return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
        case "hora":
            hour, _colon, minute = str(data.get("hour") or "8:00").partition(":")
            wanted = now.replace(hour=int(hour), minute=int(minute or 0), second=0, microsecond=0)
            return wanted if wanted > now else wanted + timedelta(days=1)
        case "resposta":
            return _latest(node, scene)
    return now + timedelta(minutes=_whole(data.get("minutes")))


def _whole(raw: Any) -> int:
    return int(raw) if isinstance(raw, int | float) or str(raw or "").isdecimal() else 0
