"""Hints: each has what its contract says, ids only, and tells what a fresh read shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from common import realtime
from common.realtime import Event
from omnichannel.models import Conversation
from queues.events import SCHEMAS
from queues.models import Ticket
from queues.services.courtesy import company_speak
from queues.services.processing import queue_drain
from queues.services.queues import queue_save
from queues.services.tickets import ticket_finish, ticket_return, ticket_take, ticket_transfer
from tests.queues.conftest import again, make_queue, say

# Hints of the package below, which carry the conversation and its revision alone.
OF_CONVERSATIONS = {"message_updated", "conversation_updated"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard(monkeypatch) -> list[Event]:
    events: list[Event] = []
    monkeypatch.setattr(realtime, "send", events.extend)
    return events


def is_plain(value: Any) -> bool:
    """Tell whether a value may be in a hint: an id, a count, a code."""
    if isinstance(value, bool | int) or value is None:
        return True
    return isinstance(value, str) and (" " not in value) and len(value) <= 36


@pytest.fixture
def story(queue, arrive, clinic, beto, carla, heard) -> list[Event]:
    """Everything that happens to tickets, once."""
    queue_save(company=clinic, actor=None, queue=queue, queue_message="{posicao}")
    other = make_queue(clinic, carla, name="Exames", is_default=False)
    waiting = arrive()
    company_speak(company_id=clinic.pk)
    queue_drain(queue=queue)
    holder = again(waiting).attendant
    say(waiting.conversation, holder)
    ticket_return(ticket=waiting, actor=holder, reason="x")
    taken = ticket_take(ticket=waiting, attendant=beto)
    moved = ticket_transfer(ticket=taken, actor=beto, queue=other, reason="x")
    given = ticket_take(ticket=moved, attendant=carla)
    ticket_finish(ticket=given, actor=carla, reason="x")
    return heard


def test_every_hint_has_what_its_contract_says(story):
    told = {event.type for event in story}
    assert {
        "new_ticket",
        "ticket_assigned",
        "ticket_transferred",
        "ticket_closed",
        "new_message",
        "queue_position",
        "attendant_assigned",
        "session_ended",
        "system_message",
    } <= told
    for event in story:
        if event.type not in OF_CONVERSATIONS:
            assert SCHEMAS[event.type] <= set(event.data), event.type
        assert all(is_plain(value) for value in event.data.values()), event


def test_every_hint_of_a_ticket_names_a_conversation_that_is_there(story):
    for event in story:
        if "ticket" in event.data:
            ticket = Ticket.unscoped.get(pk=UUID(event.data["ticket"]))
            if event.conversation is not None:
                assert ticket.conversation_id == event.conversation


def test_the_last_hint_s_revision_is_the_database_s(story):
    last: dict[Any, int] = {}
    for event in story:
        if event.conversation and event.seq:
            assert event.seq >= last.get(event.conversation, 0)
            last[event.conversation] = event.seq
    for pk, seq in last.items():
        assert Conversation.unscoped.get(pk=pk).revision == seq
