"""What is wrong with a flow, in words with the block named, before anybody walks into it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from contacts.models import Purpose
from contacts.optout import plain
from flows.choices import AnswerKind, NodeKind
from flows.engine import BUTTONS
from flows.graph import FlowGraph, FlowNode, exits_of
from providers.http import may_call
from providers.policy import QuestionRule

TEXT_MOST = 4096


@dataclass(frozen=True, slots=True)
class FlowProblem:
    """One thing that is wrong: at which block (empty for the whole flow), and whether it keeps the
    flow from being published.
    """

    node: str
    text: str
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class FlowKnown:
    """What a company has: channels by id with their kinds, and by kind what may be asked there."""

    channels: Mapping[str, str] = field(default_factory=dict)
    channel_names: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, QuestionRule | None] = field(default_factory=dict)
    kind_names: Mapping[str, str] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


def problems_of(graph: FlowGraph, known: FlowKnown) -> list[FlowProblem]:
    """Return all that is wrong, errors before warnings."""
    found = [*_of_whole(graph), *_of_ways(graph)]
    for node in graph.nodes.values():
        found += [FlowProblem(node.id, f"{node.title}: {text}") for text in _of_node(node, known)]
        found += [
            FlowProblem(node.id, f"{node.title}: {text}", False) for text in _doubts(node, graph)
        ]
    found += list(_of_kinds(graph, known))
    return sorted(found, key=lambda one: not one.is_error)


def _of_whole(graph: FlowGraph) -> Iterator[FlowProblem]:
    starts = [one for one in graph.nodes.values() if one.kind == NodeKind.START]
    if not starts:
        yield FlowProblem("", _("Falta o bloco de início."))
    for extra in starts[1:]:
        yield FlowProblem(extra.id, _("Só pode haver um bloco de início."))


def _of_ways(graph: FlowGraph) -> Iterator[FlowProblem]:
    reachable = _reachable(graph)
    for node in graph.nodes.values():
        if node.id not in reachable and node.kind != NodeKind.START:
            text = _("%(name)s: nenhum caminho chega até este bloco.") % {"name": node.title}
            yield FlowProblem(node.id, text)
        for way in exits_of(node):
            if graph.after(node, way.id) is None and not way.is_spare:
                text = _("%(name)s: a saída “%(way)s” não leva a lugar nenhum.")
                yield FlowProblem(node.id, text % {"name": node.title, "way": way.title})
    for node_id in _restless(graph):
        name = graph.nodes[node_id].title
        text = _("%(name)s: faz parte de uma volta em que ninguém espera nada.") % {"name": name}
        yield FlowProblem(node_id, text)


def _reachable(graph: FlowGraph) -> set[str]:
    if graph.start is None:
        return set()
    found, ahead = {graph.start.id}, [graph.start]
    while ahead:
        for target in graph.targets(ahead.pop()):
            if target not in found:
                found.add(target)
                ahead.append(graph.nodes[target])
    return found


def _restless(graph: FlowGraph) -> set[str]:
    """Return the blocks of circles without a block that waits: what no longer has a way in or out
    is taken away until only circles are left.
    """
    ways = {
        node.id: {one for one in graph.targets(node) if not graph.nodes[one].is_waiting}
        for node in graph.nodes.values()
        if not node.is_waiting
    }
    while True:
        entered = {target for targets in ways.values() for target in targets}
        loose = {key for key, targets in ways.items() if not targets or key not in entered}
        if not loose:
            return set(ways)
        ways = {key: targets - loose for key, targets in ways.items() if key not in loose}


# --- one block ------------------------------------------------------------------------------------


def _of_node(node: FlowNode, known: FlowKnown) -> Iterator[str]:
    data = node.data
    match node.kind:
        case NodeKind.START:
            yield from _of_start(node, known)
        case NodeKind.MESSAGE | NodeKind.QUESTION:
            yield from _of_message(node, known)
        case NodeKind.CONDITION if not data.get("tests"):
            yield _("falta ao menos uma condição.")
        case NodeKind.CONDITION:
            if not all(one.get("field") and one.get("operator") for one in data["tests"]):
                yield _("uma condição está incompleta.")
        case NodeKind.FIELD if not (data.get("target") and data.get("value")):
            yield _("falta o dado ou o valor.")
        case NodeKind.TAG if not str(data.get("tag") or "").strip():
            yield _("falta a etiqueta.")
        case NodeKind.CONSENT if data.get("purpose") not in Purpose.values:
            yield _("falta a finalidade do consentimento.")
        case NodeKind.QUEUE if data.get("queue") and data["queue"] not in known.queues:
            yield _("a fila não existe mais.")
        case NodeKind.WAIT:
            yield from _of_wait(node)
        case NodeKind.JUMP if not data.get("node"):
            yield _("falta o bloco de destino.")
        case NodeKind.HTTP:
            yield from _of_call(node, known)
        case NodeKind.SPLIT:
            if sum(int(one.get("weight") or 0) for one in data.get("parts", ())) != 100:
                yield _("as partes do teste não somam 100.")


def _of_start(node: FlowNode, known: FlowKnown) -> Iterator[str]:
    data = node.data
    if not any(data.get(name) for name in ("every", "words", "tag", "api")):
        yield _("diga como o fluxo começa: por palavra, etiqueta, API ou para todos.")
    if any(one not in known.channels for one in data.get("channels") or ()):
        yield _("um canal não existe mais.")


def _of_message(node: FlowNode, known: FlowKnown) -> Iterator[str]:
    text = str(node.data.get("text") or "").strip()
    if not text and not (node.kind == NodeKind.MESSAGE and node.data.get("file")):
        yield _("falta o texto.")
    if len(text) > TEXT_MOST:
        yield _("o texto é longo demais.")
    if (file := node.data.get("file")) and file not in known.files:
        yield _("o arquivo não existe mais.")
    if node.kind == NodeKind.QUESTION and node.data.get("answer") not in AnswerKind.values:
        yield _("falta dizer que resposta se espera.")
    if node.data.get("answer") == AnswerKind.CHOICE and not node.choices:
        yield _("faltam as opções.")
    titles = [plain(str(one.get("title") or "")) for one in node.choices]
    if not all(titles):
        yield _("uma opção está sem texto.")
    if len(set(titles)) != len(titles):
        yield _("duas opções têm o mesmo texto.")


def _of_wait(node: FlowNode) -> Iterator[str]:
    data = node.data
    match data.get("until"):
        case "tempo" if not int(data.get("minutes") or 0) > 0:
            yield _("falta o tempo da espera.")
        case "data" if not data.get("at"):
            yield _("falta a data da espera.")
        case "hora" if not data.get("hour"):
            yield _("falta a hora da espera.")
        case "tempo" | "data" | "hora" | "resposta":
            return
        case _other:
            yield _("diga até quando espera.")


def _of_call(node: FlowNode, known: FlowKnown) -> Iterator[str]:
    # Places in the path are filled later; the host is not.
    if not may_call(str(node.data.get("url") or "")):
        yield _("o endereço precisa ser https e da internet pública.")
    named = {str(one.get("secret")) for one in node.data.get("headers", ()) if one.get("secret")}
    for name in sorted(named - known.secrets):
        yield _("o segredo “%(name)s” não existe.") % {"name": name}


def _doubts(node: FlowNode, graph: FlowGraph) -> Iterator[str]:
    if node.is_asking and not node.data.get("timeout_minutes"):
        yield _("sem prazo, quem não responde fica parado aqui.")
    start = graph.start
    words = {plain(str(one)) for one in start.data.get("words", ())} if start else set()
    if words & {plain(str(one.get("title") or "")) for one in node.choices}:
        yield _("uma opção é igual à palavra que começa o fluxo.")


def _of_kinds(graph: FlowGraph, known: FlowKnown) -> Iterator[FlowProblem]:
    """Say where choices do not show as they are drawn, on the channels where the flow begins."""
    start = graph.start
    named = (start.data.get("channels") if start else None) or list(known.channels)
    kinds = sorted({known.channels[one] for one in named if one in known.channels})
    for node in graph.nodes.values():
        for kind in kinds if node.choices else ():
            for text in _unfit(node, known.rules.get(kind)):
                said = {"name": node.title, "kind": known.kind_names.get(kind, kind), "text": text}
                yield FlowProblem(node.id, _("%(name)s: em %(kind)s, %(text)s") % said, False)


def _unfit(node: FlowNode, rule: QuestionRule | None) -> Iterator[str]:
    if rule is None:
        yield _("as opções vão numeradas no texto: o canal não tem botões.")
        return
    count = len(node.choices)
    is_list = count > (rule.buttons or BUTTONS)
    most, title = (rule.rows, rule.row_title) if is_list else (rule.buttons, rule.button_title)
    if count > most:
        yield _("cabem no máximo %(most)s opções.") % {"most": most}
    if title and any(len(str(one.get("title") or "")) > title for one in node.choices):
        yield _("uma opção passa de %(most)s letras.") % {"most": title}
    if len(str(node.data.get("text") or "")) > rule.body:
        yield _("o texto passa de %(most)s letras.") % {"most": rule.body}
