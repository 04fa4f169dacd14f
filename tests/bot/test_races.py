"""People act while the bot thinks: it says nothing afterwards. Workers die: one answer each."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Company, Membership
from bot.models import AiPolicy, AiProvider, Assistant, BotSession, BotTurn, KnowledgeEntry
from bot.services import asking, turns
from bot.vendors.base import ActKind, AnswerRequest, AnswerResult, BotAct
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


@pytest.fixture(params=[6, pytest.param(250, marks=pytest.mark.chaos)])
def rounds(request: pytest.FixtureRequest) -> int:
    """Tell how often each act is done; BOT_ROUNDS sets another number. Four acts make a thousand
    rounds of 250.
    """
    return int(os.environ.get("BOT_ROUNDS", request.param))


@pytest.fixture(params=[2, pytest.param(34, marks=pytest.mark.chaos)])
def bursts(request: pytest.FixtureRequest) -> int:
    """Tell how many bursts lose their worker at each of three places."""
    return int(os.environ.get("BOT_BURSTS", request.param))


class SlowModel:
    """A language model that answers when somebody lets it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def answer(self, request: AnswerRequest, *, budget_seconds: float) -> AnswerResult:
        """Answer as well as can be, once people have acted."""
        self.asked.set()
        assert self.may_answer.wait(20)
        act = BotAct(ActKind.ANSWER, text="Aceitamos Unimed.", sources=(self.source,))
        return AnswerResult(acts=(act,))


@pytest.fixture
def model(
    clinic: Company, entries: dict[str, KnowledgeEntry], monkeypatch: pytest.MonkeyPatch
) -> SlowModel:
    """Let a slow model answer for the clinic."""
    provider = AiProvider.unscoped.create(company=clinic, name="Modelo", kind="openai")
    AiPolicy.unscoped.update_or_create(company=clinic, defaults={"writer": provider})
    slow = SlowModel(str(entries["Convênios"].pk))
    monkeypatch.setattr(asking, "vendor_of", lambda provider: slow)
    return slow


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


def waiting(channel: Channel, *texts: str) -> BotSession:
    """Let somebody new ask, and their pause be over."""
    person = make.person(f"55419{make.next_number():08}", "Paciente")
    for text in texts or ("qual o endereço?",):
        row = make.inbound(channel, text=text, person=person)
    session = BotSession.unscoped.get(conversation=row.conversation)
    BotSession.unscoped.filter(pk=session.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    return session


def taken_aside(session: BotSession) -> threading.Thread:
    """Take the turn of a session in a worker of its own."""

    def work() -> None:
        with company_scope(session.company_id):
            turns.turn_take(session.pk)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    return worker


def said_in(session: BotSession) -> list[Message]:
    rows = Message.unscoped.filter(conversation_id=session.conversation_id)
    return list(rows.filter(author_kind=Author.BOT, is_internal=False))


@pytest.mark.parametrize("name", ["take", "transfer", "close", "echo"])
def test_nothing_is_said_after_people_acted_while_a_model_was_asked(
    assistant: Assistant,
    beto: Membership,
    channel: Channel,
    model: SlowModel,
    rounds: int,
    name: str,
) -> None:
    act = acts(beto, channel)[name]
    for _round in range(rounds):
        session = waiting(channel, "quanto fica tudo com o plano?")
        model.asked.clear()
        model.may_answer.clear()
        worker = taken_aside(session)
        assert model.asked.wait(20)
        with company_scope(session.company_id):
            talk = Conversation.unscoped.select_related("channel", "contact").get(
                pk=session.conversation_id
            )
            act(talk)
        model.may_answer.set()
        worker.join(20)
        assert said_in(session) == []
        with company_scope(session.company_id):
            # So that there is room for the next.
            conversation_close(conversation=talk, actor=None)
    assert BotTurn.unscoped.filter(state="descartado").count() == rounds
    assert not BotSession.unscoped.open().exists()


def test_the_same_turn_speaks_where_nobody_acted(
    assistant: Assistant, channel: Channel, model: SlowModel
) -> None:
    session = waiting(channel, "quanto fica tudo com o plano?")
    model.may_answer.set()
    taken_aside(session).join(20)
    (said,) = said_in(session)
    assert said.text.startswith("Aceitamos Unimed.")


# Where a worker dies: what it would have done next.
PLACES = {"claimed": "turn_think", "thought": "turn_commit", "committed": "_end"}


def killed_at(place: str, session: BotSession) -> None:
    """Take a turn in a process of its own that is killed at a place; the database hears of it as of
    any process that is gone.
    """
    child = os.fork()
    if child == 0:
        # The parent's connections stay the parent's: closing one here would end it there.
        here: Any = connections["default"]
        parents = here.connection, dict(here._connection_pools)
        here.connection = None
        here._connection_pools.clear()
        setattr(turns, PLACES[place], lambda *args, **given: os.kill(os.getpid(), signal.SIGKILL))
        with company_scope(session.company_id):
            turns.turn_take(session.pk)
        os._exit(len(parents))
    _child, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_worker_leaves_one_answer_to_a_burst(
    assistant: Assistant, channel: Channel, bursts: int, place: str
) -> None:
    for _round in range(bursts):
        session = waiting(channel, "oi", "bom dia", "qual o endereço?")
        killed_at(place, session)
        rows = BotTurn.unscoped.filter(session=session, state="correndo")
        rows.update(lease_until=timezone.now() - timedelta(seconds=1))
        (lost,) = turns.turns_lost()
        with company_scope(session.company_id):
            assert turns.turn_retake(lost.pk)
            assert not turns.turn_retake(lost.pk)
            assert turns.turn_take(session.pk) is None
        (said,) = said_in(session)
        assert said.client_id == str(lost.pk)
        assert said.text.startswith("Na Rua das Flores")


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
