"""What users of such software complain about, as far as no other test keeps it: docs/cases.md has
the whole table.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from bot.choices import HandoverReason, SessionState, TurnAct
from bot.decide import HeardWords, TalkState, before_knowledge
from bot.models import Assistant, BotSession, BotTurn, KnowledgeEntry, Phrase
from bot.services import recalling
from bot.services.assistants import assistant_save
from bot.services.knowledge import entry_save
from bot.services.turns import quiet_close, sessions_due, turn_claim, turn_finish
from common.scoping import company_scope
from omnichannel.choices import Author, Stage
from omnichannel.models import Channel, Message
from omnichannel.services.conversations import conversation_close
from omnichannel.services.starting import conversation_start
from providers.choices import MessageKind
from providers.content import ReactionTo
from queues.models import Ticket
from tests import make
from tests.bot.conftest import Say, answer_all, publish, talk


def test_a_handover_tells_what_to_expect_and_opens_a_ticket_at_once(
    assistant: Assistant, say: Say, bells: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        (said,) = say("quero falar com uma pessoa")
    assert said.text.strip()
    assert Ticket.unscoped.get().status == Ticket.Status.WAITING
    # Whoever is there is looked for as soon as it is committed.
    assert "queues.tasks.drain" in {name for name, _given in bells}


def test_after_the_end_nothing_of_the_old_talk_hands_over_again(
    assistant: Assistant, channel: Channel, say: Say, beto: Membership
) -> None:
    assistant_save(company=Company.objects.get(), actor=None, assistant=assistant, takes_again=True)
    say("quero falar com uma pessoa")
    with company_scope(channel.company_id):
        conversation_close(conversation=talk(), actor=beto)
    (said,) = say("qual o endereço?")
    assert said.text.startswith("Na Rua das Flores")
    newest = BotSession.unscoped.order_by("-created_at").first()
    assert newest is not None and (newest.reason, newest.misses) == ("", 0)


def test_old_messages_reactions_and_echoes_begin_no_turn(
    assistant: Assistant, channel: Channel
) -> None:
    make.inbound(channel, text="qual o endereço?")
    answer_all()
    turns = BotTurn.unscoped.count()
    said = Message.unscoped.get(author_kind=Author.BOT)
    Message.unscoped.filter(pk=said.pk).update(external_id="wamid.1")
    liked = ReactionTo("wamid.1", "👍")
    make.inbounds(channel, make.fact(channel, text="", kind=MessageKind.REACTION, content=liked))
    make.inbound(channel, text="Já respondo", is_echo=True)
    assert not sessions_due().exists()
    answer_all()
    assert BotTurn.unscoped.count() == turns


def test_nothing_is_closed_after_hours_of_silence_unless_that_was_agreed(
    assistant: Assistant, say: Say
) -> None:
    say("qual o endereço?")
    assert quiet_close(timezone.now() + timedelta(days=30)) == 0
    Assistant.unscoped.update(close_after_hours=24)
    assert quiet_close(timezone.now() + timedelta(hours=23)) == 0
    assert quiet_close(timezone.now() + timedelta(hours=25)) == 1
    assert talk().stage == Stage.CLOSED


def test_the_month_that_is_over_brings_a_person_and_no_word_of_money(
    assistant: Assistant, say: Say
) -> None:
    Assistant.unscoped.update(monthly_turns=1)
    say("qual o endereço?")
    (said,) = say("quanto custa a consulta?")
    assert talk().stage == Stage.QUEUE
    assert "orçamento" not in said.text.lower() and "limite" not in said.text.lower()


def test_a_conversation_that_staff_began_is_theirs(
    assistant: Assistant, channel: Channel, beto: Membership
) -> None:
    with company_scope(channel.company_id):
        begun = conversation_start(channel=channel, address="41 98811-2233")
    assert begun.stage != Stage.BOT
    row = make.inbound(channel, text="qual o endereço?", person=make.person("5541988112233"))
    assert row.conversation.stage != Stage.BOT
    assert not BotSession.unscoped.exists()


@pytest.mark.parametrize("kind", [MessageKind.IMAGE, MessageKind.DOCUMENT, MessageKind.LOCATION])
def test_no_kind_of_message_is_ignored(kind: MessageKind) -> None:
    heard = HeardWords((), (), 0, 1, 0)
    decision = before_knowledge(heard, TalkState())
    assert decision is not None and decision.act == TurnAct.HAND_OVER
    assert decision.reason == HandoverReason.MEDIA


def test_no_is_no_question_and_the_second_miss_brings_a_person(
    assistant: Assistant, say: Say
) -> None:
    say("qual o endereço?")
    (again,) = say("não, não é isso")
    assert "Rua das Flores" not in again.text
    say("não é isso")
    assert talk().stage == Stage.QUEUE


def test_an_entry_that_changes_meanwhile_leaves_the_answer_that_was_read(
    assistant: Assistant,
    channel: Channel,
    entries: dict[str, KnowledgeEntry],
    clinic: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bot.services import turns

    make.inbound(channel, text="qual o endereço?")
    session = BotSession.unscoped.get()
    BotSession.unscoped.update(due_at=timezone.now())
    think = turns.turn_think

    def slow(turn: BotTurn) -> Any:
        reply = think(turn)
        entry_save(company=clinic, actor=None, entry=entries["Endereço"], answer="Rua Nova, 1.")
        return reply

    monkeypatch.setattr(turns, "turn_think", slow)
    with company_scope(clinic.pk):
        turn = turn_claim(session.pk)
        assert turn is not None
        turn_finish(turn)
    said = Message.unscoped.get(author_kind=Author.BOT)
    assert said.text.startswith("Na Rua das Flores")
    turn.refresh_from_db()
    kept = BotTurn.unscoped.get(pk=turn.pk)
    assert kept.candidates[0]["entry"] == str(entries["Endereço"].pk)


def test_without_knowledge_it_greets_and_brings_a_person(
    clinic: Company, channel: Channel, queue: Any, say: Say
) -> None:
    publish(clinic, [channel])
    assert len(say("oi")) == 1
    say("quanto custa a consulta?")
    assert talk().stage == Stage.QUEUE


def test_vectors_of_another_model_are_not_compared(
    assistant: Assistant, say: Say, entries: dict[str, KnowledgeEntry]
) -> None:
    Phrase.unscoped.update(model="outro", vector=b"\0" * 16)
    recalling.__dict__.get("_known", {}).clear()
    (said,) = say("qual é o endereço?")
    assert "Rua das Flores" in said.text or talk().stage == Stage.QUEUE


def test_what_is_due_is_found_without_any_bell(assistant: Assistant, channel: Channel) -> None:
    make.inbound(channel, text="qual o endereço?")
    later = timezone.now() - timedelta(seconds=1)
    BotSession.unscoped.filter(state=SessionState.LISTENING).update(due_at=later)
    assert sessions_due().count() == 1
