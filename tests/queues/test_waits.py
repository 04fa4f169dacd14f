"""How long people waited: only the time nobody served them, whatever was moved meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership
from omnichannel.services.conversations import conversation_close, conversation_release
from queues.models import Queue, QueueMember, Ticket
from queues.selectors import queue_numbers
from queues.services.processing import company_drain
from queues.services.queues import queue_save
from queues.services.tickets import (
    ticket_abandon,
    ticket_assign,
    ticket_finish,
    ticket_return,
    ticket_take,
    ticket_transfer,
)
from queues.services.watch import watch
from tests import make
from tests.queues.conftest import again, make_queue, online

MOMENTS = ("entered_at", "queued_at", "started_at", "ended_at", "abandon_at")
# A queue's own patience, so that a test can outlast it.
PATIENCE = 600


def pass_time(seconds: int) -> None:
    """Let everything that happened have happened so much earlier."""
    span = timedelta(seconds=seconds)
    Ticket.unscoped.update(**{name: F(name) - span for name in MOMENTS})


@pytest.fixture
def other(clinic, beto, carla) -> Queue:
    return make_queue(clinic, beto, carla, name="Financeiro", is_default=False)


@pytest.fixture
def served(queue, arrive, beto) -> Ticket:
    """Somebody who waited 104 seconds and was then served for 975."""
    ticket = arrive()
    pass_time(104)
    ticket_take(ticket=ticket, attendant=beto)
    pass_time(975)
    return again(ticket)


def about(seconds: int) -> object:
    """Allow for the time the test itself takes."""
    return pytest.approx(seconds, abs=5)


Move = Callable[[Ticket, Membership, Membership, Queue], Ticket]
MOVES: dict[str, tuple[Move, int, int]] = {
    # What moves it, and how long it then waited before and after another 30 seconds.
    "to a person": (
        lambda row, me, you, _queue: ticket_transfer(
            ticket=row, actor=me, attendant=you, reason="Exame"
        ),
        0,
        0,
    ),
    "to a queue": (
        lambda row, me, _you, queue: ticket_transfer(
            ticket=row, actor=me, queue=queue, reason="Boleto"
        ),
        0,
        30,
    ),
    "returned": (lambda row, me, _you, _queue: ticket_return(ticket=row, actor=me), 104, 134),
    "released": (
        lambda row, me, _you, _queue: (
            conversation_release(conversation=again(row.conversation), actor=me) and again(row)
        ),
        104,
        134,
    ),
    "returned, then moved on": (
        lambda row, me, _you, queue: ticket_transfer(
            ticket=ticket_return(ticket=row, actor=me), actor=_manager(row), queue=queue, reason="x"
        ),
        104,
        134,
    ),
}


def _manager(row: Ticket) -> Membership:
    return Membership.objects.for_company(row.company_id).get(user__name="Ana Prado")


@pytest.mark.parametrize("how", MOVES)
def test_time_that_somebody_was_served_is_no_wait(served, other, ana, beto, carla, how):
    move, before, after = MOVES[how]
    row = again(move(served, beto, carla, other))
    assert row.waited_seconds(timezone.now()) == about(before)
    assert row.entered_at == served.entered_at
    pass_time(30)
    row = again(row)
    assert row.waited_seconds(timezone.now()) == about(after)
    if row.status == "aguardando":
        numbers = queue_numbers([row.queue], zone="America/Sao_Paulo")[row.queue_id]
        assert numbers.longest_wait == about(after)
        row = ticket_assign(ticket=row, attendant=carla, actor=ana)
    assert again(row).wait_seconds == about(after)
    again_numbers = queue_numbers([row.queue], zone="America/Sao_Paulo")[row.queue_id]
    # The average of a queue that also served the first part counts both.
    assert again_numbers.average_wait == about(52 if how == "to a person" else after)


def test_the_router_counts_as_a_hand_does(served, beto, carla):
    ticket_return(ticket=served, actor=beto)
    pass_time(30)
    company_drain(company_id=served.company_id)
    assert again(served).wait_seconds == about(134)


def test_giving_up_after_a_return_counts_both_waits(served, beto):
    ticket_return(ticket=served, actor=beto)
    pass_time(30)
    assert again(ticket_abandon(ticket=served)).wait_seconds == about(134)


@pytest.mark.parametrize("how", ["returned", "released"])
def test_whoever_is_put_back_after_long_care_is_not_given_up_at_once(
    clinic, queue, arrive, beto, how
):
    queue_save(company=clinic, actor=None, queue=queue, abandon_after=PATIENCE)
    ticket = ticket_take(ticket=arrive(), attendant=beto)
    pass_time(2 * PATIENCE)
    MOVES[how][0](again(ticket), beto, beto, queue)
    watch()
    assert again(ticket).status == "aguardando"
    pass_time(PATIENCE + 1)
    watch()
    assert again(ticket).status == "abandonado"


def test_who_closes_and_comes_back_begins_a_new_wait(served, beto, channel):
    ticket_finish(ticket=served, actor=beto, reason="Resolvido")
    message = make.inbound(channel, person=make.person(served.contact.phone.lstrip("+")))
    row = Ticket.unscoped.open().get(conversation=message.conversation)
    assert row.waited_seconds(timezone.now()) == about(0)


# --- back to whoever served last -----------------------------------------------------------------


def _goes(row: Ticket, beto: Membership, carla: Membership, how: str) -> None:
    """Let beto pass a patient on and carla end it."""
    if how == "to a person":
        row = ticket_transfer(ticket=row, actor=beto, attendant=carla, reason="Exame")
    elif how == "to a queue":
        Queue.unscoped.update(is_sticky=False)
        row = ticket_transfer(
            ticket=row,
            actor=beto,
            queue=Queue.unscoped.get(name="Financeiro"),
            reason="Boleto",
        )
        row = ticket_take(ticket=row, attendant=carla)
    elif how == "and back":
        row = ticket_transfer(ticket=row, actor=beto, attendant=carla, reason="Exame")
        row = ticket_transfer(ticket=row, actor=carla, attendant=beto, reason="Sem vaga")
        row = ticket_transfer(ticket=row, actor=beto, attendant=carla, reason="Há vaga")
    else:
        row = ticket_return(ticket=row, actor=beto)
        row = ticket_take(ticket=row, attendant=carla)
    pass_time(60)
    conversation_close(conversation=again(row.conversation), actor=carla)


@pytest.mark.parametrize("how", ["to a person", "to a queue", "and back", "returned"])
def test_the_patient_goes_back_to_whoever_had_them_last(
    clinic, queue, other, arrive, beto, carla, channel, how
):
    _goes(ticket_take(ticket=arrive(), attendant=beto), beto, carla, how)
    for row in (queue, other):
        queue_save(company=clinic, actor=None, queue=row, is_sticky=True, reopen_within=0)
    Queue.unscoped.update(is_sticky=True)
    contact = Ticket.unscoped.latest("created_at").contact
    message = make.inbound(channel, person=make.person(contact.phone.lstrip("+")))
    online(beto, carla)
    company_drain(company_id=clinic.pk)
    back = Ticket.unscoped.open().get(conversation=message.conversation)
    assert back.attendant == carla
    assert back.routing_run.choices[back.routing_place][2] == "ultimo_atendente"


def test_whoever_passed_a_person_on_is_not_asked_again(clinic, queue, other, arrive, beto, carla):
    ticket = ticket_take(ticket=arrive(), attendant=beto)
    queue_save(company=clinic, actor=None, queue=other, is_sticky=True)
    # Carla's turn comes first; the old rule would have handed the patient back to beto.
    QueueMember.unscoped.filter(queue=other, membership=beto).update(turn=5)
    after = ticket_transfer(ticket=ticket, actor=beto, queue=other, reason="Boleto")
    company_drain(company_id=clinic.pk)
    assert again(after).attendant == carla
