"""What the reports' templates draw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from inbox.shell.shapes import Since


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in words, what it means, and how it stands beside the span before; `raw` and `unit`
    as analytics.definitions has them.

    `trend` is "melhor", "pior" or "" where more is neither; `behind` is the measure whose tickets
    it is made of, "" where it is not made of tickets.
    """

    key: str
    label: str
    value: str
    detail: str
    words: str
    change: str
    trend: str
    behind: str
    raw: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a table; `behind` is the query of the tickets it is made of, "" without any;
    `raw` is the number that files get, in whole seconds, percent or stars.
    """

    value: str
    raw: float | None
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a table."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a report, `data` what its chart draws."""

    key: str
    title: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CountedTicket:
    """A ticket that a number is made of; without `conversation` the reader may not open it."""

    protocol: str
    person: str
    queue: str
    attendant: str
    day: date
    wait: str
    response: str
    service: str
    rating: str
    conversation: UUID | None


@dataclass(frozen=True, slots=True)
class WallQueue:
    """A queue on the wall."""

    name: str
    waiting: int
    serving: int
    online: int
    longest: Since | None
    is_late: bool
