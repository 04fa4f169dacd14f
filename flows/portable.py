"""A flow as a file: the graph with names in place of ids, no secrets, no people. What comes back
is a draft, switched off.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.checks import FlowKnown
from flows.choices import NodeKind
from flows.graph import GraphRefused, graph_read, graph_written

KIND = "central-atendimento/fluxo"


@dataclass(frozen=True, slots=True)
class FlowRead:
    """A file that was read: the flow's name, its graph, and what it names that is not here."""

    name: str
    graph: dict[str, Any]
    missing: tuple[str, ...] = ()


def flow_written(name: str, graph: Any, known: FlowKnown) -> bytes:
    """Return a flow as a file, its keys sorted so that two can be compared."""
    written = graph_written(graph_read(graph))
    for node in written["nodes"]:
        _rename(node, known.channel_names, known.queues, known.files)
    whole = {"kind": KIND, "name": name, **written}
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True).encode()


def flow_read(raw: bytes, known: FlowKnown) -> FlowRead:
    """Read such a file. What it names and the company has not is left out and told. Raises
    GraphRefused.
    """
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        raise GraphRefused from None
    if not isinstance(whole, dict) or whole.get("kind") != KIND:
        raise GraphRefused
    graph = graph_written(graph_read(whole))
    missing: list[str] = []
    turned = [
        {name: key for key, name in names.items()}
        for names in (known.channel_names, known.queues, known.files)
    ]
    for node in graph["nodes"]:
        missing += _rename(node, *turned)
    return FlowRead(str(whole.get("name") or "")[:80], graph, tuple(sorted(set(missing))))


def _rename(
    node: dict[str, Any],
    channels: Mapping[str, str],
    queues: Mapping[str, str],
    files: Mapping[str, str],
) -> list[str]:
    """Change what a block names from ids to names or back; return what is not known."""
    data, missing = node["data"], []
    if node["kind"] == NodeKind.START and data.get("channels"):
        given = [str(one) for one in data["channels"]]
        missing += [one for one in given if one not in channels]
        data["channels"] = [channels[one] for one in given if one in channels]
    for key, names in (("queue", queues), ("file", files)):
        if value := data.get(key):
            if str(value) in names:
                data[key] = names[str(value)]
            else:
                missing.append(str(value))
                data[key] = ""
    return missing
