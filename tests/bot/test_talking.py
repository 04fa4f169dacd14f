"""A patient writes, the bot answers, offers or hands over."""

from __future__ import annotations

import pytest

from bot import tasks, wording
from bot.models import Assistant, BotSession, BotTurn
from omnichannel.choices import Stage
from omnichannel.models import Message
from queues.models import Ticket
from tests.bot.conftest import Say, talk


def test_a_question_is_answered_with_the_clinics_own_words(assistant: Assistant, say: Say) -> None:
    (said,) = say("qual o endereço de vocês?")
    assert said.text.startswith("Na Rua das Flores, 120, Centro.")
    assert wording.disclosure("Clínica Bem-Estar") in said.text
    assert (talk().stage, Ticket.unscoped.count()) == (Stage.BOT, 0)
    assert str(BotTurn.unscoped.get().pk) == said.client_id
    # The second answer does not introduce itself again.
    (again,) = say("aceita unimed?")
    assert again.text == f"Aceitamos Unimed e Amil.\n\n{wording.NOT_THAT}"


def test_a_greeting_is_greeted(assistant: Assistant, say: Say) -> None:
    (said,) = say("oi, bom dia")
    assert said.text.startswith(assistant.greeting)


def test_who_wants_a_person_gets_one_at_once(assistant: Assistant, say: Say) -> None:
    (said,) = say("quero falar com um atendente")
    assert said.text.startswith(f"Entendi. {wording.PASSED}")
    ticket = Ticket.unscoped.get()
    assert (talk().stage, ticket.conversation_id) == (Stage.QUEUE, talk().pk)
    session = BotSession.unscoped.get()
    assert (session.state, session.reason) == ("passada", "pedido")
    note = Message.unscoped.get(is_internal=True, kind="texto")
    assert "pediu uma pessoa" in note.text
    assert say("oi?") == []


def test_an_emergency_is_urgent(assistant: Assistant, say: Say) -> None:
    (said,) = say("socorro, dor no peito e falta de ar")
    assert "192" in said.text
    assert Ticket.unscoped.get().priority == 10


def test_a_burst_is_one_turn(assistant: Assistant, say: Say) -> None:
    said = say("oi", "tudo bem?", "qual o", "endereço?")
    assert len(said) == 1
    assert BotTurn.unscoped.count() == 1


def test_many_bells_for_new_phrases_are_answered_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def embed() -> int:
        # While one reads, the bells of an import go on ringing.
        tasks.phrases_embed()
        read.append(1)
        return 0

    monkeypatch.setattr("bot.services.recalling.phrases_embed", embed)
    tasks.phrases_embed()
    assert read == [1]
