"""The tables of this package that touch a person."""

from __future__ import annotations

from contacts.holdings import Holding
from flows.models import FlowRun, FlowStep

HOLDINGS = (
    Holding(
        FlowRun,
        "conversation__contact",
        blanks={"variables": {}},
        hidden=frozenset({"wake_at", "asked_seq", "answer", "tries", "unwaited"}),
    ),
    Holding(
        FlowStep,
        "run__conversation__contact",
        why="blocos e saídas, sem nenhuma palavra da pessoa",
    ),
)
