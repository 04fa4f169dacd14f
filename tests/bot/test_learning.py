"""What the bot did not know becomes drafts and test cases, read and masked."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import AuditEntry, Company, Membership
from bot.models import Assistant, BotTurn, EvalCase, KnowledgeEntry
from bot.services.learning import missed_groups, words_of
from common.scoping import company_scope
from contacts.models import ContactView
from omnichannel.models import Channel
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import message_send
from tests import make
from tests.bot.conftest import Say, talk

MISSED = "/admin/bot/knowledgeentry/sem-resposta/"
ASKED = "me chamo Zenaide Quimera cpf 529.982.247-25, tem brinquedoteca no salão?"


def answered(say: Say, by: Membership, answer: str) -> BotTurn:
    """Let the bot miss a question and an attendant answer it."""
    say(ASKED)
    with company_scope(by.company_id):
        conversation_take(conversation=talk(), attendant=by)
        message_send(conversation=talk(), author=by, text=answer)
    return BotTurn.unscoped.latest("created_at")


def learn(turn: BotTurn) -> str:
    return f"/admin/bot/botsession/turno/{turn.pk}/aproveitar/"


def test_words_are_masked_and_come_with_the_attendants_answer(
    assistant: Assistant, say: Say, beto: Membership
) -> None:
    turn = answered(say, beto, "Temos sim, Zenaide! Ligue (41) 98888-7766.")
    words = words_of(turn)
    assert "brinquedoteca" in words.question and "529" not in words.question
    assert "Zenaide" not in words.question + words.answer
    assert "[CPF]" in words.question and "98888" not in words.answer


def test_a_turn_becomes_a_draft_and_a_test_case(
    assistant: Assistant, say: Say, beto: Membership, ana: Membership, client: Client
) -> None:
    turn = answered(say, beto, "Temos sim, no salão.")
    client.force_login(ana.user)
    assert (
        learn(turn)
        in client.get(f"/admin/bot/botsession/{turn.session_id}/change/").content.decode()
    )
    ContactView.unscoped.all().delete()
    shown = client.get(learn(turn)).content.decode()
    assert "Temos sim" in shown and "Zenaide" not in shown
    assert ContactView.unscoped.exists()
    given = {"question": "Tem brinquedoteca?", "answer": "Temos sim, no salão."}
    for _turn in range(2):
        client.post(learn(turn), {**given, "rascunho": "1"})
        client.post(learn(turn), {**given, "teste": "1"})
    row = KnowledgeEntry.unscoped.get(question="Tem brinquedoteca?")
    assert (row.status, row.origin, row.company_id) == ("rascunho", "conversa", turn.company_id)
    case = EvalCase.unscoped.get()
    assert (case.text, case.contact_id) == (given["question"], talk().contact_id)
    made = AuditEntry.unscoped.filter(action="conhecimento.rascunho")
    assert list(made.values_list("actor", flat=True)) == [ana.user_id]


def test_what_was_not_answered_is_grouped_and_drafted_once(
    assistant: Assistant, channel: Channel, say: Say, ana: Membership, client: Client
) -> None:
    for number, text in enumerate(("tem brinquedoteca ai", "Tem brinquedoteca?", "alugam sala")):
        say(text, person=make.person(f"551199999000{number}"))
    groups = missed_groups(channel.company_id)
    assert (groups[0].count, len(groups[0].texts)) == (2, 2)
    client.force_login(ana.user)
    shown = client.get(MISSED).content.decode()
    assert "brinquedoteca" in shown
    answer = client.post(MISSED, {"turno": [str(pk) for pk in groups[0].turns]})
    row = KnowledgeEntry.unscoped.get(origin="conversa")
    assert answer.headers["Location"].endswith(f"{row.pk}/change/")
    assert (row.status, row.answer) == ("rascunho", "[escreva a resposta]")
    assert row.phrases(manager="unscoped").count() == 3
    assert [one.texts for one in missed_groups(channel.company_id)] == [["alugam sala"]]


def test_another_company_and_attendants_see_and_make_nothing(
    assistant: Assistant,
    say: Say,
    beto: Membership,
    rui: Membership,
    clinic: Company,
    client: Client,
) -> None:
    turn = answered(say, beto, "Temos sim.")
    before = KnowledgeEntry.unscoped.count()
    client.force_login(rui.user)
    given: dict[str, Any] = {"question": "A?", "answer": "B", "rascunho": "1"}
    assert client.get(learn(turn)).status_code == 404
    assert client.post(learn(turn), given).status_code == 404
    assert client.post(MISSED, {"turno": str(turn.pk)}).status_code == 404
    assert client.post(MISSED, {"turno": "x"}).status_code == 404
    assert "brinquedoteca" not in client.get(MISSED).content.decode()
    client.force_login(beto.user)
    assert client.get(learn(turn)).status_code in (302, 403, 404)
    assert client.get(MISSED).status_code in (302, 403)
    assert KnowledgeEntry.unscoped.count() == before
