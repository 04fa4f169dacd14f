"""What time alone brings about, and what patients are told."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Presence
from accounts.services.calendars import calendar_save
from accounts.services.presence import presence_beat, presence_choose, presence_expire
from omnichannel.choices import ChannelStatus
from omnichannel.models import Message
from omnichannel.services.snoozing import conversation_snooze
from queues.choices import TicketStatus
from queues.errors import AnswerOverdue
from queues.models import Ticket
from queues.services.courtesy import APART, company_speak
from queues.services.processing import queue_drain
from queues.services.queues import queue_save
from queues.services.tickets import ticket_take
from queues.services.watch import watch
from tests.queues.conftest import again, agree, kinds, say

NOON = datetime.fromisoformat("2026-11-25T15:00:00+00:00")


def after(seconds: float) -> Any:
    return time_machine.travel(NOON + timedelta(seconds=seconds), tick=False)


@pytest.fixture
def early(queue, arrive) -> Ticket:
    with after(0):
        return arrive()


def said(purpose: str) -> list[str]:
    rows = Message.unscoped.filter(metadata__purpose=purpose).order_by("id")
    return [row.text for row in rows]


# --- abandonment and SLA -------------------------------------------------------------------------


def test_who_waits_too_long_is_given_up_and_seen(early, queue):
    with after(599):
        watch()
        assert again(early).status == TicketStatus.WAITING
    with after(601):
        watch()
    assert again(early).status == TicketStatus.ABANDONED
    agree()


def test_a_queue_may_never_give_up(queue, arrive, clinic):
    queue_save(company=clinic, actor=None, queue=queue, abandon_after=0)
    with after(0):
        ticket = arrive()
    with after(10**6):
        watch()
    assert again(ticket).status == TicketStatus.WAITING


def test_only_working_time_counts_towards_giving_up(queue, arrive, clinic):
    week = [{"weekday": day, "opens_at": time(8), "closes_at": time(12, 5)} for day in range(5)]
    calendar = calendar_save(company=clinic, actor=None, name="Manhã", hours=week)
    queue_save(company=clinic, actor=None, queue=queue, calendar=calendar)
    with after(0):
        ticket = arrive()
    # 12:00 in São Paulo: five minutes are left today, five more tomorrow morning.
    assert ticket.abandon_at == NOON + timedelta(hours=20, minutes=5)


def test_a_promise_at_risk_and_then_broken_is_told_once_each(early, queue, clinic):
    queue_save(company=clinic, actor=None, queue=queue, abandon_after=0)
    Ticket.unscoped.update(abandon_at=None)
    for seconds in (239, 241, 250, 299, 301, 400):
        with after(seconds):
            watch()
            watch()
    assert kinds(early) == ["aberto", "sla_em_risco", "sla_estourado"]
    for seconds in (2881, 3601, 9000):
        with after(seconds):
            watch()
    assert kinds(early)[3:] == ["sla_em_risco", "sla_estourado"]
    assert again(early).sla_check_at is None


def test_an_answered_ticket_is_not_warned_about_its_first_answer(early, beto):
    with after(60):
        ticket_take(ticket=early, attendant=beto)
        say(early.conversation, beto)
    with after(400):
        watch()
    assert "sla_em_risco" not in kinds(early)


def test_a_look_that_comes_late_tells_everything_it_missed(early, beto):
    with after(10):
        ticket_take(ticket=early, attendant=beto)
    with after(4000):
        watch()
    assert kinds(early)[2:] == ["sla_em_risco", "sla_estourado"] * 2


# --- people who vanish ---------------------------------------------------------------------------


def vanish(seconds: float) -> None:
    """Let everybody have been unseen since the beginning, at a moment."""
    with after(seconds):
        presence_expire()
        watch()


@pytest.fixture
def two(queue, arrive, beto) -> list[Ticket]:
    """Two tickets in beto's hands, the second answered."""
    with after(0):
        presence_beat(membership=beto)
        tickets = [ticket_take(ticket=arrive(), attendant=beto) for _ in range(2)]
        say(tickets[1].conversation, beto)
    return tickets


def test_unanswered_tickets_of_who_vanished_wait_again_and_answered_ones_are_flagged(two, beto):
    vanish(70)
    assert again(two[0]).status == TicketStatus.SERVING
    vanish(70 + 301)
    first, second = map(again, two)
    assert (first.status, first.entered_at) == (TicketStatus.WAITING, two[0].entered_at)
    assert (second.status, second.attendant) == (TicketStatus.SERVING, beto)
    assert second.flagged_at
    assert kinds(second)[-1] == "sinalizado"
    agree()
    vanish(70 + 330)
    assert kinds(second).count("sinalizado") == 1


def test_who_comes_back_in_time_keeps_everything(two, beto):
    vanish(70)
    with after(200):
        presence_beat(membership=beto)
    with after(375):
        watch()
    assert again(two[0]).status == TicketStatus.SERVING
    assert again(two[1]).flagged_at is None


