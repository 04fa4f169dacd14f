"""What a page shows plus the hints it hears is what a fresh read shows, whatever happens.

The page's script is written out here: for each hint of a conversation it fetches that one's card
again, for each tab, and puts it in its place or takes it away (static/inbox/js/list.js); in an open
conversation it fetches the messages since the revision it knows (thread.js); the board is read anew
for any hint at all (board.js).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Membership
from accounts.services.presence import presence_beat, presence_choose, presence_expire
from common import realtime, rooms
from common.errors import DomainError
from common.realtime import Event
from common.scoping import company_scope
from contacts.masking import CLEAR
from contacts.services.contacts import contact_save
from inbox import selectors
from inbox.board.presenters import board_of
from inbox.list.presenters import cards_of
from inbox.list.shapes import ConversationCard
from omnichannel.choices import Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import (
    conversation_close,
    conversation_mark_read,
    conversation_release,
    conversation_reopen,
)
from omnichannel.services.handover import (
    conversation_return_to_bot,
    conversation_transfer_to_human,
)
from omnichannel.services.outbound import note_add
from queues.choices import OPEN_STATUSES
from queues.events import SCHEMAS
from queues.models import Queue, Ticket
from queues.selectors import live_tickets
from queues.services.courtesy import company_speak
from queues.services.processing import company_drain
from queues.services.queues import queue_save
from queues.services.rating import ticket_rate
from queues.services.tickets import (
    ticket_assign,
    ticket_finish,
    ticket_next,
    ticket_prioritise,
    ticket_return,
    ticket_take,
    ticket_transfer,
)
from queues.services.watch import watch
from tests import make
from tests.queues.conftest import Arrive, again, agree, make_queue, say

pytestmark = pytest.mark.django_db(transaction=True)
TABS = ("minhas", "livres", "todas")
STEPS = 40
# A morning every time, whole days where there is time.
DAYS = [(0, 15), *(pytest.param(seed, STEPS, marks=pytest.mark.slow) for seed in range(8))]


# Lists are read anew for these.
OF_LISTS = {"queue_changed", "channel_changed"}
NOON = datetime.fromisoformat("2026-11-25T15:00:00+00:00")


def still(card: ConversationCard) -> ConversationCard:
    """Leave out what the clock alone changes: the words that count down, not their colour."""
    deadline = card.deadline and replace(card.deadline, words="")
    waits = card.waits and replace(card.waits, words="")
    return replace(card, deadline=deadline, waits=waits)


class Page:
    """What one person's open inbox shows: the cards of every tab and the numbers on them."""

    def __init__(self, reader: Membership) -> None:
        self.reader = reader
        if reader.is_manager or reader.company.attendants_see_all:
            self.rooms = {rooms.everything(reader.company_id)}
        else:
            self.rooms = {rooms.own(reader.pk), rooms.free(reader.company_id)}
        self.tabs = self.fresh()
        self.counts = self.counted()

    def counted(self) -> dict[str, int]:
        """Count as every answer about the list does."""
        with company_scope(self.reader.company_id):
            return selectors.counts(self.reader)

    def fresh(self) -> dict[str, dict[UUID, ConversationCard]]:
        """Read every tab as a page that is opened now."""
        with company_scope(self.reader.company_id):
            reader = Membership.objects.select_related("company", "user").get(pk=self.reader.pk)
            found = {}
            for tab in TABS:
                rows, _more = selectors.conversation_page(reader, tab=tab, size=500)
                found[tab] = {card.id: still(card) for card in cards_of(rows, reader, CLEAR)}
            return found

    def hear(self, event: Event) -> None:
        """Do what the script does."""
        if not self.rooms.intersection(event.groups):
            return
        if event.data.get("what") in OF_LISTS:
            self.tabs = self.fresh()
        if event.conversation is None:
            return
        self.counts = self.counted()
        with company_scope(self.reader.company_id):
            for tab, shown in self.tabs.items():
                rows = selectors.conversations_again(self.reader, [event.conversation], tab=tab)
                shown.pop(event.conversation, None)
                shown.update((card.id, still(card)) for card in cards_of(rows, self.reader, CLEAR))


class Thread:
    """What an open conversation shows: its messages, brought along by their revisions."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.messages: dict[UUID, tuple[Any, ...]] = {}
        self.revision = 0
        self.read()

    def rows(self) -> Iterable[Message]:
        """Read what changed since the revision that is known."""
        with company_scope(self.conversation.company_id):
            return selectors.thread_changes(self.conversation, self.revision) or ()

    def read(self) -> None:
        """Fetch what changed and put it in its place."""
        for row in self.rows():
            self.messages[row.pk] = (row.seq, row.text, row.status, row.revision)
        self.revision = Conversation.unscoped.get(pk=self.conversation.pk).revision

    def hear(self, event: Event) -> None:
        """Do what the script does: nothing for a revision that is known."""
        if rooms.talk(self.conversation.pk) in event.groups:
            if event.seq is None or event.seq > self.revision:
                self.read()

    def fresh(self) -> dict[UUID, tuple[Any, ...]]:
        """Read all messages."""
        rows = Message.unscoped.filter(conversation=self.conversation)
        return {row.pk: (row.seq, row.text, row.status, row.revision) for row in rows}


class Wire:
    """Carries hints to pages, as the channel layer would."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.ears: list[Callable[[Event], None]] = []

    def send(self, events: list[Event]) -> None:
        self.told += events
        for event in events:
            for ear in self.ears:
                ear(event)


