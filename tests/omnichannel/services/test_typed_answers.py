"""A channel that shows no choices: questions go with numbers, and a typed number answers them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Purpose
from contacts.services.consent import consent_state
from contacts.services.merging import contacts_merge
from omnichannel.models import Message
from omnichannel.services import spoken
from omnichannel.services.conversations import conversation_close
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from omnichannel.services.spoken import About, Spoken
from providers.choices import MessageKind, MessageStatus
from providers.content import Answer, Choice, Header, Question, Section
from providers.content_json import content_of
from providers.outgoing import ContentRefused
from providers.whatsapp.policy import POLICY
from tests import make

WORDS = replace(POLICY, questions=None, kinds=POLICY.kinds - {MessageKind.INTERACTIVE})
VISIT = Question(
    (Section((Choice("confirmar", "Confirmar"), Choice("remarcar", "Remarcar"))),),
    "Você vem amanhã?",
)
TYPED = Answer("remarcar", "Remarcar", is_typed=True)


@pytest.fixture(autouse=True)
def _words_only(provider, monkeypatch) -> None:
    """Let the channel be of a kind without buttons."""
    monkeypatch.setattr(provider, "policy", WORDS, raising=False)


def ask(conversation, author, question: Question = VISIT, **values: Any) -> Message:
    row = message_send(
        conversation=conversation,
        author=author,
        kind=MessageKind.INTERACTIVE,
        content=question,
    )
    given = {"status": MessageStatus.SENT, "external_id": "wamid.pergunta", **values}
    Message.unscoped.filter(pk=row.pk).update(**given)
    return row


def answer_of(message: Message) -> Any:
    return content_of(message.metadata)


def test_a_question_leaves_as_a_text_with_numbers_and_is_kept_as_a_question(
    conversation, ana, provider
):
    row = message_send(
        conversation=conversation, author=ana, kind=MessageKind.INTERACTIVE, content=VISIT
    )
    conversation_deliver(conversation=conversation)
    (sent,) = provider.sent
    assert (sent.kind, sent.content) == (MessageKind.TEXT, None)
    assert sent.text == (
        "Você vem amanhã?\n\n1. Confirmar\n2. Remarcar\n\nResponda com o número da opção."
    )
    row.refresh_from_db()
    assert (row.kind, answer_of(row)) == (MessageKind.INTERACTIVE, replace(VISIT, as_words=True))
    assert row.status == MessageStatus.SENT


def test_what_words_cannot_carry_is_refused_with_a_sentence(conversation, ana):
    with pytest.raises(ContentRefused) as refused:
        ask(conversation, ana, replace(VISIT, header=Header("image", file={"id": "1"})))
    assert list(refused.value.fields) == ["interactive.header"]
    long = Question((Section((Choice("a", "A"),)),), "x" * 4096)
    with pytest.raises(ContentRefused) as refused:
        ask(conversation, ana, long)
    assert list(refused.value.fields) == ["text"]


@pytest.mark.parametrize("text", ["2", "2)", "opção 2", "Dois", "remarcar"])
def test_a_typed_choice_is_an_answer_to_the_question(channel, conversation, ana, text):
    question = ask(conversation, ana)
    row = make.inbound(channel, text=text)
    assert (row.kind, row.text, answer_of(row)) == (MessageKind.INTERACTIVE, text, TYPED)
    assert (row.reply_to_id, row.reply_to_external_id) == (question.pk, "wamid.pergunta")
    assert row.conversation_id == conversation.pk


def test_whatever_else_is_typed_stays_a_text(channel, conversation, ana):
    ask(conversation, ana)
    row = make.inbound(channel, text="2 ou 3 da tarde?")
    assert (row.kind, row.metadata, row.reply_to_id) == (MessageKind.TEXT, {}, None)
    # The question is still open.
    assert answer_of(make.inbound(channel, text="2")) == TYPED


def test_one_answer_and_what_comes_next_is_a_text(channel, conversation, ana):
    ask(conversation, ana)
    first, second = make.inbounds(
        channel, make.fact(channel, text="2"), make.fact(channel, text="1")
    )
    third = make.inbound(channel, text="1")
    assert answer_of(first) == TYPED
    assert [second.kind, third.kind] == [MessageKind.TEXT, MessageKind.TEXT]


def test_an_automatic_line_in_between_ends_no_question(channel, conversation, ana):
    ask(conversation, ana)
    conversation.refresh_from_db()
    assert courtesy_send(conversation, "posicao", text="Você é o próximo da fila.")
    assert answer_of(make.inbound(channel, text="2")) == TYPED


def test_the_last_question_is_the_open_one(channel, conversation, ana):
    ask(conversation, ana, external_id="wamid.primeira")
    rows = (Choice("manha", "Manhã"), Choice("tarde", "Tarde"))
    second = ask(conversation, ana, Question((Section(rows),), "Qual turno?"))
    row = make.inbound(channel, text="2")
    assert (answer_of(row).key, row.reply_to_id) == ("tarde", second.pk)


def says_more(channel, conversation, ana, monkeypatch):
    message_send(conversation=conversation, author=ana, text="Dia 2 ou dia 3?")


def asked_yesterday(channel, conversation, ana, monkeypatch):
    at = timezone.now() - timedelta(hours=24, minutes=1)
    Message.unscoped.outbound().update(happened_at=at)


def asked_just_now(channel, conversation, ana, monkeypatch):
    at = timezone.now() + timedelta(minutes=2)
    Message.unscoped.outbound().update(happened_at=at)


def never_left(channel, conversation, ana, monkeypatch):
    Message.unscoped.outbound().update(status=MessageStatus.PENDING)


def failed(channel, conversation, ana, monkeypatch):
    Message.unscoped.outbound().update(status=MessageStatus.FAILED)


def has_buttons(channel, conversation, ana, monkeypatch):
    row = Message.unscoped.outbound().get()
    del row.metadata["interactive"]["as_words"]
    row.save(update_fields=["metadata"])


def campaign_wrote(channel, conversation, ana, monkeypatch):
    one = Spoken(timezone.now() + timedelta(seconds=1), "x", About.MARKETING)
    monkeypatch.setattr(spoken, "sources", [lambda *given: [one]])
    monkeypatch.setattr("omnichannel.services.typed_answers.sources", [lambda *given: [one]])


def goes_on_elsewhere(channel, conversation, ana, monkeypatch):
    conversation.refresh_from_db()
    conversation_close(conversation=conversation, actor=ana)
    make.inbound(channel, text="Olá de novo")


@pytest.mark.parametrize(
    "meanwhile",
    [
        says_more,
        asked_yesterday,
        asked_just_now,
        never_left,
        failed,
        has_buttons,
        campaign_wrote,
        goes_on_elsewhere,
    ],
)
def test_a_number_answers_only_an_open_question(channel, conversation, ana, monkeypatch, meanwhile):
    ask(conversation, ana)
    meanwhile(channel, conversation, ana, monkeypatch)
    row = make.inbound(channel, text="2")
    assert (row.kind, row.text, answer_of(row)) == (MessageKind.TEXT, "2", None)


def test_a_text_that_quotes_something_else_answers_that(channel, conversation, ana):
    first = Message.unscoped.inbound().get()
    ask(conversation, ana)
    row = make.inbound(channel, text="2", reply_to=first.external_id)
    assert (row.kind, row.reply_to_id) == (MessageKind.TEXT, first.pk)


def test_nobody_answers_another_persons_question(channel, conversation, ana):
    ask(conversation, ana)
    row = make.inbound(channel, text="2", person=make.person("5541988110044", name="Lia"))
    assert row.kind == MessageKind.TEXT


def test_of_two_numbers_made_one_person_each_answers_its_own_question(channel, conversation, ana):
    other = "5541988110044"
    theirs = make.inbound(channel, person=make.person(other)).conversation
    contacts_merge(kept=conversation.contact, gone=theirs.contact, actor=ana)
    rows = (Choice("manha", "Manhã"), Choice("tarde", "Tarde"))
    ask(conversation, ana)
    ask(theirs, ana, Question((Section(rows),), "Qual turno?"), external_id="wamid.outra")
    mine = make.inbound(channel, text="2")
    assert (mine.conversation_id, answer_of(mine)) == (conversation.pk, TYPED)
    row = make.inbound(channel, text="2", person=make.person(other))
    assert (row.conversation_id, answer_of(row).key) == (theirs.pk, "tarde")


def test_a_channel_with_buttons_understands_taps_alone(
    channel, conversation, ana, provider, monkeypatch
):
    ask(conversation, ana)
    monkeypatch.setattr(provider, "policy", POLICY)
    assert make.inbound(channel, text="2").kind == MessageKind.TEXT


@pytest.mark.parametrize(("text", "expected"), [("1", False), ("2", None), ("continuar", None)])
def test_the_question_about_promotions_is_answered_by_number(channel, text, expected):
    talk = make.inbound(channel, text="não quero mais receber essas propagandas").conversation
    asked = Message.unscoped.get(metadata__purpose="descadastro_pergunta")
    assert answer_of(asked).as_words
    Message.unscoped.filter(pk=asked.pk).update(status=MessageStatus.SENT)
    make.inbound(channel, text=text)
    assert consent_state(talk.contact, Purpose.MARKETING, channel.kind) is expected
