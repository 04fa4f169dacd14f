"""A month at the clinic: what happens is drawn, done by the product's own services, and written
down; what the numbers must be is counted from what was written, without the database.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Company, Membership
from common.scoping import company_scope
from omnichannel.models import Channel
from omnichannel.services.outbound import message_send
from queues.models import Queue, Ticket
from queues.services.rating import ticket_rate
from queues.services.tickets import (
    ticket_abandon,
    ticket_assign,
    ticket_finish,
    ticket_return,
    ticket_transfer,
)
from tests import make

ZONE = ZoneInfo("America/Sao_Paulo")
RESPONSE, RESOLUTION = 300, 3600
WEEK = timedelta(days=7)


@dataclass
class Line:
    """Something that happened: when, what, to which ticket, by or with whom."""

    at: datetime
    what: str
    ticket: Any
    who: Any = None
    more: Any = None


@dataclass
class Month:
    """Plays steps in the order of their moments."""

    company: Company
    channel: Channel
    queues: tuple[Queue, Queue]
    manager: Membership
    people: tuple[Membership, ...]
    clock: Any
    random: Random = field(default_factory=lambda: Random(20261130))
    lines: list[Line] = field(default_factory=list)

    def play(self, patients: int, start: datetime, days: int) -> None:
        """Let patients come at drawn moments, and what follows happen to each."""
        stories = [self._story(start, days) for _ in range(patients)]
        waiting = [(at, n, story) for n, (at, story) in enumerate(stories)]
        while waiting:
            waiting.sort(key=lambda one: one[:2])
            at, n, story = waiting.pop(0)
            self.clock.move_to(at, tick=False)
            following = next(story, None)
            if following is not None:
                waiting.append((at + timedelta(seconds=following), n, story))

    def _story(self, start: datetime, days: int) -> tuple[datetime, Iterator[int]]:
        at = start + timedelta(seconds=self.random.randrange(days * 86400))
        return at, self._patient(make.person(f"55419{make.next_number():08}", "Paciente"))

    def _gap(self) -> int:
        return self.random.choice((5, 60, 290, 301, 1200, 3599, 3600, 7300))

    def _patient(self, person: Any) -> Iterator[int]:
        for _visit in range(self.random.choice((1, 1, 2, 3))):
            ticket = self._arrive(person)
            yield self._gap()
            if not (yield from self._serve(ticket)):
                return
            yield self.random.choice((60, 1800, 86400 * 3, 86400 * 6 + 86000, 86400 * 8))

    def _serve(self, ticket: Ticket) -> Generator[int, None, bool]:
        """What becomes of a ticket; tell whether it came to an end."""
        if self.random.random() < 0.15:
            ticket_abandon(ticket=ticket)
            self._note("abandon", ticket)
            return True
        if self.random.random() < 0.15:
            ticket = self._transfer(ticket)
            yield self._gap()
        for turn in range(self.random.choice((1, 1, 2, 3))):
            if turn:
                ticket_return(ticket=ticket, actor=self.manager)
                self._note("return", ticket)
                yield self._gap()
            self._give(ticket)
            yield self._gap()
            if self.random.random() < 0.8:
                self._answer(ticket)
                yield self._gap()
            if self.random.random() < 0.2:
                ticket = self._transfer(ticket)
                yield self._gap()
                self._give(ticket)
                yield self._gap()
        if self.random.random() < 0.1:
            return False
        ticket_finish(ticket=ticket, actor=self.manager, reason="Resolvido")
        self._note("finish", ticket)
        if self.random.random() < 0.5:
            yield self._gap()
            stars = self.random.randint(1, 5)
            ticket_rate(ticket=ticket, rating=stars)
            self._note("rate", ticket, more=stars)
        return True

    def _arrive(self, person: Any) -> Ticket:
        message = make.inbound(self.channel, person=person, text="Oi")
        ticket = Ticket.unscoped.open().get(conversation=message.conversation)
        if not any(line.ticket == ticket.pk for line in self.lines):
            self._note("open", ticket, who=ticket.contact_id, more=message.conversation_id)
        return ticket

    def _give(self, ticket: Ticket) -> None:
        who = self.random.choice(self.people)
        ticket_assign(ticket=ticket, attendant=who, actor=self.manager)
        self._note("give", ticket, who=who.pk)

    def _answer(self, ticket: Ticket) -> None:
        held = Ticket.unscoped.select_related("conversation", "attendant__user").get(pk=ticket.pk)
        with company_scope(self.company.pk):
            message_send(conversation=held.conversation, author=held.attendant, text="Bom dia")
        self._note("answer", ticket)

    def _transfer(self, ticket: Ticket) -> Ticket:
        to = next(one for one in self.queues if one.pk != ticket.queue_id)
        after = ticket_transfer(ticket=ticket, actor=self.manager, reason="Outro setor", queue=to)
        self._note("transfer", ticket, more=after.pk)
        return after

    def _note(self, what: str, ticket: Ticket, who: Any = None, more: Any = None) -> None:
        self.lines.append(Line(datetime.now(UTC), what, ticket.pk, who, more))


def day_of(moment: datetime) -> date:
    """Return the clinic's day."""
    return moment.astimezone(ZONE).date()


