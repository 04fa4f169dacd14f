"""Giving waiting tickets away: order, limits, reasons, hints, hours."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta

import pytest
import time_machine

from accounts.models import Membership, Presence
from accounts.services.calendars import calendar_save
from accounts.services.presence import presence_choose
from common.realtime import Event
from omnichannel.models import Conversation, Message
from queues import bells as names
from queues.choices import TicketStatus
from queues.models import QueueMember, RoutingRun, Ticket
from queues.routing import BUSIER, LATER_TURN, OFFLINE, Decision, Snapshot, explain
from queues.services.processing import company_drain, queue_drain
from queues.services.queues import queue_save
from queues.services.tickets import ticket_finish
from tests import make
from tests.queues.conftest import again, agree, kinds, make_queue, online, say

State = Presence.State


def loads() -> Counter[str]:
    rows = Ticket.unscoped.serving().select_related("attendant__user")
    return Counter(row.attendant.user.name.split()[0] for row in rows)


def test_waiting_people_are_shared_out(queue, arrive):
    tickets = [arrive() for _ in range(7)]
    assert queue_drain(queue=queue) == 7
    assert sorted(loads().values()) == [3, 4]
    for ticket in tickets:
        row = again(ticket)
        assert row.status == TicketStatus.SERVING
        assert row.started_at and row.wait_seconds is not None
        assert kinds(row) == ["aberto", "atribuido"]
    agree()


def test_the_first_to_come_and_the_most_important_go_first(queue, arrive, carla):
    presence_choose(membership=carla, state=State.OFFLINE)
    tickets = [arrive() for _ in range(7)]
    Ticket.unscoped.filter(pk=tickets[6].pk).update(priority=9)
    assert queue_drain(queue=queue) == 5
    waiting = [row.pk for row in Ticket.unscoped.waiting().in_order()]
    assert waiting == [tickets[4].pk, tickets[5].pk]


def test_nobody_gets_more_than_person_or_queue_allow(queue, arrive, beto, carla):
    Membership.unscoped.filter(pk=beto.pk).update(capacity=1)
    QueueMember.unscoped.filter(membership=carla).update(capacity=2)
    for _ in range(6):
        arrive()
    assert queue_drain(queue=queue) == 3
    assert loads() == {"Beto": 1, "Carla": 2}


def test_a_person_s_limit_counts_all_their_queues(queue, clinic, arrive, channel, beto, carla):
    presence_choose(membership=carla, state=State.OFFLINE)
    for _ in range(4):
        arrive()
    queue_drain(queue=queue)
    other = make_queue(clinic, beto, name="Exames", is_default=False, channels=[channel])
    for _ in range(3):
        arrive()
    assert queue_drain(queue=other) == 1
    assert loads() == {"Beto": 5}


@pytest.mark.parametrize("state", [State.AWAY, State.OFFLINE])
def test_who_is_not_at_work_gets_nothing(queue, arrive, beto, carla, state):
    presence_choose(membership=beto, state=state)
    for _ in range(3):
        arrive()
    queue_drain(queue=queue)
    assert loads() == {"Carla": 3}


def test_a_manual_queue_waits_for_somebody_to_pull(queue, arrive):
    queue_save(company=queue.company, actor=None, queue=queue, distribution="manual")
    arrive()
    assert company_drain(company_id=queue.company_id) == 0


def test_a_sticky_queue_gives_back_to_whoever_served_the_person(queue, arrive, channel, beto):
    queue_save(company=queue.company, actor=None, queue=queue, is_sticky=True, reopen_within=0)
    first = arrive()
    queue_drain(queue=queue)
    holder = again(first).attendant
    ticket_finish(ticket=first, actor=holder, reason="x")
    for _ in range(3):
        arrive()
    make.inbound(channel, person=make.person(first.conversation.identity.value))
    queue_drain(queue=queue)
    back = Ticket.unscoped.get(contact=first.contact, status="em_atendimento")
    assert back.attendant == holder
    run = back.routing_run
    assert run.choices[back.routing_place][2] == "ultimo_atendente"


def test_every_decision_can_be_told_again(queue, arrive, beto, carla, ana, clinic):
    online(ana)
    make_queue(clinic, beto, carla, ana, name="Segunda", is_default=False)
    QueueMember.unscoped.create(company=clinic, queue=queue, membership=ana)
    presence_choose(membership=ana, state=State.OFFLINE)
    tickets = [arrive() for _ in range(3)]
    queue_drain(queue=queue)
    run = RoutingRun.unscoped.get()
    snapshot = Snapshot.from_json(run.snapshot)
    decisions = [Decision(place, rule) for _ticket, place, rule in run.choices]
    for place, ticket in enumerate(tickets):
        row = again(ticket)
        assert (row.routing_run, row.routing_place) == (run, place)
        considered, _decision = explain(snapshot, decisions, row.routing_place)
        assert considered[0].id == str(row.attendant_id)
        reasons = {person.id: person.reason for person in considered[1:]}
        assert reasons[str(ana.pk)] == OFFLINE
        assert set(reasons.values()) <= {OFFLINE, LATER_TURN, BUSIER}


def test_the_thread_says_who_got_it_and_pages_hear(
    queue, arrive, monkeypatch, django_capture_on_commit_callbacks
):
    ticket = arrive()
    heard: list[Event] = []
    monkeypatch.setattr("common.realtime.send", heard.extend)
    with django_capture_on_commit_callbacks(execute=True):
        queue_drain(queue=queue)
    row = again(ticket)
    line = Message.unscoped.filter(conversation=row.conversation, is_internal=True).get()
    assert line.metadata["to"] == row.attendant.user.name
    assert [event.type for event in heard] == ["ticket_assigned", "attendant_assigned"]
    assert heard[0].seq == Conversation.unscoped.get(pk=row.conversation_id).revision
    assert heard[0].data == {"ticket": str(row.pk), "attendant": str(row.attendant_id)}


def test_a_closed_queue_gives_nothing_until_it_opens(queue, arrive, clinic):
    week = [{"weekday": day, "opens_at": time(8), "closes_at": time(18)} for day in range(5)]
    calendar = calendar_save(company=clinic, actor=None, name="Semana", hours=week)
    queue_save(company=clinic, actor=None, queue=queue, calendar=calendar)
    # A Saturday, and the Monday after it.
    with time_machine.travel("2026-11-28T15:00:00Z", tick=False):
        ticket = arrive()
        online(*[member.membership for member in QueueMember.unscoped.all()])
        assert company_drain(company_id=clinic.pk) == 0
    assert ticket.first_response_due_at.isoformat() == "2026-11-30T11:05:00+00:00"
    with time_machine.travel("2026-11-30T11:00:01Z", tick=False):
        assert company_drain(company_id=clinic.pk) == 1


@pytest.mark.parametrize("what", ["opens", "finishes", "comes", "queue"])
def test_whatever_could_let_somebody_be_served_rings(
    queue, arrive, beto, bells, what, django_capture_on_commit_callbacks
):
    ticket = arrive()
    queue_drain(queue=queue)
    bells.clear()
    with django_capture_on_commit_callbacks(execute=True):
        if what == "opens":
            arrive()
        elif what == "finishes":
            ticket_finish(ticket=ticket, actor=again(ticket).attendant, reason="x")
        elif what == "comes":
            presence_choose(membership=beto, state=State.AWAY)
            bells.clear()
            presence_choose(membership=beto, state=State.ONLINE)
        else:
            queue_save(company=queue.company, actor=None, queue=queue, capacity=9)
    assert (names.DRAIN, (str(queue.company_id),)) in bells


def test_answered_in_time_is_noted(queue, arrive):
    ticket = arrive()
    queue_drain(queue=queue)
    say(ticket.conversation, again(ticket).attendant)
    row = again(ticket)
    assert row.first_response_at - row.entered_at < timedelta(seconds=60)
