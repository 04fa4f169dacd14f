"""A queue with beto and carla, both at work; patients who come into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import Company, Membership, Presence
from accounts.services.presence import presence_choose
from bot.services.following import BotFollower
from common.scoping import company_scope
from common.slots import into, slots_fill
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.observing import observers
from omnichannel.services.outbound import message_send
from omnichannel.services.reception import Newcomer, Reception, receptions
from queues.models import Queue, Ticket, TicketEvent
from queues.services.queues import members_set, queue_save
from tests import make

Arrive = Callable[..., Ticket]


def online(*people: Membership) -> None:
    """Let people be at work."""
    for person in people:
        presence_choose(membership=person, state=Presence.State.ONLINE)


def make_queue(of: Company, *people: Membership, name: str = "Recepção", **values: Any) -> Queue:
    """Make a queue with its people; the default one unless told otherwise."""
    given = {"is_default": True, "first_response_sla": 300, "resolution_sla": 3600, **values}
    queue = queue_save(company=of, actor=None, name=name, **given)
    members_set(queue=queue, actor=None, members=[{"membership": person} for person in people])
    return queue


def again(row: Any) -> Any:
    """Read a row anew."""
    return type(row).unscoped.get(pk=row.pk)


def kinds(ticket: Ticket) -> list[str]:
    """Return what happened to a ticket, in order."""
    rows = TicketEvent.unscoped.filter(ticket=ticket).order_by("at", "id")
    return [row.kind for row in rows]


def say(conversation: Conversation, author: Membership, text: str = "Bom dia!") -> Message:
    """Let an attendant answer."""
    with company_scope(conversation.company_id):
        return message_send(conversation=again(conversation), author=author, text=text)


def agree() -> None:
    """Check every open ticket against its conversation, and every waiting conversation."""
    for ticket in Ticket.unscoped.select_related("conversation"):
        talk = ticket.conversation
        if ticket.status == "aguardando":
            assert (talk.stage, talk.attendant_id) == ("fila", None)
        elif ticket.status == "em_atendimento":
            assert (talk.stage, talk.attendant_id) == ("humano", ticket.attendant_id)
    for talk in Conversation.unscoped.open().exclude(stage="bot"):
        assert Ticket.unscoped.open().filter(conversation=talk).count() == 1


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def queue(clinic: Company, beto: Membership, carla: Membership) -> Queue:
    online(beto, carla)
    return make_queue(clinic, beto, carla)


@pytest.fixture
def arrive(channel: Channel) -> Arrive:
    """Let a new patient write; return their ticket."""

    def write(text: str = "Oi", **values: Any) -> Ticket:
        number = f"55419{make.next_number():08}"
        person = make.person(number, "Paciente")
        message = make.inbound(channel, text=text, **{"person": person, **values})
        return Ticket.unscoped.open().get(conversation=message.conversation)

    return write


class Bot(Reception):
    """Takes whoever writes on one channel, and remembers whom it was asked about."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.asked: list[Newcomer] = []
        self.is_on = True

    def serves(self, channel: Channel) -> bool:
        """Serve the one channel."""
        return channel.pk == self.channel.pk

    def takes(self, newcomer: Newcomer) -> bool:
        """Take everybody while it is on."""
        self.asked.append(newcomer)
        return self.is_on and self.serves(newcomer.channel)


@pytest.fixture
def bot(channel: Channel) -> Iterator[Bot]:
    """Plug a bot of the test's own in, in the place of ours."""
    one = Bot(channel)
    before, deciding = list(receptions), list(observers)
    others = [each for each in deciding if not isinstance(each, BotFollower)]
    slots_fill([into(receptions, one), into(observers, *others)])
    yield one
    slots_fill([into(receptions, *before), into(observers, *deciding)])