def expected(lines: list[Line]) -> dict[date, Counter[str]]:
    """Count each day of a month from what was written down."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    own: dict[Any, list[Line]] = defaultdict(list)
    before: dict[Any, Any] = {}
    for line in lines:
        own[line.ticket].append(line)
        if line.what == "transfer":
            before[line.more] = line.ticket
    roots = {ticket: _root(ticket, before) for ticket in {*own, *before}}
    opened = {line.ticket: line for line in lines if line.what == "open"}
    talks: Counter[Any] = Counter()
    for line in lines:
        if line.what == "open":
            found[day_of(line.at)]["entered"] += 1
            found[day_of(line.at)]["reopened"] += talks[line.more] > 0
            talks[line.more] += 1
    came = {ticket: line.at for ticket, line in opened.items()}
    came |= {line.more: line.at for line in lines if line.what == "transfer"}
    for ticket, at in came.items():
        entered = opened[roots[ticket]].at
        found[day_of(entered)]["tickets"] += 1
        _count_ticket(found, own[ticket], at, entered)
        _count_start(found, ticket, own, before, entered)
    _count_solved(found, lines, roots, opened, own)
    return found


def _root(ticket: Any, before: dict[Any, Any]) -> Any:
    while ticket in before:
        ticket = before[ticket]
    return ticket


def _count_ticket(
    found: dict[date, Counter[str]], lines: list[Line], came: datetime, entered: datetime
) -> None:
    by = {line.what: line for line in reversed(lines)}
    ends = {"finish": "finished", "abandon": "abandoned", "transfer": "transferred"}
    end = next((by[what] for what in ends if what in by), None)
    if "answer" in by:
        day = found[day_of(by["answer"].at)]
        day["answered"] += 1
        day["response_seconds"] += int((by["answer"].at - came).total_seconds())
    if end is not None:
        day = found[day_of(end.at)]
        day[ends[end.what]] += 1
        served = _served(lines, end)
        if served is not None:
            day["served"] += 1
            day["service_seconds"] += served
        if end.what == "finish":
            day["resolution_seconds"] += int((end.at - entered).total_seconds())
        if "rate" in by:
            day["rated"] += 1
            day["rating_sum"] += by["rate"].more
            day["satisfied"] += by["rate"].more >= 4
    answer = by["answer"].at if "answer" in by else None
    finish = by["finish"].at if "finish" in by else None
    over = end.at if end else None
    _promise(found, "response", came + timedelta(seconds=RESPONSE), answer, over)
    if end is None or end.what != "transfer":
        _promise(found, "resolution", entered + timedelta(seconds=RESOLUTION), finish, over)


def _promise(
    found: dict[date, Counter[str]],
    name: str,
    due: datetime,
    done: datetime | None,
    over: datetime | None,
) -> None:
    if done is not None and done <= due:
        found[day_of(done)][f"{name}_met"] += 1
    elif done is not None or over is None or over > due:
        found[day_of(due)][f"{name}_missed"] += 1


def _served(lines: list[Line], end: Line) -> int | None:
    total, since = None, None
    for line in lines:
        if line.what in ("give", "return") or line is end:
            if since is not None:
                total = (total or 0) + int((line.at - since).total_seconds())
            since = line.at if line.what == "give" else None
            total = total or 0 if line.what == "give" else total
    return total


def _count_start(
    found: dict[date, Counter[str]],
    ticket: Any,
    own: dict[Any, list[Line]],
    before: dict[Any, Any],
    entered: datetime,
) -> None:
    """The wait ends when somebody serves; a return to the line begins another part of it."""
    above = before.get(ticket)
    while above is not None:
        if _start_of(own[above]) is not None:
            return
        above = before.get(above)
    start = _start_of(own[ticket])
    if start is None:
        return
    found[day_of(start.at)]["started"] += 1
    waited, since = 0.0, entered
    for line in own[ticket]:
        if line.what == "give" and since is not None:
            waited, since = waited + (line.at - since).total_seconds(), None
        if line.what == "return":
            since = line.at
    found[day_of(start.at)]["wait_seconds"] += int(waited)


def _start_of(lines: list[Line]) -> Line | None:
    """The give that holds: the last after which the ticket was not returned."""
    start = None
    for line in lines:
        if line.what == "give" and start is None:
            start = line
        if line.what == "return":
            start = None
    return start


def _count_solved(
    found: dict[date, Counter[str]],
    lines: list[Line],
    roots: dict[Any, Any],
    opened: dict[Any, Line],
    own: dict[Any, list[Line]],
) -> None:
    for line in lines:
        if line.what != "finish":
            continue
        root = roots[line.ticket]
        who = {
            one.who
            for ticket, chain in roots.items()
            if chain == root
            for one in own[ticket]
            if one.what == "give"
        }
        person = opened[root].who
        comes_back = any(
            one.who == person and line.at <= one.at < line.at + WEEK
            for one in opened.values()
            if one.ticket != root
        )
        found[day_of(line.at)]["solved_at_first"] += len(who) <= 1 and not comes_back
