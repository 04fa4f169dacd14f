"""Doors to the bot: inbox, API, back-office, command."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Company, Membership
from bot.choices import AssistantMode
from bot.models import Assistant, BotPause, BotSession, BotTurn, EvalRun, KnowledgeEntry
from bot.retention import turns_purge
from bot.services import evaluating
from bot.services.assistants import SafetyFailed, assistant_publish
from bot.services.pausing import bot_pause
from bot.services.starting import starter_import
from common.scoping import company_scope
from omnichannel.choices import Author, Stage
from omnichannel.models import Channel, Message
from omnichannel.services.conversations import conversation_close
from omnichannel.services.handover import conversation_return_to_bot
from tests import make
from tests.bot.conftest import Say, answer_all, talk


def test_a_paused_bot_leaves_a_person_alone_until_it_is_given_back(
    assistant: Assistant, channel: Channel, beto: Membership, say: Say
) -> None:
    say("oi")
    with company_scope(channel.company_id):
        held = bot_pause(conversation=talk(), actor=beto)
        assert held.stage == Stage.QUEUE
        assert say("qual o endereço?") == []
        conversation_return_to_bot(conversation=talk(), actor=beto)
    assert not BotPause.unscoped.exists()
    assert len(say("qual o endereço?")) == 1


def test_a_pause_outlasts_the_conversation(
    assistant: Assistant, channel: Channel, beto: Membership, say: Say
) -> None:
    say("oi")
    with company_scope(channel.company_id):
        bot_pause(conversation=talk(), actor=beto)
        conversation_close(conversation=talk(), actor=beto)
    again = make.inbound(channel, text="oi de novo").conversation
    assert again.stage == Stage.QUEUE


def test_in_shadow_nothing_is_sent_and_all_is_shown(assistant: Assistant, channel: Channel) -> None:
    Assistant.unscoped.update(mode=AssistantMode.SHADOW)
    assert make.inbound(channel, text="qual o endereço?").conversation.stage == Stage.QUEUE
    answer_all()
    turn = BotTurn.unscoped.get()
    assert (turn.state, turn.message, turn.session.is_shadow) == ("feito", None, True)
    assert turn.text.startswith("Na Rua das Flores")
    assert not Message.unscoped.filter(author_kind=Author.BOT).exists()


@pytest.mark.parametrize(("is_open", "stage"), [(True, Stage.QUEUE), (False, Stage.BOT)])
def test_out_of_hours_it_answers_when_the_clinic_is_closed(
    assistant: Assistant,
    channel: Channel,
    monkeypatch: pytest.MonkeyPatch,
    is_open: bool,
    stage: str,
) -> None:
    Assistant.unscoped.update(mode=AssistantMode.OUT_OF_HOURS)

    class Always:
        def is_open(self, moment: Any) -> bool:
            return is_open

    monkeypatch.setattr("bot.services.serving.schedule_of", lambda *args: Always())
    assert make.inbound(channel).conversation.stage == stage


def test_a_version_is_published_unless_a_safety_case_fails(
    assistant: Assistant, ana: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = assistant_publish(assistant=assistant, actor=ana)
    assert (made.number, made.result["total"]) == (2, EvalRun.unscoped.get().total)
    monkeypatch.setattr(evaluating, "built_in", lambda: [("oi", "emergencia")])
    with pytest.raises(SafetyFailed):
        assistant_publish(assistant=assistant, actor=ana)
    assert EvalRun.unscoped.latest("created_at").safety_failed == 1
    with pytest.raises(CommandError, match="1 safety"):
        call_command("bot_eval")


def test_the_starter_set_comes_as_drafts_once(clinic: Company, ana: Membership) -> None:
    assert starter_import(company=clinic, actor=ana) == 40
    assert starter_import(company=clinic, actor=ana) == 0
    assert set(KnowledgeEntry.unscoped.values_list("status", flat=True)) == {"rascunho"}


def test_the_console_says_what_it_would_do_and_sends_nothing(
    assistant: Assistant, ana: Membership, client: Client
) -> None:
    client.force_login(ana.user)
    where = f"/admin/bot/assistant/{assistant.pk}/"
    page = client.get(f"{where}change/").content.decode()
    assert "Publicar versão" in page
    shown = client.post(f"{where}conversar/", {"texto": "qual o endereço?"}).content.decode()
    assert "Na Rua das Flores, 120" in shown
    assert not Message.unscoped.exists() and not BotSession.unscoped.exists()


def test_an_entry_is_saved_in_the_back_office_with_its_ways_to_ask(
    entries: dict[str, KnowledgeEntry], ana: Membership, client: Client
) -> None:
    client.force_login(ana.user)
    given = {
        "question": "Tem estacionamento?",
        "aliases": "onde paro o carro\ntem vaga",
        "answer": "Sim, por R$ 10.",
        "label": "Estacionamento",
        "status": "publicado",
        "use": "automatico",
    }
    answer = client.post("/admin/bot/knowledgeentry/add/", given)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    row = KnowledgeEntry.unscoped.get(label="Estacionamento")
    assert row.phrases(manager="unscoped").count() == 4


def test_words_of_turns_go_with_the_messages(
    assistant: Assistant, channel: Channel, say: Say, beto: Membership
) -> None:
    say("qual o endereço?")
    with company_scope(channel.company_id):
        conversation_close(conversation=talk(), actor=beto)
    assert turns_purge(channel.company_id, timezone.now() - timedelta(days=1)) == 0
    assert turns_purge(channel.company_id, timezone.now() + timedelta(days=1)) == 1
    turn = BotTurn.unscoped.get()
    assert (turn.text, turn.candidates, turn.act) == ("", [], "responder")
