"""People act while the bot thinks: it says nothing afterwards. Workers die: one answer each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from bot.models import Assistant, BotSession, BotTurn
from bot.services import turns
from common.scoping import company_scope
from omnichannel.choices import Author
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.handover import conversation_transfer_to_human
from omnichannel.services.outbound import message_send
from tests import make
from tests.bot.conftest import answer_all

pytestmark = pytest.mark.django_db(transaction=True)
Acts = dict[str, Callable[[Conversation], Any]]


@pytest.fixture(params=[12, pytest.param(250, marks=pytest.mark.slow)])
def many(request: pytest.FixtureRequest) -> int:
    """Tell how many rounds of each of the four acts are run."""
    count: int = request.param
    return count


def acts(beto: Membership, channel: Channel) -> Acts:
    """Give what people do while the bot thinks."""
    return {
        "take": lambda talk: conversation_take(conversation=talk, attendant=beto),
        "transfer": lambda talk: conversation_transfer_to_human(conversation=talk, actor=beto),
        "close": lambda talk: conversation_close(conversation=talk, actor=beto),
        "answer": lambda talk: message_send(conversation=talk, author=beto, text="Bom dia!"),
        "echo": lambda talk: make.inbound(
            channel, text="Já respondo", is_echo=True, person=make.person(talk.contact.phone[1:])
        ),
    }


def waiting(channel: Channel) -> BotSession:
    """Let somebody new ask, and their pause be over."""
    person = make.person(f"55419{make.next_number():08}", "Paciente")
    row = make.inbound(channel, text="qual o endereço?", person=person)
    session = BotSession.unscoped.get(conversation=row.conversation)
    BotSession.unscoped.filter(pk=session.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    return session


@pytest.mark.parametrize("name", ["take", "transfer", "close", "echo"])
def test_nothing_is_said_after_people_acted(
    assistant: Assistant,
    beto: Membership,
    channel: Channel,
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    name: str,
) -> None:
    act = acts(beto, channel)[name]
    thought, acted = threading.Event(), threading.Event()
    think = turns.turn_think

    def slow(turn: BotTurn) -> Any:
        reply = think(turn)
        thought.set()
        # As long as a provider takes: until the person has acted.
        assert acted.wait(20)
        return reply

    monkeypatch.setattr(turns, "turn_think", slow)
    for _round in range(many):
        session = waiting(channel)
        thought.clear()
        acted.clear()

        def work(pk: Any = session.pk, company: Any = session.company_id) -> None:
            with company_scope(company):
                turns.turn_take(pk)
            connection.close()

        worker = threading.Thread(target=work)
        worker.start()
        assert thought.wait(20)
        with company_scope(session.company_id):
            talk = Conversation.unscoped.select_related("channel", "contact").get(
                pk=session.conversation_id
            )
            act(talk)
        acted.set()
        worker.join(20)
        with company_scope(session.company_id):
            # So that there is room for the next.
            conversation_close(conversation=talk, actor=None)
    assert BotTurn.unscoped.filter(state="descartado").count() == many
    assert Message.unscoped.filter(author_kind=Author.BOT).count() == 0
    assert not BotSession.unscoped.open().exists()


@pytest.mark.parametrize("where", ["claimed", "thought", "committed"])
def test_a_killed_worker_leaves_one_answer(
    assistant: Assistant, channel: Channel, monkeypatch: pytest.MonkeyPatch, many: int, where: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*args: Any, **kwargs: Any) -> Any:
        raise Killed

    kill = {"claimed": "turn_think", "thought": "turn_commit", "committed": "_end"}[where]
    real = getattr(turns, kill)
    for _round in range(min(many, 34)):
        session = waiting(channel)
        monkeypatch.setattr(turns, kill, die)
        with company_scope(session.company_id), pytest.raises(Killed):
            turns.turn_take(session.pk)
        monkeypatch.setattr(turns, kill, real)
        BotTurn.unscoped.filter(session=session).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
        (lost,) = turns.turns_lost()
        with company_scope(session.company_id):
            assert turns.turn_retake(lost.pk)
            assert not turns.turn_retake(lost.pk)
        said = Message.unscoped.filter(
            conversation_id=session.conversation_id, author_kind=Author.BOT
        )
        assert [row.client_id for row in said] == [str(lost.pk)]


def test_who_is_killed_twice_leaves_it_to_people(assistant: Assistant, channel: Channel) -> None:
    session = waiting(channel)
    turn = turns.turn_claim(session.pk)
    assert turn is not None
    BotTurn.unscoped.filter(pk=turn.pk).update(
        attempts=2, lease_until=timezone.now() - timedelta(seconds=1)
    )
    with company_scope(session.company_id):
        turns.turn_retake(turn.pk)
    row = BotSession.unscoped.get()
    assert (row.state, row.reason) == ("passada", "falha_do_provedor")


def test_a_turn_is_claimed_once_however_many_ask(assistant: Assistant, channel: Channel) -> None:
    from tests.race import errors, together

    session = waiting(channel)
    claimed = together(*[lambda: turns.turn_claim(session.pk)] * 6)
    assert errors(claimed) == []
    assert sum(one is not None for one in claimed) == 1


def test_the_patient_who_writes_on_is_answered_once(
    assistant: Assistant, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = waiting(channel)
    person = make.person(session.conversation.contact.phone[1:], "Paciente")
    think, count = turns.turn_think, [0]

    def slow(turn: BotTurn) -> Any:
        reply = think(turn)
        count[0] += 1
        if count[0] == 1:
            make.inbound(channel, text="e aceita unimed?", person=person)
        return reply

    monkeypatch.setattr(turns, "turn_think", slow)
    with company_scope(session.company_id):
        turns.turn_take(session.pk)
    answer_all()
    assert [row.state for row in BotTurn.unscoped.order_by("created_at")] == ["superado", "feito"]
    assert Message.unscoped.filter(author_kind=Author.BOT).count() == 1
