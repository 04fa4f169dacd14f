"""Answers offered to staff, and what became of them."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from accounts.models import Company, Membership
from bot.choices import AssistantMode, EntryUse, HandoverReason, SuggestionState
from bot.models import AiProvider, Assistant, BotSession, BotSuggestion, EvalCase, KnowledgeEntry
from bot.services.handing import hand_over
from bot.services.knowledge import entry_save
from bot.services.settling import state_after
from bot.services.suggesting import DraftUnavailable, draft_make, suggestions_for
from bot.services.writing import summary_write
from common.scoping import company_scope
from contacts.services.privacy import contact_erase
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close
from omnichannel.services.outbound import message_send
from tests import make
from tests.bot.conftest import answer_all, publish, talk
from tests.bot.vendors.conftest import called, provider, responses_body  # noqa: F401

PRICE = "A consulta particular custa R$ 250."


@pytest.fixture
def wrote(channel: Channel, entries: dict[str, KnowledgeEntry]) -> Conversation:
    """Give a conversation in which a patient asked, with no bot on its channel."""
    make.inbound(channel, text="Qual o preço da consulta?")
    return talk()


def offered(conversation: Conversation, beto: Membership) -> list[BotSuggestion]:
    return suggestions_for(conversation=conversation, actor=beto)


def test_the_knowledge_is_offered_with_the_bot_off_also_what_it_may_not_answer_itself(
    wrote: Conversation, beto: Membership, clinic: Company, entries: dict[str, KnowledgeEntry]
) -> None:
    entry_save(
        company=clinic,
        actor=None,
        entry=entries["Valor da consulta"],
        use=EntryUse.SUGGESTION,
    )
    first = offered(wrote, beto)
    assert 1 <= len(first) <= 3
    assert first[0].text == PRICE
    again = offered(wrote, beto)
    assert [one.pk for one in again] == [one.pk for one in first]
    assert BotSuggestion.unscoped.count() == len(first)


def test_in_shadow_too(
    clinic: Company, channel: Channel, beto: Membership, entries: dict[str, KnowledgeEntry]
) -> None:
    publish(clinic, [channel], mode=AssistantMode.SHADOW)
    make.inbound(channel, text="Qual o preço da consulta?")
    answer_all()
    assert offered(talk(), beto)[0].text == PRICE
    assert not Message.unscoped.outbound().exists()


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        (f"*Beto*\n{PRICE}\nPosso agendar?", SuggestionState.USED),
        ("A consulta particular custa R$ 250, parcelada em duas vezes.", SuggestionState.EDITED),
        ("Já te respondo, um momento.", SuggestionState.IGNORED),
    ],
)
def test_the_answer_says_what_became_of_what_was_offered(
    wrote: Conversation, beto: Membership, sent: str, state: SuggestionState
) -> None:
    first = offered(wrote, beto)[0]
    message_send(conversation=wrote, author=beto, text=sent)
    first.refresh_from_db()
    assert first.state == state
    assert offered(talk(), beto) == []


def test_one_word_in_common_is_no_use() -> None:
    assert state_after("Sim", "Não sei") == SuggestionState.IGNORED
    assert state_after("Sim", "Assim não") == SuggestionState.IGNORED


def test_a_draft_comes_from_the_provider_and_is_not_sent(
    wrote: Conversation,
    beto: Membership,
    provider: AiProvider,  # noqa: F811
    httpserver: HTTPServer,
    entries: dict[str, KnowledgeEntry],
) -> None:
    with pytest.raises(DraftUnavailable):
        draft_make(conversation=wrote, actor=beto)
    _writes(provider)
    source = str(entries["Valor da consulta"].pk)
    answer = called("responder", texto="Olá! A consulta custa R$ 250.", fontes=[source])
    httpserver.expect_request("/v1/responses").respond_with_json(responses_body([answer]))
    draft = draft_make(conversation=wrote, actor=beto)
    assert (draft.text, draft.origin) == ("Olá! A consulta custa R$ 250.", "ia")
    assert not Message.unscoped.outbound().exists()
    httpserver.clear()
    invented = called("responder", texto="Custa R$ 99.", fontes=[source])
    httpserver.expect_request("/v1/responses").respond_with_json(responses_body([invented]))
    with pytest.raises(DraftUnavailable):
        draft_make(conversation=wrote, actor=beto)


def test_who_goes_on_finds_a_summary_once(
    assistant: Assistant,
    channel: Channel,
    provider: AiProvider,  # noqa: F811
    httpserver: HTTPServer,
    bells: list[Any],
) -> None:
    _writes(provider)
    make.inbound(channel, text="Bom dia")
    session = BotSession.unscoped.get()
    hand_over(talk(), session, HandoverReason.ASKED)
    answer = called("passar_para_pessoa", motivo="pedido", resumo="Quer marcar.")
    httpserver.expect_request("/v1/responses").respond_with_json(responses_body([answer]))
    with company_scope(session.company_id):
        for _again in range(2):
            summary_write(str(session.pk))
    notes = Message.unscoped.filter(is_internal=True, text__contains="Quer marcar.")
    assert [note.author_kind for note in notes] == ["bot"]


def test_an_erasure_reaches_suggestions_and_test_cases(
    wrote: Conversation, beto: Membership, ana: Membership, clinic: Company
) -> None:
    offered(wrote, beto)
    EvalCase.unscoped.create(
        company=clinic, text="Sou Rita", expects="pessoa", contact=wrote.contact
    )
    EvalCase.unscoped.create(company=clinic, text="Escrita à mão", expects="pessoa")
    conversation_close(conversation=talk(), actor=ana)
    contact_erase(contact=wrote.contact, actor=ana)
    assert not BotSuggestion.unscoped.exists()
    assert [row.text for row in EvalCase.unscoped.all()] == ["Escrita à mão"]


def _writes(row: AiProvider) -> None:
    from bot.services.ai_ledger import policy_of

    policy = policy_of(row.company_id)
    policy.writer = row
    policy.save()
