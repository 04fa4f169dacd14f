"""Passing patients on and taking them: within one's room, told of closed queues, told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.services.calendars import calendar_save
from common.scoping import company_scope
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import (
    conversation_close,
    conversation_release,
    conversation_reopen,
    conversation_take,
)
from omnichannel.services.outbound import note_add
from queues.errors import AttendantFull
from queues.models import Queue, Ticket
from queues.services.courtesy import company_speak
from queues.services.queues import queue_save
from queues.services.tickets import ticket_take, ticket_transfer
from tests import make
from tests.queues.conftest import again, make_queue, say
from tests.race import together

WAYS = {
    "answers": lambda talk, who: say(talk, who),
    "takes": lambda talk, who: conversation_take(conversation=again(talk), attendant=who),
    "reopens": lambda talk, who: (
        conversation_close(conversation=again(talk), actor=None),
        conversation_reopen(conversation=again(talk), actor=who),
    ),
}


def full(arrive: Callable[..., Ticket], person: Membership) -> None:
    for _ in range(5):
        ticket_take(ticket=arrive(), attendant=person)


@pytest.mark.parametrize("way", WAYS)
def test_nobody_goes_past_their_room_by_any_door_but_a_manager_may(queue, arrive, beto, ana, way):
    full(arrive, beto)
    talk = arrive().conversation
    before = Message.unscoped.outbound().exclude(author=None).count()
    with pytest.raises(AttendantFull):
        WAYS[way](talk, beto)
    assert Ticket.unscoped.serving().filter(attendant=beto).count() == 5
    assert Message.unscoped.outbound().exclude(author=None).count() == before
    WAYS[way](talk, ana)
    assert again(talk).attendant_id == ana.pk


def test_whoever_is_full_still_answers_their_own_and_writes_notes(queue, arrive, beto):
    full(arrive, beto)
    say(Ticket.unscoped.serving().filter(attendant=beto).latest("created_at").conversation, beto)
    free = arrive().conversation
    with company_scope(beto.company_id):
        note_add(conversation=again(free), author=beto, text="Ligou de manhã")
    assert again(free).attendant_id is None


def test_without_queues_nobody_counts(arrive, beto, channel):
    for _ in range(7):
        number = f"55419{make.next_number():08}"
        say(make.inbound(channel, person=make.person(number)).conversation, beto)
    assert Conversation.unscoped.filter(attendant=beto).count() == 7


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_find_one_last_place(queue, arrive, beto):
    for _ in range(4):
        ticket_take(ticket=arrive(), attendant=beto)
    talks = [arrive().conversation for _ in range(3)]
    results = together(*[lambda talk=talk: say(talk, beto) for talk in talks])
    refused = [one for one in results if isinstance(one, AttendantFull)]
    assert len(refused) == 2
    assert Ticket.unscoped.serving().filter(attendant=beto).count() == 5


# --- closed queues, absent colleagues ------------------------------------------------------------


@pytest.fixture
def closed(clinic, carla) -> Queue:
    """A queue that opened yesterday and opens tomorrow."""
    day = (timezone.localdate() + timedelta(days=1)).weekday()
    calendar = calendar_save(
        company=clinic,
        actor=None,
        name="Amanhã",
        hours=[{"weekday": day, "opens_at": time(8), "closes_at": time(18)}],
    )
    return make_queue(clinic, carla, name="Financeiro", is_default=False, calendar=calendar)


def test_a_closed_queue_is_offered_with_its_hours_and_holds_people(
    queue, closed, arrive, beto, carla
):
    ticket = ticket_take(ticket=arrive(), attendant=beto)
    client = Client()
    client.force_login(beto.user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("inbox:transfer", args=[ticket.conversation_id])
    page = " ".join(client.get(address, headers={"HX-Request": "true"}).content.decode().split())
    assert f'value="fila.{closed.pk}" data-closed>Financeiro (fechada, abre ' in page
    assert "08:00)" in page
    assert f'value="pessoa.{carla.pk}">' in page
    after = ticket_transfer(ticket=ticket, actor=beto, queue=closed, reason="Boleto")
    assert (after.status, after.queue) == ("aguardando", closed)


# --- positions -----------------------------------------------------------------------------------


def told(ticket: Ticket) -> list[str]:
    rows = Message.unscoped.filter(conversation_id=ticket.conversation_id)
    rows = rows.filter(metadata__purpose="posicao").order_by("seq")
    return [row.text for row in rows]


@pytest.fixture
def speaking(queue) -> Queue:
    queue_save(company=queue.company, actor=None, queue=queue, queue_message="Você é o {posicao}")
    return queue


@pytest.mark.parametrize("how", ["released", "transferred"])
def test_whoever_is_in_mid_conversation_is_not_told_that_they_are_next(
    clinic, speaking, arrive, beto, how
):
    ticket = ticket_take(ticket=arrive(), attendant=beto)
    say(ticket.conversation, beto)
    if how == "released":
        conversation_release(conversation=again(ticket.conversation), actor=beto)
    else:
        other = make_queue(
            clinic, beto, name="Outra", is_default=False, queue_message="Você é o {posicao}"
        )
        ticket_transfer(ticket=again(ticket), actor=beto, queue=other, reason="x")
    company_speak(company_id=clinic.pk)
    assert told(ticket) == []


def test_two_positions_are_not_told_within_a_minute(clinic, speaking, arrive, beto):
    first, second = arrive(), arrive()
    company_speak(company_id=clinic.pk)
    assert (told(first), told(second)) == (["Você é o 1º"], ["Você é o 2º"])
    ticket_take(ticket=first, attendant=beto)
    company_speak(company_id=clinic.pk)
    assert told(second) == ["Você é o 2º"]
    Ticket.unscoped.update(told_position_at=timezone.now() - timedelta(minutes=4))
    company_speak(company_id=clinic.pk)
    assert told(second) == ["Você é o 2º", "Você é o 1º"]
