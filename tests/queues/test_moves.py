"""A ticket changes its state by one table, in one place; so does a conversation its stage."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from queues.choices import OPEN_STATUSES, TICKET_MOVES, TicketStatus
from queues.errors import TicketClosed
from queues.models import Ticket
from queues.services import processing
from queues.services.moving import ticket_move

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize("before", list(TicketStatus))
@pytest.mark.parametrize("after", list(TicketStatus))
def test_only_the_moves_of_the_table_are_made(before: TicketStatus, after: TicketStatus) -> None:
    ticket = Ticket(status=before)
    if after == before or after in TICKET_MOVES[before]:
        ticket_move(ticket, after)
        assert ticket.status == after
    else:
        with pytest.raises(TicketClosed):
            ticket_move(ticket, after)
        assert ticket.status == before


def test_what_has_ended_stays_so() -> None:
    assert set(TICKET_MOVES) == set(TicketStatus)
    assert {status for status in TicketStatus if TICKET_MOVES[status]} == set(OPEN_STATUSES)


def test_the_statement_that_gives_many_away_makes_a_move_of_the_table() -> None:
    assert TicketStatus.SERVING in TICKET_MOVES[TicketStatus.WAITING]
    assert f"SET status = '{TicketStatus.SERVING}'" in processing.ASSIGN
    assert f"t.status = '{TicketStatus.WAITING}'" in processing.ASSIGN


def _functions(package: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        if "migrations" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    yield f"{path.relative_to(ROOT)}:{node.name}", node


def _assigning(package: str, name: str) -> set[str]:
    """Return the functions of a package that assign an attribute of this name."""
    return {
        where
        for where, function in _functions(package)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for one in (target.elts if isinstance(target, ast.Tuple) else [target])
        if isinstance(one, ast.Attribute) and one.attr == name
    }


def test_nobody_else_changes_a_state() -> None:
    assert _assigning("queues", "status") == {"queues/services/moving.py:ticket_move"}
    packages = (
        "omnichannel",
        "queues",
        "campaigns",
        "agenda",
        "leadscoring",
        "bot",
        "visitors",
        "webhooks",
        "inbox",
        "analytics",
    )
    found = {where for package in packages for where in _assigning(package, "stage")}
    assert found == {"omnichannel/services/conversations.py:stage_move"}


def test_one_function_chooses_the_stage_in_which_a_conversation_begins() -> None:
    made = {
        where: ast.unparse(value)
        for package in ("omnichannel", "queues", "campaigns", "webhooks", "inbox")
        for where, function in _functions(package)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and re.fullmatch(r"Conversation(\.\w+\.\w*create)?", ast.unparse(node.func))
        for value in [next((one.value for one in node.keywords if one.arg == "stage"), None)]
        if value is not None
    }
    assert len(made) == 2, made
    for where, how in made.items():
        assert how.startswith(("stage_choose(", "self._stage(")), where
