"""Messages for later: once, to the same person, asked again when their moment comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from accounts.models import Membership
from common.errors import Forbidden
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation, Message, ScheduledMessage
from omnichannel.models.scheduled import ScheduledState
from omnichannel.services import scheduling
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.outbound import message_send
from omnichannel.services.scheduling import (
    NotWaiting,
    ScheduleRefused,
    message_schedule,
    scheduled_cancel,
    scheduled_due,
    scheduled_send,
    scheduled_sweep,
)
from tests import make

HOUR = timedelta(hours=1)


@pytest.fixture
def talk(conversation: Conversation, beto: Membership) -> Conversation:
    """A conversation that beto holds."""
    conversation_take(conversation=conversation, attendant=beto)
    conversation.refresh_from_db()
    return conversation


def schedule(talk: Conversation, author: Membership, **values: Any) -> ScheduledMessage:
    given = {"text": "Bom dia!", "send_at": timezone.now() + HOUR, "client_id": "a"}
    return message_schedule(conversation=talk, author=author, **{**given, **values})


def sent(talk: Conversation) -> list[str]:
    rows = Message.unscoped.outbound().filter(conversation=talk).exclude(kind="sistema")
    return list(rows.order_by("seq").values_list("text", flat=True))


def when_due(act: Callable[[], Any]) -> Any:
    with time_machine.travel(timezone.now() + HOUR + timedelta(seconds=1)):
        return act()


@pytest.mark.django_db
def test_it_leaves_at_its_moment_and_once(talk: Conversation, beto: Membership):
    row = schedule(talk, beto)
    assert schedule(talk, beto, text="Outra").pk == row.pk
    assert scheduled_sweep() == 0 and not scheduled_due().exists()
    assert when_due(scheduled_sweep) == 1
    assert when_due(scheduled_sweep) == 0
    row.refresh_from_db()
    assert (row.state, sent(talk)) == (ScheduledState.SENT, ["Bom dia!"])
    message = Message.unscoped.get(pk=row.message_id)
    # Where its conversation's person is written to, and nowhere else.
    assert message.author_id == beto.pk
    assert message.address == talk.address


@pytest.mark.django_db
def test_one_that_was_cancelled_does_not_leave(
    talk: Conversation, ana: Membership, beto: Membership, carla: Membership
):
    row = schedule(talk, beto)
    with pytest.raises(Forbidden):
        scheduled_cancel(scheduled=row, actor=carla)
    scheduled_cancel(scheduled=row, actor=ana)
    with pytest.raises(NotWaiting):
        scheduled_cancel(scheduled=row, actor=beto)
    assert when_due(scheduled_sweep) == 0
    assert sent(talk) == []


def patient_writes(talk: Conversation, **_: Any) -> None:
    make.inbound(talk.channel, text="Mudei de ideia")


def colleague_answers(talk: Conversation, ana: Membership, **_: Any) -> None:
    message_send(conversation=talk, author=ana, text="Já resolvi")


def ended(talk: Conversation, ana: Membership, **_: Any) -> None:
    conversation_close(conversation=talk, actor=ana)


def taken_over(talk: Conversation, ana: Membership, **_: Any) -> None:
    conversation_take(conversation=talk, attendant=ana)


def gone(beto: Membership, **_: Any) -> None:
    Membership.unscoped.filter(pk=beto.pk).update(is_active=False)


def channel_breaks(talk: Conversation, **_: Any) -> None:
    Channel.unscoped.filter(pk=talk.channel_id).update(status=ChannelStatus.ERROR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (patient_writes, "paciente_respondeu"),
        (colleague_answers, "colega_respondeu"),
        (ended, "conversa_encerrada"),
        (taken_over, "conversa_de_outro"),
        (gone, "autor_inativo"),
        (channel_breaks, "canal_com_erro"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_may_not_fit_any_more_is_held_and_told(
    talk: Conversation,
    ana: Membership,
    beto: Membership,
    happens: Callable[..., None],
    code: str,
):
    row = schedule(talk, beto)
    happens(talk=talk, ana=ana, beto=beto)
    before = sent(talk)
    assert when_due(scheduled_sweep) == 1
    row.refresh_from_db()
    assert (row.state, row.held_code, row.message_id) == (ScheduledState.HELD, code, None)
    assert row.held_words
    assert sent(talk) == before
    line = Message.unscoped.filter(conversation=talk, kind="sistema").order_by("-seq").first()
    assert line is not None and line.metadata["event"] == "agendada_retida"
    # It is looked at by a person, and not tried again by itself.
    assert when_due(scheduled_sweep) == 0
    scheduled_cancel(scheduled=row, actor=ana)


@pytest.mark.django_db
def test_what_cannot_leave_then_is_said_at_once(
    talk: Conversation, beto: Membership, carla: Membership
):
    now = timezone.now()
    wrong: list[dict[str, datetime | str]] = [
        {"text": " \n"},
        {"send_at": now - HOUR},
        {"send_at": now + timedelta(days=400)},
        # Its window is closed by then.
        {"send_at": now + timedelta(hours=25)},
    ]
    for values in wrong:
        with pytest.raises(ScheduleRefused):
            schedule(talk, beto, **values)
    with pytest.raises(Forbidden):
        schedule(talk, carla)
    with pytest.raises(Exception, match=r"(?i)caracteres"):
        schedule(talk, beto, text="x" * 5000)
    assert not ScheduledMessage.unscoped.exists()


@pytest.mark.django_db
def test_one_that_breaks_lets_the_others_go_on(
    talk: Conversation, beto: Membership, monkeypatch: pytest.MonkeyPatch
):
    broken, fine = schedule(talk, beto), schedule(talk, beto, client_id="b", text="Segunda")
    real = scheduling._sent

    def breaks(row: ScheduledMessage) -> Message:
        if row.pk == broken.pk:
            raise RuntimeError
        return real(row)

    monkeypatch.setattr(scheduling, "_sent", breaks)
    assert when_due(scheduled_sweep) == 1
    assert sent(talk) == ["Segunda"]
    states = dict(ScheduledMessage.unscoped.values_list("pk", "state"))
    assert states == {broken.pk: ScheduledState.WAITING, fine.pk: ScheduledState.SENT}


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_and_a_change_of_mind_one_wins(
    talk: Conversation, beto: Membership, rounds: int
):
    for number in range(rounds):
        row = schedule(talk, beto, client_id=str(number), text=f"Nº {number}")
        ScheduledMessage.unscoped.filter(pk=row.pk).update(send_at=timezone.now())
        barrier, outcomes = Barrier(3), []

        def send(
            row: ScheduledMessage = row,
            barrier: Barrier = barrier,
            outcomes: list[str] = outcomes,
        ) -> None:
            barrier.wait()
            try:
                if scheduled_send(row.pk):
                    outcomes.append("sent")
            finally:
                connections.close_all()

        def cancel(
            row: ScheduledMessage = row,
            barrier: Barrier = barrier,
            outcomes: list[str] = outcomes,
        ) -> None:
            barrier.wait()
            try:
                scheduled_cancel(scheduled=row, actor=beto)
                outcomes.append("cancelled")
            except NotWaiting:
                pass
            finally:
                connections.close_all()

        threads = [Thread(target=act) for act in (send, send, cancel)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        row.refresh_from_db()
        assert len(outcomes) == 1, outcomes
        assert sent(talk).count(f"Nº {number}") == (outcomes == ["sent"])
        assert row.state == {"sent": "enviada", "cancelled": "cancelada"}[outcomes[0]]
