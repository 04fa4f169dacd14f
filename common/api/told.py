"""What packages above know of a row of the API and of no column of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """A field of an answer, by the name that the serializer reads: `make` gives an expression, so
    that a page of rows costs no further statement.
    """

    name: str
    make: Callable[[], Any]


def annotated(rows: Any, told: Iterable[Told]) -> Any:
    """Bring along what packages above know of some rows."""
    return rows.annotate(**{one.name: one.make() for one in told})