def test_who_said_goodbye_has_not_vanished(two, beto):
    with after(10):
        presence_choose(membership=beto, state=Presence.State.OFFLINE)
    with after(400):
        watch()
    assert again(two[0]).status == TicketStatus.SERVING


@pytest.mark.parametrize("comes_back", [Presence.State.ONLINE, Presence.State.AWAY])
def test_coming_back_takes_the_mark_away(two, beto, comes_back, django_capture_on_commit_callbacks):
    vanish(70)
    vanish(400)
    assert again(two[1]).flagged_at
    with after(410), django_capture_on_commit_callbacks(execute=True):
        presence_choose(membership=beto, state=comes_back)
    assert again(two[1]).flagged_at is None


def test_answering_takes_the_mark_away(two, beto):
    vanish(70)
    vanish(400)
    with after(410):
        say(again(two[1]).conversation, beto)
    assert again(two[1]).flagged_at is None


# --- what patients are told ----------------------------------------------------------------------


@pytest.fixture
def telling(queue, clinic, beto, carla):
    for person in (beto, carla):
        presence_choose(membership=person, state=Presence.State.OFFLINE)
    text = "Você é o {posicao} da fila."
    return queue_save(company=clinic, actor=None, queue=queue, queue_message=text)


def test_a_position_is_told_on_coming_in_and_on_being_next(telling, arrive, beto):
    tickets = [arrive() for _ in range(3)]
    company_speak(company_id=telling.company_id)
    company_speak(company_id=telling.company_id)
    assert said("posicao") == [f"Você é o {n}º da fila." for n in (1, 2, 3)]
    ticket_take(ticket=tickets[0], attendant=beto)
    # Not at once: two in a minute say nothing more.
    company_speak(company_id=telling.company_id)
    assert said("posicao")[3:] == []
    Ticket.unscoped.update(told_position_at=timezone.now() - APART)
    company_speak(company_id=telling.company_id)
    assert said("posicao")[3:] == ["Você é o 1º da fila."]
    ticket_take(ticket=tickets[1], attendant=beto)
    company_speak(company_id=telling.company_id)
    assert said("posicao")[4:] == ["Você é o 1º da fila."]


def test_who_is_served_at_once_is_told_nothing(queue, clinic, arrive):
    queue_save(company=clinic, actor=None, queue=queue, queue_message="{posicao}")
    arrive()
    queue_drain(queue=queue)
    company_speak(company_id=clinic.pk)
    assert said("posicao") == []


def test_a_channel_that_does_not_send_stops_nothing(telling, arrive, channel):
    ticket = arrive()
    type(channel).unscoped.update(status=ChannelStatus.ERROR)
    company_speak(company_id=telling.company_id)
    assert said("posicao") == []
    assert again(ticket).told_position == 1


def test_out_of_hours_is_told_once_a_closed_period(telling, arrive, clinic, channel):
    week = [{"weekday": day, "opens_at": time(8), "closes_at": time(12)} for day in range(5)]
    calendar = calendar_save(company=clinic, actor=None, name="Manhã", hours=week)
    queue_save(
        company=clinic,
        actor=None,
        queue=telling,
        calendar=calendar,
        abandon_after=0,
        out_of_hours_message="Abrimos às 8h.",
    )
    with after(3600):
        arrive()
    for hours in (1, 2, 3, 18):
        with after(hours * 3600 + 60):
            company_speak(company_id=clinic.pk)
    assert said("fora_do_horario") == ["Abrimos às 8h."]
    with after(22 * 3600):
        company_speak(company_id=clinic.pk)
    # The window for free text is 24 hours: still open the next afternoon.
    with after(24 * 3600 + 1800):
        company_speak(company_id=clinic.pk)
    assert said("fora_do_horario") == ["Abrimos às 8h."] * 2


def test_waiting_since_is_not_touched_by_what_the_system_says(telling, arrive):
    ticket = arrive()
    before = ticket.conversation.waiting_since
    company_speak(company_id=telling.company_id)
    row = again(ticket.conversation)
    assert (row.waiting_since, row.unread_count) == (before, 1)
    assert timezone.now() > before


# --- what was put aside ---------------------------------------------------------------------------


def test_what_was_put_aside_comes_back_before_its_promise_breaks(early, queue, beto):
    with after(10):
        ticket_take(ticket=early, attendant=beto)
        conversation_snooze(
            conversation=early.conversation, actor=beto, until=NOON + timedelta(hours=3)
        )
    with after(200):
        watch()
        assert again(early.conversation).is_snoozed
    with after(250):
        watch()
    assert not again(early.conversation).is_snoozed
    assert again(early).first_response_due_at == NOON + timedelta(seconds=300)


def test_who_waits_for_a_late_first_answer_is_not_put_aside(early, queue, beto):
    with after(10):
        ticket_take(ticket=early, attendant=beto)
    with after(301):
        with pytest.raises(AnswerOverdue):
            conversation_snooze(conversation=early.conversation, actor=beto, until=None)
        say(early.conversation, beto)
        conversation_snooze(conversation=early.conversation, actor=beto, until=None)
    assert again(early.conversation).is_snoozed
