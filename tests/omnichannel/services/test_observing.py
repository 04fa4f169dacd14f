"""What packages above hear of, inside the transaction; reopening by rule; automatic courtesies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from common.scoping import company_scope
from omnichannel.choices import Author, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services import observing as holding
from omnichannel.services.assigning import (
    conversation_assign,
    conversation_return,
    conversations_assign,
)
from omnichannel.services.conversations import (
    conversation_close,
    conversation_release,
    conversation_reopen,
    conversation_take,
)
from omnichannel.services.gate import Refused
from omnichannel.services.handover import conversation_transfer_to_human
from omnichannel.services.inbound import messages_store
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind, MessageStatus
from tests import make


class Ear(holding.Observer):
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.moves: list[tuple[str, str]] = []
        self.answers: list[Message] = []
        self.arrivals: list[holding.Arrival] = []

    def moved(self, move):
        self.moves.append((move.stage_before, move.conversation.stage))

    def answered(self, conversation, message):
        self.answers.append(message)

    def arrived(self, arrivals):
        self.arrivals += arrivals


@pytest.fixture
def ear(monkeypatch):
    ear = Ear()
    monkeypatch.setattr(holding, "observers", [ear])
    monkeypatch.setattr("omnichannel.services.inbound.observers", [ear])
    return ear


def fresh(talk) -> Conversation:
    return Conversation.unscoped.get(pk=talk.pk)


def put(talk, stage, attendant=None) -> Conversation:
    Conversation.unscoped.filter(pk=talk.pk).update(stage=stage, attendant=attendant)
    return fresh(talk)


def say(talk, author, text="Oi", **values) -> Message:
    with company_scope(talk.company_id):
        return message_send(conversation=talk, author=author, text=text, **values)


QUEUE, HUMAN, CLOSED, BOT = Stage.QUEUE, Stage.HUMAN, Stage.CLOSED, Stage.BOT
MOVES = {
    "take": (QUEUE, lambda talk, who: conversation_take(conversation=talk, attendant=who), HUMAN),
    "assign": (
        QUEUE,
        lambda talk, who: conversation_assign(conversation=talk, attendant=who),
        HUMAN,
    ),
    "release": (HUMAN, lambda talk, who: conversation_release(conversation=talk, actor=who), QUEUE),
    "return": (HUMAN, lambda talk, who: conversation_return(conversation=talk), QUEUE),
    "close": (HUMAN, lambda talk, who: conversation_close(conversation=talk, actor=who), CLOSED),
    "reopen": (CLOSED, lambda talk, who: conversation_reopen(conversation=talk, actor=who), HUMAN),
    "bot": (
        BOT,
        lambda talk, who: conversation_transfer_to_human(conversation=talk, actor=who),
        QUEUE,
    ),
    "answer": (QUEUE, lambda talk, who: say(talk, who), HUMAN),
    "echo": (BOT, lambda talk, who: make.inbound(talk.channel, is_echo=True), QUEUE),
}


@pytest.mark.parametrize("name", MOVES)
def test_every_move_is_told_once(conversation, beto, ear, bells, name):
    before, act, after = MOVES[name]
    talk = put(conversation, before, beto if before == HUMAN else None)
    act(talk, beto)
    assert ear.moves == [(before, after)]
    assert fresh(talk).stage == after


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.django_db(transaction=True)
def test_an_observer_that_raises_undoes_the_move(conversation, beto, monkeypatch, bells, name):
    class Angry(holding.Observer):
        def moved(self, move):
            raise RuntimeError

    angry = [Angry()]
    before, act, _after = MOVES[name]
    talk = put(conversation, before, beto if before == HUMAN else None)
    monkeypatch.setattr(holding, "observers", angry)
    monkeypatch.setattr("omnichannel.services.inbound.observers", angry)
    with pytest.raises(RuntimeError):
        act(talk, beto)
    assert fresh(talk).stage == before
    assert fresh(talk).message_seq == talk.message_seq


def test_a_repeated_act_is_no_move(conversation, beto, ear):
    conversation_take(conversation=conversation, attendant=beto)
    conversation_take(conversation=conversation, attendant=beto)
    conversation_assign(conversation=fresh(conversation), attendant=beto)
    assert ear.moves == [(QUEUE, HUMAN)]


def test_answers_of_people_are_told_and_courtesies_are_not(conversation, beto, ear, bells):
    said = say(conversation, beto)
    say(fresh(conversation), None, author_kind=Author.SYSTEM, purpose="posicao")
    echo = make.inbound(conversation.channel, is_echo=True)
    assert ear.answers == [said, echo]


def test_a_batch_of_arrivals_is_told_once(channel, ear):
    ana, rui = make.person("5541990000001", "Ana"), make.person("5541990000002", "Rui")
    facts = [make.fact(channel, person=who) for who in (ana, ana, rui)]
    with company_scope(channel.company_id):
        messages_store(channel=channel, messages=facts)
    assert sorted(len(arrival.messages) for arrival in ear.arrivals) == [1, 2]
    assert not any(arrival.is_reopened or arrival.is_courtesy for arrival in ear.arrivals)


# --- a person waits on while the system speaks ---------------------------------------------------


def test_a_courtesy_answers_nobody(conversation, bells):
    say(conversation, None, author_kind=Author.SYSTEM, purpose="posicao")
    talk = fresh(conversation)
    assert talk.unread_count == 1
    assert talk.waiting_since
    assert talk.stage == QUEUE
    assert talk.last_message_text == conversation.last_message_text


def test_only_a_farewell_passes_the_gate_of_a_closed_conversation(conversation, bells):
    talk = conversation_close(conversation=conversation, actor=None)
    with pytest.raises(Refused):
        say(talk, None, author_kind=Author.SYSTEM, purpose="posicao")
    sent = say(talk, None, author_kind=Author.SYSTEM, purpose="despedida")
    assert sent.status == MessageStatus.PENDING


# --- reopening by rule ---------------------------------------------------------------------------


def close(talk, seconds: int) -> Conversation:
    until = timezone.now() + timedelta(seconds=seconds)
    return conversation_close(conversation=talk, actor=None, reopen_until=until)


def test_who_writes_soon_after_the_end_goes_on_in_the_same_conversation(conversation, beto, ear):
    conversation_take(conversation=conversation, attendant=beto)
    close(fresh(conversation), 60)
    message = make.inbound(conversation.channel, text="Esqueci de uma coisa")
    talk = fresh(conversation)
    assert message.conversation_id == talk.pk
    assert (talk.stage, talk.attendant_id, talk.closed_at, talk.reopen_until) == (
        QUEUE,
        None,
        None,
        None,
    )
    (arrival,) = [arrival for arrival in ear.arrivals if arrival.is_reopened]
    assert arrival.conversation.pk == talk.pk
    rows = Message.unscoped.filter(conversation=talk).order_by("seq")
    assert [row.seq for row in rows] == list(range(1, talk.message_seq + 1))
    assert [row.metadata.get("event") for row in rows][-2:] == ["reaberta", None]


@pytest.mark.parametrize("seconds", [-1, None])
def test_later_or_without_a_rule_another_conversation_begins(conversation, seconds):
    if seconds is None:
        conversation_close(conversation=conversation, actor=None)
    else:
        close(conversation, seconds)
    message = make.inbound(conversation.channel)
    assert message.conversation_id != conversation.pk
    assert fresh(conversation).stage == CLOSED


def test_an_open_conversation_wins_over_one_that_may_be_reopened(conversation, bells):
    close(conversation, -1)
    second = make.inbound(conversation.channel).conversation
    Conversation.unscoped.filter(pk=conversation.pk).update(
        reopen_until=timezone.now() + timedelta(hours=1)
    )
    assert make.inbound(conversation.channel).conversation_id == second.pk


# --- answers to a rating -------------------------------------------------------------------------


def rated(talk, purpose="avaliacao") -> Message:
    asked = say(talk, None, author_kind=Author.SYSTEM, purpose=purpose)
    Message.unscoped.filter(pk=asked.pk).update(external_id=f"wamid.{purpose}")
    return asked


def tap(talk, **values) -> Message:
    chosen = {"interactive": {"type": "list_reply", "id": "avaliacao:x:5", "title": "5"}}
    given = {"kind": MessageKind.INTERACTIVE, "metadata": chosen, "reply_to": "wamid.avaliacao"}
    return make.inbound(talk.channel, text="5", **{**given, **values})


def test_a_rating_is_kept_where_it_belongs_and_opens_nothing(conversation, ear, bells):
    rated(conversation)
    close(fresh(conversation), 60)
    message = tap(conversation)
    talk = fresh(conversation)
    assert message.conversation_id == talk.pk
    assert (talk.stage, talk.unread_count, talk.waiting_since) == (CLOSED, 0, None)
    assert [arrival.is_courtesy for arrival in ear.arrivals] == [True]
    assert Conversation.unscoped.count() == 1


def test_an_ordinary_message_after_a_rating_is_not_swallowed(conversation, ear, bells):
    rated(conversation)
    conversation_close(conversation=fresh(conversation), actor=None)
    tap(conversation)
    again = make.inbound(conversation.channel, text="Quero remarcar")
    assert again.conversation_id != conversation.pk
    assert again.conversation.unread_count == 1


def test_words_that_quote_the_question_are_an_ordinary_message(conversation, bells):
    rated(conversation)
    conversation_close(conversation=fresh(conversation), actor=None)
    said = make.inbound(conversation.channel, text="Não", reply_to="wamid.avaliacao")
    assert said.conversation_id != conversation.pk


def test_words_that_quote_the_thanks_are_a_comment(conversation, ear, bells):
    rated(conversation, "avaliacao_obrigado")
    conversation_close(conversation=fresh(conversation), actor=None)
    said = make.inbound(conversation.channel, text="Ótimas!", reply_to="wamid.avaliacao_obrigado")
    assert said.conversation_id == conversation.pk
    assert fresh(conversation).stage == CLOSED


# --- many at once --------------------------------------------------------------------------------


def test_many_are_given_in_one_statement(channel, beto, carla, django_assert_num_queries):
    talks = [
        make.inbound(channel, person=make.person(f"55419900000{n:02}")).conversation
        for n in range(6)
    ]
    put(talks[5], CLOSED)
    pairs = [(talk.pk, (beto, carla)[n % 2].pk) for n, talk in enumerate(talks)]
    with django_assert_num_queries(0):  # prepared statements are not counted: no queryset runs
        moved = conversations_assign(company_id=channel.company_id, pairs=pairs)
    assert set(moved) == {talk.pk for talk in talks[:5]}
    for n, talk in enumerate(talks[:5]):
        row = fresh(talk)
        assert (row.stage, row.attendant_id) == (HUMAN, (beto, carla)[n % 2].pk)
        assert moved[talk.pk] == row.revision == talk.revision + 1
        line = Message.unscoped.get(conversation=talk, seq=row.message_seq)
        assert line.metadata == {"event": "atribuida", "actor": "", "to": str((beto, carla)[n % 2])}
        assert line.is_internal
    assert fresh(talks[5]).stage == CLOSED


def test_nothing_of_another_company_is_given(conversation, rival, rui):
    pairs = [(conversation.pk, rui.pk)]
    assert conversations_assign(company_id=rival.pk, pairs=pairs) == {}
    assert fresh(conversation).stage == QUEUE
