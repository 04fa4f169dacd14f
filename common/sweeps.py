"""Sweeps: work that nobody may have rung for is found in the database, by one look for all of it.

Every package says in its plugs.py what its sweep finds due, as querysets (`sweeps`). Beat rings for
the one look below, which asks for all of them in one statement and rings for those with something
to do. A look that finds nothing costs that statement, however many sweeps there are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from celery import shared_task
from django.db import DataError, ProgrammingError, connection
from django.db.models import QuerySet

from common.slots import Slot
from common.tasks import apart, ring_now

logger = logging.getLogger(__name__)

# Between two looks; beat's schedule says so.
LOOK_SECONDS = 2.0
Due = Callable[[], Iterable["QuerySet[Any]"]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """A task that is rung for when one of the querysets of `due` has a row, at most every so many
    seconds: its bell may take a while to be answered, and what it found stays due until then.
    """

    task: str
    every: float
    due: Due


sweeps: Slot[Sweep] = Slot()
# When this process looked for each last. Another process that looks too only looks more often.
_looked: dict[str, float] = {}


@shared_task(name="common.sweeps.look", ignore_result=True)
def look() -> None:
    """Ring for every sweep that has something to do."""
    now = monotonic()
    turn = [one for one in sweeps if _is_its_turn(one, now)]
    for one in due_among(turn):
        ring_now(one.task)
    # After the statement: a look that failed is made up for by the next.
    _looked.update({one.task: now for one in turn})


def due_among(asking: Iterable[Sweep]) -> list[Sweep]:
    """Return those of some sweeps that find a row, by one statement. One whose question the
    database does not take is left out; the others are asked alone then.
    """
    asked: list[tuple[Sweep, str, list[Any]]] = []
    for one in asking:
        with apart("look of", one.task):
            found = [rows.query.exists().sql_with_params() for rows in one.due()]
            part = " OR ".join(f"EXISTS ({sql})" for sql, _values in found)
            asked.append((one, part, [value for _sql, own in found for value in own]))
    if not asked:
        return []
    try:
        answers = _answers(
            [part for _one, part, _own in asked], [v for *_, own in asked for v in own]
        )
    except (ProgrammingError, DataError):
        return [one for one, part, own in asked if _is_due_alone(one, part, own)]
    return [one for (one, *_rest), is_due in zip(asked, answers, strict=True) if is_due]


def _answers(parts: list[str], values: list[Any]) -> Sequence[bool]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row: Sequence[bool] = cursor.fetchone()
    return row


def _is_due_alone(one: Sweep, part: str, values: list[Any]) -> bool:
    with apart("look of", one.task):
        return _answers([part], values)[0]
    return False


def _is_its_turn(one: Sweep, now: float) -> bool:
    # Looks come at their own pace: the nearest one counts.
    return now - _looked.get(one.task, -one.every) >= one.every - LOOK_SECONDS / 2
