"""What patients say about being written to, from their word to the gate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from common.scoping import company_scope
from contacts.models import Consent, Purpose
from contacts.services.consent import consent_record, consent_state
from omnichannel.adapters.facts import AccountRef, ProviderFault, StatusUpdate
from omnichannel.choices import Direction, MessageStatus
from omnichannel.models import Conversation, Message
from omnichannel.services.inbound import messages_store
from omnichannel.services.outbound import message_send
from omnichannel.services.receipts import receipts_apply
from queues.models import Ticket
from queues.services.queues import queue_save
from tests import make

MARKETING = Purpose.MARKETING


@pytest.fixture(autouse=True)
def _silent(bells) -> None:
    """Nothing here reaches a broker."""


def said(conversation: Conversation) -> list[str]:
    """Return what we said automatically, in order."""
    rows = Message.unscoped.filter(conversation=conversation, direction=Direction.OUT)
    return [row.metadata.get("purpose", "") for row in rows.order_by("seq")]


def state(conversation: Conversation) -> bool | None:
    return consent_state(conversation.contact, MARKETING, "whatsapp")


def test_a_word_stops_at_once_and_is_confirmed_once(channel):
    message = make.inbound(channel, text="Sair!")
    talk = message.conversation
    assert state(talk) is False
    row = Consent.unscoped.get()
    assert (row.source, row.proof, row.channel) == ("palavra", f"mensagem {message.pk}", "")
    make.inbound(channel, text="PARAR")
    assert Message.unscoped.filter(metadata__purpose="descadastro").count() == 1
    assert Consent.unscoped.count() == 2


def test_the_word_counts_for_every_form_of_the_number(channel):
    make.inbound(channel, text="SAIR", person=make.person("5541998887777"))
    other = make.inbound(channel, text="Oi", person=make.person("554198887777"))
    assert state(other.conversation) is False


def test_who_comes_back_by_a_word_is_told_so(channel):
    talk = make.inbound(channel, text="parar").conversation
    later = timezone.now() + timedelta(seconds=1)
    back = make.inbound(channel, text="Voltar", at=later).conversation
    assert state(talk) is True
    assert said(back) == ["descadastro", ""]


def test_coming_back_means_nothing_to_who_never_left(channel):
    talk = make.inbound(channel, text="voltar").conversation
    assert state(talk) is None
    assert said(talk) == []


def test_a_sentence_is_asked_back_once_a_week_and_changes_nothing(channel):
    talk = make.inbound(channel, text="quero sair da lista de vocês").conversation
    make.inbound(channel, text="me tirem dessa lista, por gentileza")
    assert state(talk) is None
    assert said(talk) == ["descadastro_pergunta"]
    asked = Message.unscoped.get(metadata__purpose="descadastro_pergunta")
    buttons = asked.metadata["interactive"]["action"]["buttons"]
    assert [one["reply"]["id"] for one in buttons] == ["descadastro:sim", "descadastro:nao"]


@pytest.mark.parametrize(("chosen", "expected"), [("sim", False), ("nao", None)])
def test_the_answer_to_the_question_decides(channel, chosen, expected):
    talk = make.inbound(channel, text="não quero mais receber essas propagandas").conversation
    make.inbound(
        channel,
        kind="interativo",
        text="",
        metadata={"interactive": {"id": f"descadastro:{chosen}"}},
    )
    assert state(talk) is expected


def test_ordinary_words_write_nothing(channel):
    make.inbound(channel, text="Quero cancelar minha consulta")
    assert not Consent.unscoped.exists()


def refused(channel, message: Message) -> None:
    update = StatusUpdate(
        AccountRef(channel.account_id),
        "wamid.x",
        MessageStatus.FAILED,
        timezone.now(),
        fault=ProviderFault("131050"),
    )
    receipts_apply(channel=channel, updates=[update])


def test_a_refusal_by_the_provider_is_a_withdrawal_there(channel, conversation, ana):
    consent_record(
        contact=conversation.contact,
        purpose=MARKETING,
        is_granted=True,
        source="ficha",
        occurred_at=timezone.now() - timedelta(days=1),
    )
    message = message_send(conversation=conversation, author=ana, text="Oferta")
    Message.unscoped.filter(pk=message.pk).update(external_id="wamid.x", status="enviada")
    for _ in range(2):
        refused(channel, message)
    assert state(conversation) is False
    assert consent_state(conversation.contact, MARKETING, "email") is True
    assert Consent.unscoped.filter(source="whatsapp.marketing_recusado").count() == 1


# --- what asks for nobody comes to nobody ---------------------------------------------------------


def again(conversation: Conversation) -> Conversation:
    return Conversation.unscoped.get(pk=conversation.pk)


def tickets(conversation: Conversation) -> int:
    return Ticket.unscoped.filter(conversation=conversation).count()


@pytest.fixture
def reception(clinic) -> None:
    queue_save(company=clinic, actor=None, name="Recepção", is_default=True)


def test_a_word_alone_is_settled_without_a_queue(reception, channel):
    talk = again(make.inbound(channel, text="SAIR").conversation)
    assert (talk.stage, talk.unread_count, tickets(talk)) == ("encerrada", 0, 0)
    # The confirmation is still on its way.
    assert Message.unscoped.get(metadata__purpose="descadastro").status == MessageStatus.PENDING
    later = make.inbound(channel, text="quanto custa?").conversation
    assert later != talk
    assert (again(later).stage, tickets(later)) == ("fila", 1)


def test_a_word_among_others_waits_for_somebody(reception, channel):
    facts = [make.fact(channel, text=text) for text in ("Bom dia", "SAIR")]
    with company_scope(channel.company_id):
        first, *_rest = messages_store(channel=channel, messages=facts)
    assert (again(first.conversation).stage, tickets(first.conversation)) == ("fila", 1)


def test_a_word_in_an_open_conversation_leaves_it_open(reception, channel):
    talk = make.inbound(channel, text="Bom dia").conversation
    make.inbound(channel, text="SAIR")
    assert (again(talk).stage, tickets(talk)) == ("fila", 1)


@pytest.mark.parametrize("text", ["voltar", "quero sair da lista de vocês"])
def test_what_needs_somebody_waits_for_them(reception, channel, text):
    talk = make.inbound(channel, text=text).conversation
    assert (again(talk).stage, tickets(talk)) == ("fila", 1)
