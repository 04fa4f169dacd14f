"""Two at the same moment: one wins, the other is told so, and nobody is left without an owner."""

from __future__ import annotations

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import Presence
from accounts.services.presence import presence_choose
from common.errors import DomainError
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_take
from queues.errors import AttendantFull
from queues.models import Ticket
from queues.protocols import protocols_take
from queues.services import tickets
from queues.services.courtesy import company_speak
from queues.services.processing import company_drain
from queues.services.queues import queue_save
from queues.services.tickets import ticket_finish, ticket_next, ticket_take, ticket_transfer
from tests import make
from tests.queues.conftest import again, agree, make_queue
from tests.race import errors, together

pytestmark = pytest.mark.django_db(transaction=True)


def refused(results: list[object]) -> list[Exception]:
    """Return the refusals; anything else that went wrong fails the test."""
    found = errors(results)
    assert all(isinstance(error, DomainError) for error in found), found
    return found


def test_two_people_take_one_ticket(rounds, queue, arrive, beto, carla):
    for _ in range(rounds):
        ticket = arrive()
        results = together(
            lambda ticket=ticket: ticket_take(ticket=ticket, attendant=beto),
            lambda ticket=ticket: conversation_take(
                conversation=ticket.conversation, attendant=carla
            ),
        )
        assert len(refused(results)) == 1
        agree()
        ticket_finish(ticket=ticket, actor=again(ticket).attendant, reason="x")


def test_next_of_two_people_is_never_the_same(rounds, queue, arrive, beto, carla):
    for _ in range(rounds):
        arrive(), arrive()
        (first, _), (second, _) = together(
            lambda: ticket_next(membership=beto), lambda: ticket_next(membership=carla)
        )
        assert first.pk != second.pk
        agree()
        for ticket in (first, second):
            ticket_finish(ticket=ticket, actor=again(ticket).attendant, reason="x")


def test_next_lets_go_of_whoever_it_passes_over(queue, arrive, beto, monkeypatch):
    full, free = arrive(), arrive()
    check = tickets.room_check

    def room(*args):
        if Ticket.unscoped.get(pk=full.pk).status == "aguardando" and not passed:
            passed.append(args)
            raise AttendantFull
        check(*args)

    passed: list[object] = []
    monkeypatch.setattr(tickets, "room_check", room)

    def lock(ticket: Ticket) -> Conversation:
        with transaction.atomic():
            rows = Conversation.unscoped.select_for_update(nowait=True)
            return rows.get(pk=ticket.conversation_id)

    with transaction.atomic():
        taken, _why = ticket_next(membership=beto)
        assert (taken, len(passed)) == (free, 1)
        (left, held) = together(lambda: lock(full), lambda: lock(free))
    assert left == full.conversation
    assert isinstance(held, OperationalError)


def test_next_beside_the_router_stays_within_the_limit(queue, arrive, beto, carla):
    for _ in range(12):
        arrive()
    results = together(
        *[lambda: ticket_next(membership=beto)] * 4,
        *[lambda: company_drain(company_id=queue.company_id)] * 2,
    )
    refused(results)
    served = Ticket.unscoped.serving()
    assert served.filter(attendant=beto).count() == served.filter(attendant=carla).count() == 5
    agree()


def test_a_transfer_and_an_end_at_once(rounds, queue, arrive, clinic, beto, carla):
    other = make_queue(clinic, carla, name="Exames", is_default=False)
    for _ in range(rounds):
        ticket = ticket_take(ticket=arrive(), attendant=beto)
        results = together(
            lambda ticket=ticket: ticket_transfer(
                ticket=ticket, actor=beto, queue=other, reason="x"
            ),
            lambda ticket=ticket: ticket_finish(ticket=ticket, actor=beto, reason="x"),
        )
        assert len(refused(results)) <= 1
        agree()


def test_an_end_while_a_message_arrives_loses_neither(rounds, queue, arrive, channel, beto):
    for _ in range(rounds):
        ticket = ticket_take(ticket=arrive(), attendant=beto)
        person = make.person(ticket.conversation.identity.value)
        results = together(
            lambda ticket=ticket: conversation_close(conversation=ticket.conversation, actor=beto),
            lambda person=person: make.inbound(channel, person=person, text="Espere!"),
        )
        refused(results)
        talks = Conversation.unscoped.filter(contact=ticket.contact)
        assert sum(talk.message_count for talk in talks) == 2
        agree()


def test_the_router_and_an_end_at_once(rounds, queue, arrive, beto, carla):
    for _ in range(rounds):
        tickets = [arrive() for _ in range(3)]
        results = together(
            lambda: company_drain(company_id=queue.company_id),
            *[
                lambda talk=ticket.conversation: conversation_close(conversation=talk, actor=None)
                for ticket in tickets
            ],
        )
        refused(results)
        agree()
        assert not Ticket.unscoped.serving().filter(attendant=None).exists()
        for ticket in Ticket.unscoped.open():
            conversation_close(conversation=ticket.conversation, actor=None)


def test_many_workers_tell_a_patient_once(queue, arrive, clinic, beto, carla):
    for person in (beto, carla):
        presence_choose(membership=person, state=Presence.State.OFFLINE)
    queue_save(company=clinic, actor=None, queue=queue, queue_message="{posicao}")
    for _ in range(4):
        arrive()
    results = together(*[lambda: company_speak(company_id=clinic.pk)] * 6)
    assert not errors(results)
    told = Message.unscoped.filter(metadata__purpose="posicao").values_list("text", flat=True)
    assert sorted(told) == ["1º", "2º", "3º", "4º"]


@pytest.mark.slow
def test_ten_thousand_protocols_of_many_threads_never_repeat(clinic):
    now = timezone.now()

    def take() -> list[str]:
        numbers: list[str] = []
        for count in (1, 1, 3, 1, 5, 1, 8) * 63:
            with transaction.atomic():
                numbers += protocols_take(clinic, count, now)
        return numbers

    results = together(*[take] * 8, seconds=120)
    assert not errors(results)
    numbers = [number for taken in results for number in taken]
    assert len(numbers) >= 10_000
    assert len(set(numbers)) == len(numbers)
    assert max(map(len, numbers)) <= 20