@pytest.fixture
def wire(monkeypatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(realtime, "send", wire.send)
    return wire


class Clinic:
    """A day at the clinic: everything people and the system may do, one thing at a time."""

    def __init__(
        self,
        seed: int,
        arrive: Arrive,
        staff: tuple[Membership, ...],
        boss: Membership,
        queues: tuple[Queue, ...],
        clock: time_machine.Traveller,
    ) -> None:
        self.clock = clock
        self.chance = random.Random(seed)
        self.arrive = arrive
        self.staff = staff
        self.boss = boss
        self.queues = queues

    def step(self) -> str:
        """Do one thing; return its name."""
        acts = [
            name for name in dir(self) if name.startswith("do_") for _ in range(self.weight(name))
        ]
        name = self.chance.choice(acts)
        try:
            getattr(self, name)()
        except DomainError:
            # Refused, as such things are; then nothing changed.
            pass
        return name

    def weight(self, name: str) -> int:
        return 4 if name == "do_arrive" else 1

    def ticket(self, *statuses: str) -> Ticket:
        rows = Ticket.unscoped.filter(status__in=statuses).select_related("conversation")
        found = list(rows.order_by("id"))
        if not found:
            self.arrive()
            found = list(rows.order_by("id"))
        return self.chance.choice(found) if found else self.ticket("aguardando", "em_atendimento")

    def person(self) -> Membership:
        return self.chance.choice(self.staff)

    def do_arrive(self) -> None:
        self.arrive()

    def do_write_again(self) -> None:
        talk = self.ticket("aguardando", "em_atendimento").conversation
        make.inbound(talk.channel, person=make.person(talk.identity.value, "Paciente"))

    def do_answer(self) -> None:
        ticket = self.ticket("em_atendimento")
        if ticket.attendant is not None:
            say(ticket.conversation, ticket.attendant)

    def do_read(self) -> None:
        talk = self.ticket("em_atendimento").conversation
        conversation_mark_read(conversation=talk, up_to=10_000)

    def do_take(self) -> None:
        ticket_take(ticket=self.ticket("aguardando"), attendant=self.person())

    def do_next(self) -> None:
        ticket_next(membership=self.person())

    def do_assign(self) -> None:
        ticket_assign(
            ticket=self.ticket("aguardando", "em_atendimento"),
            attendant=self.person(),
            actor=self.boss,
        )

    def do_return(self) -> None:
        ticket_return(ticket=self.ticket("em_atendimento"), actor=self.boss, reason="x")

    def do_transfer(self) -> None:
        to = self.chance.choice((None, self.person()))
        ticket_transfer(
            ticket=self.ticket("aguardando", "em_atendimento"),
            actor=self.boss,
            reason="x",
            queue=self.chance.choice(self.queues),
            attendant=to,
        )

    def do_finish(self) -> None:
        ticket_finish(ticket=self.ticket("em_atendimento"), actor=self.boss, reason="x")

    def do_close(self) -> None:
        conversation_close(
            conversation=self.ticket("aguardando", "em_atendimento").conversation, actor=self.boss
        )

    def do_prioritise(self) -> None:
        ticket_prioritise(ticket=self.ticket("aguardando"), actor=self.boss, priority=9)

    def do_drain(self) -> None:
        company_drain(company_id=self.boss.company_id)

    def do_tell_positions(self) -> None:
        company_speak(company_id=self.boss.company_id)

    def do_wait(self) -> None:
        """Let time pass, and the sweeps look at what fell due."""
        self.clock.shift(self.chance.choice((30.0, 150.0, 400.0)))
        presence_expire()
        watch()

    def do_come_back(self) -> None:
        for person in self.staff:
            presence_beat(membership=person)

    def do_write_after_the_end(self) -> None:
        ended = Ticket.unscoped.exclude(status__in=OPEN_STATUSES).select_related("conversation")
        if row := ended.order_by("id").first():
            talk = row.conversation
            make.inbound(talk.channel, person=make.person(talk.identity.value, "Paciente"))

    def do_reopen(self) -> None:
        closed = Conversation.unscoped.filter(stage=Stage.CLOSED).order_by("id")
        if talk := closed.first():
            conversation_reopen(conversation=talk, actor=self.boss)

    def do_release(self) -> None:
        ticket = self.ticket("em_atendimento")
        conversation_release(conversation=ticket.conversation, actor=self.boss)

    def do_give_to_the_bot(self) -> None:
        talk = self.ticket("aguardando", "em_atendimento").conversation
        conversation_return_to_bot(conversation=talk, actor=self.boss)

    def do_hand_over(self) -> None:
        """Let the bot pass somebody on, who then waits again."""
        with_bot = Conversation.unscoped.filter(stage=Stage.BOT).order_by("id")
        if talk := with_bot.first():
            conversation_transfer_to_human(conversation=talk, actor=None, reason="pediu")

    def do_note(self) -> None:
        talk = self.ticket("aguardando", "em_atendimento").conversation
        note_add(conversation=talk, author=self.boss, text="nota")

    def do_rate(self) -> None:
        rows = Ticket.unscoped.filter(status="finalizado", rating=None).order_by("id")
        if row := rows.first():
            ticket_rate(ticket=row, rating=5)

    def do_rename_a_patient(self) -> None:
        contact = self.ticket("aguardando", "em_atendimento").conversation.contact
        contact_save(actor=self.boss, contact=contact, name=f"Paciente {make.next_number()}")

    def do_rename_a_queue(self) -> None:
        name = f"Fila {make.next_number()}"
        queue = again(self.chance.choice(self.queues))
        queue_save(company=queue.company, actor=None, queue=queue, name=name)

    def do_pause(self) -> None:
        state = self.chance.choice(("online", "ausente"))
        presence_choose(membership=self.person(), state=state)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def day(clock, queue, clinic, arrive, ana, beto, carla, bot) -> Callable[[int], Clinic]:
    # Everybody comes to the queue; the bot has whom people give it.
    bot.is_on = False
    queue_save(company=clinic, actor=None, queue=queue, queue_message="{posicao}")
    other = make_queue(clinic, carla, name="Exames", is_default=False, distribution="manual")
    return lambda seed: Clinic(seed, arrive, (beto, carla), ana, (queue, other), clock)


@pytest.mark.parametrize(("seed", "steps"), DAYS)
@pytest.mark.parametrize("sees_all", [True, False])
def test_the_inbox_of_everybody(seed, steps, sees_all, day, wire, clinic, ana, beto, carla):
    clinic.attendants_see_all = sees_all
    clinic.save()
    for person in (ana, beto, carla):
        person.refresh_from_db()
    pages = [Page(person) for person in (ana, beto, carla)]
    wire.ears += [page.hear for page in pages]
    events, done = day(seed), []
    for _ in range(steps):
        done.append(events.step())
        for page in pages:
            assert page.tabs == page.fresh(), (page.reader, done[-3:], wire.told[-4:])
            assert page.counts == page.counted(), (page.reader, done[-3:], wire.told[-4:])
    agree()


@pytest.mark.parametrize(("seed", "steps"), DAYS)
def test_an_open_conversation(seed, steps, day, wire, arrive):
    threads = [Thread(arrive().conversation) for _ in range(3)]
    wire.ears += [thread.hear for thread in threads]
    events = day(seed)
    for _ in range(steps):
        name = events.step()
        for thread in threads:
            assert thread.messages == thread.fresh(), (name, wire.told[-4:])


@pytest.mark.parametrize(("seed", "steps"), DAYS)
def test_whenever_the_board_changes_a_hint_reaches_it(seed, steps, day, wire, clinic, ana):
    def board() -> Any:
        with company_scope(clinic.pk):
            return board_of(ana, list(live_tickets(ana)), now)

    # Always the same: waits grow by the clock, everything else stays until a hint tells.
    now = timezone.now() + timedelta(days=1)
    events, before = day(seed), board()
    for _ in range(steps):
        told = len(wire.told)
        name = events.step()
        after = board()
        mine = [e for e in wire.told[told:] if rooms.everything(clinic.pk) in e.groups]
        assert after == before or mine, name
        before = after


@pytest.mark.slow
def test_these_days_tell_of_everything(day, wire):
    for seed in range(4):
        events = day(seed)
        for _ in range(2 * STEPS):
            events.step()
    # An error is said to the one socket that asked for something wrong (tests/inbox).
    assert {event.type for event in wire.told} >= SCHEMAS.keys() - {"error"}
    whats = {event.data["what"] for event in wire.told if event.type == "system_message"}
    assert whats >= {"presence", "sla_warning", "sla_broken", "priority", "rated", "queue_changed"}


def test_a_promise_at_risk_shows_to_whoever_sees_only_free_ones(
    clock, clinic, queue, arrive, wire, beto
):
    clinic.attendants_see_all = False
    clinic.save()
    beto.refresh_from_db()
    ticket = arrive()
    page = Page(beto)
    wire.ears.append(page.hear)
    for seconds, level in ((250, "warning"), (60, "danger")):
        clock.shift(seconds)
        watch()
        shown = page.tabs["livres"][ticket.conversation_id]
        assert shown.deadline is not None and shown.deadline.level == level
        assert page.tabs == page.fresh()
