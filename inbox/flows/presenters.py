"""From flows to what their pages draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Company
from contacts.models import Purpose, Tag
from flows.checks import FlowProblem
from flows.choices import AnswerKind, NodeKind
from flows.graph import exits_of
from flows.models import Flow, FlowRun
from flows.selectors import node_numbers
from flows.services.drawing import flow_problems
from flows.services.known import known_to
from flows.services.walking import graph_of
from inbox.flows.words import EDITOR

TAGS_MOST = 300


def editor_data(flow: Flow) -> dict[str, Any]:
    """Return all that the editor begins with."""
    known = known_to(flow.company_id)
    names = ("flow", "flow-publish", "flow-play", "flow-export", "flow-runs")
    return {
        "name": flow.name,
        "graph": flow.draft,
        "revision": flow.revision,
        "version": flow.version.number if flow.version else 0,
        "problems": problem_rows(flow_problems(flow)),
        "numbers": node_numbers(flow),
        "urls": {name: reverse(f"inbox:{name}", args=[flow.pk]) for name in names},
        "kinds": _pairs(NodeKind.choices),
        "answers": _pairs(AnswerKind.choices),
        "purposes": _pairs(Purpose.choices),
        "channels": _pairs(known.channel_names.items()),
        "queues": _pairs(known.queues.items()),
        "files": _pairs(known.files.items()),
        "secrets": sorted(known.secrets),
        "tags": _tags(flow.company),
        "words": {key: str(text) for key, text in EDITOR.items()},
    }


def problem_rows(problems: Sequence[FlowProblem]) -> list[dict[str, Any]]:
    """Return problems as the page lists them."""
    return [{"node": one.node, "text": one.text, "error": one.is_error} for one in problems]


def run_rows(runs: Sequence[FlowRun]) -> list[dict[str, Any]]:
    """Return runs as the page lists them, each with the path it took in words."""
    return [
        {
            "who": run.conversation.contact.name or _("Sem nome"),
            "conversation": run.conversation_id,
            "began": date_format(localtime(run.created_at), "SHORT_DATETIME_FORMAT"),
            "state": run.get_outcome_display() or run.get_state_display(),
            "version": run.version.number,
            "path": _path(run),
        }
        for run in runs
    ]


def _path(run: FlowRun) -> list[str]:
    nodes = graph_of(run.version).nodes
    found = []
    for step in run.steps.all():
        node = nodes.get(step.node)
        titles = {way.id: way.title for way in exits_of(node)} if node else {}
        name = node.title if node else step.node
        if step.exit or step.error:
            found.append(f"{name} → {titles.get(step.exit, step.exit) or step.error}")
    return found


def _tags(company: Company) -> list[str]:
    rows = Tag.objects.for_company(company).order_by("name")
    return list(rows.values_list("name", flat=True)[:TAGS_MOST])


def _pairs(items: Any) -> list[list[str]]:
    return [[str(key), str(name)] for key, name in items]
