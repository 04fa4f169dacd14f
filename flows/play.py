"""A flow is tried: the engine walks through a draft against a conversation that exists nowhere.
Pure: nothing is sent, stored or asked of other systems.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contacts.optout import plain
from flows import engine
from flows import graph as g
from flows.choices import FlowOutcome
from flows.engine import NodeVisit, Scene
from flows.graph import FlowGraph, FlowNode
from flows.understanding import Utterance

KEY = "teste"
STEPS_MOST = 100
PERSON = {"nome": "Joana Dias", "primeiro_nome": "Joana", "email": "", "telefone": ""}


@dataclass
class Playing:
    """Where a tried walk stands; `path` are the blocks of this turn with the exits taken."""

    node: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    tries: int = 0
    waits: bool = False
    ended: str = ""
    path: list[list[str]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, raw: Any) -> Playing:
        """Return what a page remembers of a walk; what is odd begins anew."""
        given = raw if isinstance(raw, dict) else {}
        variables, tags = given.get("variables"), given.get("tags")
        known = variables if isinstance(variables, dict) else {}
        return cls(
            node=str(given.get("node") or ""),
            variables={str(name): str(value) for name, value in known.items()},
            tags=[str(tag) for tag in tags] if isinstance(tags, list) else [],
            tries=given["tries"] if isinstance(given.get("tries"), int) else 0,
            waits=given.get("waits") is True,
        )

    def told(self) -> dict[str, Any]:
        """Return what the page shows and remembers."""
        return {
            "state": {
                "node": self.node,
                "variables": self.variables,
                "tags": self.tags,
                "tries": self.tries,
                "waits": self.waits,
            },
            "path": self.path,
            "said": self.said,
            "notes": self.notes,
            "ended": self.ended,
        }


def play(
    graph: FlowGraph,
    walk: Playing,
    came: Utterance | None,
    *,
    now: datetime,
    company: str = "",
) -> Playing:
    """Walk on from where a walk stands until it waits or ends. `came` is what was typed or tapped;
    None begins, or lets the time of a wait pass.
    """
    node = graph.nodes.get(walk.node) if walk.waits else None
    if node is None:
        node, came = graph.start, None
        if node is None:
            walk.ended = _("Falta o bloco de início.")
            return walk
        walk.node, walk.waits, walk.tries = node.id, False, 0
    for _step in range(STEPS_MOST):
        visit = _visit(node, walk, _scene(walk, now, company), came)
        came, node = None, _walked(graph, node, walk, visit)
        if node is None:
            return walk
    walk.ended = str(FlowOutcome.LIMIT.label)
    return walk


def _visit(node: FlowNode, walk: Playing, scene: Scene, came: Utterance | None) -> NodeVisit:
    if not walk.waits:
        return engine.reached(node, scene)
    if came is None:
        return engine.overdue(node)
    if not node.is_asking:
        return NodeVisit(waits=True)
    return engine.answered(node, scene, came)


def _scene(walk: Playing, now: datetime, company: str) -> Scene:
    return Scene(
        key=KEY,
        now=now,
        is_open=lambda: True,
        person={**PERSON, "empresa": company},
        tags=frozenset(map(plain, walk.tags)),
        channel="",
        variables=walk.variables,
        tries=walk.tries,
    )


def _walked(graph: FlowGraph, node: FlowNode, walk: Playing, visit: NodeVisit) -> FlowNode | None:
    """Note what a visit did; return the next block, None where it waits or ended."""
    walk.variables.update(visit.variables)
    walk.tries = walk.tries + 1 if visit.is_miss else 0
    for one in visit.says:
        choices = [{"key": key, "title": title} for key, title in one.choices]
        walk.said.append({"text": one.text, "choices": choices, "file": bool(one.file)})
    for change in visit.changes:
        _noted(walk, change)
    way = visit.exit
    if visit.is_calling:
        way = g.RIGHT
        walk.notes.append(_("Nenhum sistema foi chamado; o teste segue como se desse certo."))
        for one in node.data.get("sets", ()):
            walk.variables[str(one.get("variable"))] = _("exemplo")
    walk.path.append([node.id, way])
    walk.waits = visit.waits
    if visit.ends:
        walk.ended = str(FlowOutcome(visit.ends).label)
        return None
    if visit.waits:
        if not node.is_asking:
            walk.notes.append(_("O fluxo espera. Toque em “Passar o tempo” para seguir."))
        return None
    target = graph.after(node, way)
    if target is None:
        walk.ended = _("Uma pessoa da equipe continua.")
        return None
    walk.node = target
    return graph.nodes[target]


def _noted(walk: Playing, change: engine.FlowChange) -> None:
    match change.what:
        case "tag" if change.name not in walk.tags:
            walk.tags.append(change.name)
            walk.notes.append(_("Etiqueta: %(name)s") % {"name": change.name})
        case "untag" if change.name in walk.tags:
            walk.tags.remove(change.name)
        case "field":
            walk.notes.append(f"{change.name}: {change.value}")
        case "consent":
            walk.notes.append(_("Consentimento: %(name)s") % {"name": change.name})
