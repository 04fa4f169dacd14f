"""Who gets a ticket, and why. Pure: a snapshot goes in, decisions come out, and the same snapshot
always gives the same decisions, so that an explanation is the decision made once more.

`round_robin` gives to whoever was given something longest ago (spec: nm_modo_distribuicao; over any
run the counts of people who are available throughout differ by at most one); `menos_ocupado` to the
one with the fewest tickets; `manual` to nobody: attendants pull.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from queues.choices import Distribution

# Rules by which a candidate was chosen.
STICKY, TURN, LEAST = "ultimo_atendente", "rodizio", "menos_ocupado"
# Why somebody was passed over. The first group is decided before the run, the rest at each ticket.
OFFLINE, AWAY, INACTIVE = "offline", "ausente", "inativo"
FULL, FULL_HERE, LATER_TURN, BUSIER, NOT_LAST = (
    "lotado",
    "lotado_na_fila",
    "vez_depois",
    "mais_ocupado",
    "outro_atendeu_antes",
)
FREE = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of the queue as the router sees them.

    `load` and `limit` count all of the person's tickets, `queue_load` and `queue_limit` those of
    this queue. `turn` grows with the last assignment (0: never). `skip` says why the person cannot
    be chosen at all, "" when they can.
    """

    id: str
    load: int = 0
    limit: int = 5
    queue_load: int = 0
    queue_limit: int = 5
    turn: int = 0
    order: int = 0
    skip: str = FREE

    @property
    def full(self) -> str:
        """Why there is no room for one more, "" when there is."""
        if self.load >= self.limit:
            return FULL
        return FULL_HERE if self.queue_load >= self.queue_limit else FREE

    def plus_one(self, turn: int) -> Candidate:
        """Return the person after being given one ticket."""
        return replace(self, load=self.load + 1, queue_load=self.queue_load + 1, turn=turn)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the router looks at: the queue's rules and everybody in it, in the queue's order."""

    mode: str
    is_sticky: bool
    candidates: tuple[Candidate, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as stored: short rows, because a queue may hold hundreds of people."""
        return {
            "mode": self.mode,
            "sticky": self.is_sticky,
            "candidates": [
                [c.id, c.load, c.limit, c.queue_load, c.queue_limit, c.turn, c.order, c.skip]
                for c in self.candidates
            ],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Snapshot:
        """Return what `as_json` gave."""
        candidates = tuple(Candidate(*row) for row in stored["candidates"])
        return cls(stored["mode"], stored["sticky"], candidates)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one ticket: the place of the chosen one in the snapshot, None when
    nobody has room, and the rule that chose.
    """

    place: int | None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Considered:
    """One person in an explanation, as they stood at that moment. `reason` is "" for the chosen."""

    id: str
    load: int
    limit: int
    reason: str


def decide(snapshot: Snapshot, wanted: Sequence[str | None]) -> list[Decision]:
    """Decide about tickets in their order. `wanted` gives, for each, who served the person last
    (None: nobody, or the queue does not ask). Stops at the first that nobody has room for: the
    rest would find nobody either.

    Costs a step of a heap for each ticket, whatever the number of people.
    """
    return list(_Run(snapshot).go(wanted))


def explain(
    snapshot: Snapshot, choices: Sequence[Decision], place: int
) -> tuple[list[Considered], Decision]:
    """Return everybody who was considered for the ticket at a place of a run, the chosen one first,
    with why each of the others was passed over.
    """
    people = list(snapshot.candidates)
    turn = _last_turn(people)
    for earlier in choices[:place]:
        if earlier.place is not None:
            turn += 1
            people[earlier.place] = people[earlier.place].plus_one(turn)
    decision = choices[place]
    chosen = None if decision.place is None else people[decision.place]
    rows = [
        Considered(
            person.id,
            person.load,
            person.limit,
            FREE if at == decision.place else _reason(person, chosen, decision.rule),
        )
        for at, person in enumerate(people)
    ]
    return sorted(rows, key=lambda row: row.reason != FREE), decision


def _reason(person: Candidate, chosen: Candidate | None, rule: str) -> str:
    if person.skip or person.full:
        return person.skip or person.full
    if rule == STICKY:
        return NOT_LAST
    if rule == LEAST and chosen is not None and person.load > chosen.load:
        return BUSIER
    return LATER_TURN


def _last_turn(people: Iterable[Candidate]) -> int:
    return max((person.turn for person in people), default=0)


class _Run:
    """One pass: people in a heap by whose turn it is; entries that went stale are passed over."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.people = list(snapshot.candidates)
        self.by_load = snapshot.mode == Distribution.LEAST_BUSY
        self.rule = LEAST if self.by_load else TURN
        self.is_sticky = snapshot.is_sticky
        self.is_manual = snapshot.mode == Distribution.MANUAL
        self.turn = _last_turn(self.people)
        self.places = {person.id: place for place, person in enumerate(self.people)}
        self.heap = [
            self._entry(place)
            for place, person in enumerate(self.people)
            if not (person.skip or person.full)
        ]
        heapq.heapify(self.heap)

    def _entry(self, place: int) -> tuple[int, int, int, int]:
        person = self.people[place]
        return (person.load if self.by_load else 0, person.turn, person.order, place)

    def go(self, wanted: Sequence[str | None]) -> Iterator[Decision]:
        for last in wanted:
            decision = self._sticky(last) or self._next()
            yield decision
            if decision.place is None:
                return
            self._give(decision.place)

    def _sticky(self, last: str | None) -> Decision | None:
        if not self.is_sticky or last is None or self.is_manual:
            return None
        place = self.places.get(last)
        if place is None or self.people[place].skip or self.people[place].full:
            return None
        return Decision(place, STICKY)

    def _next(self) -> Decision:
        if self.is_manual:
            return Decision(None)
        while self.heap:
            place = self.heap[0][-1]
            # Somebody who was given one by another rule stands in the heap as they were before.
            if self.heap[0] == self._entry(place) and not self.people[place].full:
                return Decision(place, self.rule)
            heapq.heappop(self.heap)
        return Decision(None)

    def _give(self, place: int) -> None:
        self.turn += 1
        self.people[place] = self.people[place].plus_one(self.turn)
        if not self.people[place].full:
            heapq.heappush(self.heap, self._entry(place))
