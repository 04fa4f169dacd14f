"""A flow as it is stored: blocks and the lines between them, read from JSON and held against a
shape. Pure.

    {"format": 1, "nodes": [{"id", "kind", "name", "data", "x", "y"}],
     "edges": [{"source", "exit", "target"}]}

A block's `data` belong to its kind (flows.node_data). Conditions live in blocks, lines carry none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from flows.choices import ENDS, AnswerKind, NodeKind

FORMAT = 1
NODES_MOST, EDGES_MOST, BYTES_MOST = 500, 2000, 512 * 1024
ID = re.compile(r"[a-z0-9_]{1,40}")
# Exits that blocks have beside those their data name.
NEXT, OTHER, MISSED, LATE, UNSENT = "segue", "outra", "sem_acerto", "tempo", "nao_enviada"
ELSE, RIGHT, WRONG, UNSURE, ANSWERED = "senao", "certo", "erro", "incerto", "respondida"
# Lists in a block's data whose members have an id that is an exit.
LISTED = {
    NodeKind.CONDITION: "tests",
    NodeKind.SPLIT: "parts",
    NodeKind.MESSAGE: "choices",
    NodeKind.QUESTION: "choices",
}


class GraphRefused(DomainError):
    """What was given is no graph of a flow."""

    code = "fluxo_invalido"
    status = 400
    message = gettext_lazy("Este conteúdo não é um fluxo.")


@dataclass(frozen=True, slots=True)
class FlowNode:
    """One block; `data` as its kind has them, `x` and `y` where it stands on the page."""

    id: str
    kind: str
    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    x: float = 0.0
    y: float = 0.0

    @property
    def title(self) -> str:
        """How people call it."""
        return self.name or str(NodeKind(self.kind).label)

    @property
    def choices(self) -> list[dict[str, str]]:
        """The choices it shows: ids and titles."""
        if self.kind == NodeKind.QUESTION and self.data.get("answer") != AnswerKind.CHOICE:
            return []
        return list(self.data.get("choices", ()))

    @property
    def is_asking(self) -> bool:
        """Whether it waits for what the patient says."""
        if self.kind == NodeKind.WAIT:
            return self.data.get("until") == "resposta"
        return self.kind == NodeKind.QUESTION or bool(
            self.kind == NodeKind.MESSAGE and self.choices
        )

    @property
    def is_waiting(self) -> bool:
        """Whether time passes in it."""
        return self.is_asking or self.kind == NodeKind.WAIT


@dataclass(frozen=True, slots=True)
class FlowExit:
    """A way out of a block. One that `is_spare` may lead nowhere: people then go on."""

    id: str
    title: str
    is_spare: bool = False


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """A whole flow."""

    nodes: Mapping[str, FlowNode]
    edges: Mapping[tuple[str, str], str]

    @property
    def start(self) -> FlowNode | None:
        """Where it begins."""
        return next((one for one in self.nodes.values() if one.kind == NodeKind.START), None)

    def after(self, node: FlowNode, exit_id: str) -> str | None:
        """Return the id of the block an exit leads to; None where it leads nowhere."""
        if node.kind == NodeKind.JUMP:
            target = str(node.data.get("node", ""))
            return target if target in self.nodes else None
        return self.edges.get((node.id, exit_id))

    def targets(self, node: FlowNode) -> Iterator[str]:
        """Give the ids of the blocks that a block leads to."""
        for one in exits_of(node):
            if (target := self.after(node, one.id)) is not None:
                yield target


def exits_of(node: FlowNode) -> tuple[FlowExit, ...]:
    """Return the ways out of a block, in the order in which they are drawn."""
    unsent = FlowExit(UNSENT, _("não pôde ser enviada"), is_spare=True)
    late = FlowExit(LATE, _("não respondeu a tempo"), is_spare=True)
    listed = tuple(
        FlowExit(str(one["id"]), str(one.get("title", "")) or str(one["id"]))
        for one in node.data.get(LISTED.get(NodeKind(node.kind), ""), ())
    )
    match node.kind:
        case NodeKind.QUEUE | NodeKind.ASSISTANT | NodeKind.END:
            return ()
        case NodeKind.MESSAGE if listed:
            return (*listed, FlowExit(OTHER, _("outra resposta")), late, unsent)
        case NodeKind.MESSAGE:
            return (FlowExit(NEXT, _("segue")), unsent)
        case NodeKind.QUESTION:
            ways = listed if node.choices else (FlowExit(ANSWERED, _("respondida")),)
            return (*ways, FlowExit(MISSED, _("sem resposta válida")), late, unsent)
        case NodeKind.CONDITION:
            return (*listed, FlowExit(ELSE, _("senão")))
        case NodeKind.SPLIT:
            return listed
        case NodeKind.HTTP:
            return (
                FlowExit(RIGHT, _("deu certo")),
                FlowExit(WRONG, _("deu errado")),
                FlowExit(UNSURE, _("não se sabe"), is_spare=True),
            )
        case NodeKind.WAIT if node.is_asking:
            return (FlowExit(NEXT, _("respondeu")), late)
    return (FlowExit(NEXT, _("segue")),)


def graph_read(raw: Any) -> FlowGraph:
    """Return the graph that JSON describes. Raises GraphRefused for another shape: it says nothing
    of whether the flow makes sense (flows.checks does).
    """
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise GraphRefused
    if len(orjson.dumps(raw)) > BYTES_MOST:
        raise GraphRefused(_("O fluxo é grande demais."))
    nodes, edges = raw.get("nodes"), raw.get("edges")
    if not isinstance(nodes, list) or not isinstance(edges, list):
        raise GraphRefused
    if len(nodes) > NODES_MOST or len(edges) > EDGES_MOST:
        raise GraphRefused(_("Um fluxo tem no máximo %(most)s blocos.") % {"most": NODES_MOST})
    found = [_node(one) for one in nodes]
    by_id = {one.id: one for one in found}
    if len(by_id) != len(found):
        raise GraphRefused(_("Dois blocos têm o mesmo identificador."))
    return FlowGraph(by_id, dict(_edge(one, by_id) for one in edges))


def graph_written(graph: FlowGraph) -> dict[str, Any]:
    """Return a graph as JSON: what graph_read reads, and nothing else."""
    return {
        "format": FORMAT,
        "nodes": [
            {
                "id": one.id,
                "kind": str(one.kind),
                "name": one.name,
                "data": dict(one.data),
                "x": one.x,
                "y": one.y,
            }
            for one in graph.nodes.values()
        ],
        "edges": [
            {"source": source, "exit": way, "target": target}
            for (source, way), target in graph.edges.items()
        ],
    }


def is_final(node: FlowNode) -> bool:
    """Whether a flow ends in a block."""
    return node.kind in ENDS


def _node(raw: Any) -> FlowNode:
    if not isinstance(raw, dict) or raw.get("kind") not in NodeKind.values:
        raise GraphRefused
    key, data = raw.get("id"), raw.get("data") or {}
    if not isinstance(key, str) or not ID.fullmatch(key) or not isinstance(data, dict):
        raise GraphRefused
    for listed in LISTED.values():
        for one in _listed(data.get(listed, [])):
            if not ID.fullmatch(str(one.get("id", ""))):
                raise GraphRefused
    return FlowNode(
        id=key,
        kind=raw["kind"],
        name=str(raw.get("name") or "")[:80],
        data=data,
        x=_number(raw.get("x")),
        y=_number(raw.get("y")),
    )


def _listed(raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise GraphRefused
    return raw


def _edge(raw: Any, nodes: Mapping[str, FlowNode]) -> tuple[tuple[str, str], str]:
    if not isinstance(raw, dict):
        raise GraphRefused
    source, way, target = (str(raw.get(name, "")) for name in ("source", "exit", "target"))
    if source not in nodes or target not in nodes or not ID.fullmatch(way):
        raise GraphRefused(_("Uma ligação aponta para um bloco que não existe."))
    return (source, way), target


def _number(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) < 1e6:
        return 0.0
    return round(float(raw), 1)
