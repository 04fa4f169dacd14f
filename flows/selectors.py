"""What pages show of flows: who is inside, what became of them, numbers on blocks."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q

from flows.choices import OPEN_RUNS
from flows.models import Flow, FlowRun, FlowStep

RUNS_SHOWN = 50


def flows_listed(company_id: Any) -> Any:
    """Return a company's flows with who is inside and how many there were."""
    return (
        Flow.objects.for_company(company_id)
        .select_related("version")
        .annotate(
            inside=Count("runs", filter=Q(runs__state__in=OPEN_RUNS)),
            total=Count("runs"),
        )
        .order_by("priority", "name")
    )


def node_numbers(flow: Flow) -> dict[str, dict[str, Any]]:
    """Return for each block of the published version how often it was reached, how many wait
    there now, and how often each exit was taken.
    """
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"reached": 0, "waiting": 0, "exits": {}}
    )
    steps = FlowStep.objects.for_company(flow.company_id).filter(version_id=flow.version_id)
    for row in steps.values("node", "exit").annotate(count=Count("pk")).order_by():
        if row["exit"]:
            found[row["node"]]["exits"][row["exit"]] = row["count"]
    people = steps.values_list("node").annotate(count=Count("run", distinct=True)).order_by()
    for node, count in people:
        found[node]["reached"] = count
    inside = FlowRun.objects.for_company(flow.company_id).open().filter(version_id=flow.version_id)
    for node, count in inside.values_list("node").annotate(count=Count("pk")).order_by():
        found[node]["waiting"] = count
    return dict(found)


def runs_newest(flow: Flow) -> list[FlowRun]:
    """Return a flow's newest runs with the steps they took."""
    rows = FlowRun.objects.for_company(flow.company_id).filter(flow=flow)
    rows = rows.select_related("version", "conversation__contact", "conversation__channel")
    return list(rows.prefetch_related("steps").order_by("-created_at")[:RUNS_SHOWN])
