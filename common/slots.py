"""How packages plug into each other (docs/decisions/0020).

A package that lets others take part has a `Slot` and walks through what it holds. Every app says
in its `plugs.py`, in one `Plug`, what it puts into which slots. `config.plugs` lists the plugs in
their order and fills the slots once, when all apps are loaded; nothing else fills one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """A place where packages take part; it holds what they put there, in the written order."""

    def __init__(self) -> None:
        self._plugged: tuple[T, ...] = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self._plugged)

    def __len__(self) -> int:
        return len(self._plugged)


@dataclass(frozen=True, slots=True)
class SlotEntry(Generic[T]):
    """What goes into one slot."""

    slot: Slot[T]
    values: tuple[T, ...]


def into(slot: Slot[T], *values: T) -> SlotEntry[T]:
    """Say what goes into a slot."""
    return SlotEntry(slot, values)


Entries = tuple[SlotEntry[Any], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A task that beat rings for; `every` are seconds or a span. A bell that nobody answered for
    `expires` seconds is not worth answering any more.
    """

    task: str
    every: float | timedelta
    expires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plug:
    """What an app has to do with others.

    watches   what happens elsewhere and it is told of
    offers    what it adds to the lists, pages and answers of packages below
    keeps     its tables about people, how they are merged and how long they are kept
    erases    what it empties outside of its tables when a person's data are erased
    sweeps    work of its own that nobody may have rung for (common.sweeps)
    beat      what beat rings for, by a name
    queues    tasks that have a worker of their own, with the name of its queue
    choices   its choices, by the name that the API's document gives them (class or dotted path)
    """

    watches: Entries = ()
    offers: Entries = ()
    keeps: Entries = ()
    erases: Entries = ()
    sweeps: Entries = ()
    beat: Mapping[str, Turn] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Any] = field(default_factory=dict)

    @property
    def entries(self) -> Entries:
        """Everything it puts into slots."""
        return (*self.watches, *self.offers, *self.keeps, *self.erases, *self.sweeps)


def slots_fill(entries: Iterable[SlotEntry[Any]]) -> None:
    """Let each slot hold what the entries put there, in their order, and nothing else."""
    found: dict[Slot[Any], list[Any]] = defaultdict(list)
    for entry in entries:
        found[entry.slot] += entry.values
    for slot, values in found.items():
        slot._plugged = tuple(values)
