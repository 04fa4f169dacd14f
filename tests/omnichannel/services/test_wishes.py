"""What patients say about being written to, from their word to the gate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from common.scoping import company_scope
from contacts.models import Consent, Purpose
from contacts.services.consent import consent_record, consent_state
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.inbound import messages_store
from omnichannel.services.outbound import message_send
from omnichannel.services.receipts import receipts_apply
from providers.choices import MessageStatus
from providers.facts import AccountRef, ProviderFault, StatusUpdate
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


@pytest.mark.parametrize("seconds", [0, -5])
def test_coming_back_is_not_confirmed_where_the_refusal_is_no_older(reception, channel, seconds):
    at = timezone.now()
    make.inbound(channel, text="parar", at=at)
    back = make.inbound(channel, text="Voltar", at=at + timedelta(seconds=seconds)).conversation
    assert state(back) is False
    assert "descadastro" not in said(back)
    # Somebody reads it instead.
    assert again(back).stage == "fila"


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


# --- a tap says it as clearly ---------------------------------------------------------------------


def tapped(title: str, payload: str = "", kind: str = "button", **more: str) -> dict[str, object]:
    chosen = {"type": kind, "id": payload or title, "title": title, **more}
    return {"kind": "interativo", "text": title, "metadata": {"interactive": chosen}}


@pytest.mark.parametrize(
    "said",
    [
        tapped("Parar promoções"),
        tapped("SAIR"),
        tapped("🚫 Não quero receber"),
        tapped("Descadastrar", "btn-2"),
        tapped("Não quero mais ofertas", "b7"),
        tapped("Não, obrigado", "STOP_PROMOTIONS"),
        tapped("Outra opção", "optOut"),
        tapped("Não quero receber", "2", "button_reply"),
        tapped("Interromper mensagens", "fluxo:9", "button_reply"),
        tapped("Não quero receber essas mensagens", "x", "button_reply"),
        tapped("Sair da lista", "row-3", "list_reply"),
        tapped("3", "row-3", "list_reply", description="Parar de receber ofertas"),
    ],
)
def test_a_tap_that_says_it_stops_and_is_confirmed(reception, channel, said):
    talk = again(make.inbound(channel, **said).conversation)
    assert state(talk) is False
    assert (talk.stage, tickets(talk)) == ("encerrada", 0)
    assert Message.unscoped.filter(metadata__purpose="descadastro").count() == 1


@pytest.mark.parametrize(
    "said",
    [
        tapped("Quero agendar"),
        tapped("Saber mais"),
        tapped("Voltar", "menu"),
        tapped("Cancelar", "cancelar", "button_reply"),
        tapped("Remarcar", "remarcar", "list_reply", description="Mudar o dia da consulta"),
    ],
)
def test_another_tap_waits_for_somebody(reception, channel, said):
    talk = again(make.inbound(channel, **said).conversation)
    assert state(talk) is None
    assert (talk.stage, tickets(talk)) == ("fila", 1)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"flow_token": "t", "parar_promocoes": True, "nome": "Ana"}, False),
        ({"preferencia": "1_Não_quero_receber"}, False),
        ({"opcoes": ["Parar de receber mensagens"]}, False),
        ({"parar_promocoes": False}, None),
        ({"motivo": "cancelar", "obs": "não posso sair do trabalho"}, None),
    ],
)
def test_the_answers_of_a_form_count_and_are_read(reception, channel, answers, expected):
    chosen = {"type": "nfm_reply", "response": answers}
    said = {"kind": "interativo", "text": "", "metadata": {"interactive": chosen}}
    talk = again(make.inbound(channel, **said).conversation)
    assert state(talk) is expected
    assert (talk.stage, tickets(talk)) == ("fila", 1)


def test_a_file_with_the_word_under_it_stops_and_is_read(reception, channel):
    said = {"kind": "imagem", "media": (make.media_ref(),)}
    talk = again(make.inbound(channel, text="Não quero mais receber", **said).conversation)
    assert state(talk) is False
    assert (talk.stage, tickets(talk)) == ("fila", 1)


# --- a word that may be about an appointment ------------------------------------------------------

UNCLEAR = ("Cancelar", "cancela por favor", "Remover", "quero cancelar", "me remove")


@pytest.mark.parametrize("text", UNCLEAR)
def test_it_is_asked_back_and_left_for_somebody(reception, channel, text):
    talk = again(make.inbound(channel, text=text).conversation)
    assert state(talk) is None
    assert said(talk) == ["descadastro_pergunta"]
    assert (talk.stage, tickets(talk)) == ("fila", 1)


@pytest.mark.parametrize("text", [*UNCLEAR, "parar", "Pare", "sair da lista"])
def test_after_an_attendant_s_words_it_is_about_those(reception, channel, ana, text):
    talk = make.inbound(channel, text="Bom dia").conversation
    message_send(conversation=talk, author=ana, text="Confirmamos amanhã às 15h?")
    make.inbound(channel, text=text)
    assert state(talk) is None
    assert said(talk) == ["", "descadastro_pergunta"]
    assert again(talk).stage == "humano"


def test_both_answers_to_that_question_are_understood(reception, channel):
    talk = make.inbound(channel, text="Cancelar").conversation
    make.inbound(channel, **tapped("É sobre a consulta", "descadastro:atendimento"))
    assert state(talk) is None
    make.inbound(channel, **tapped("Parar promoções", "descadastro:sim"))
    assert state(talk) is False
    assert (again(talk).stage, tickets(talk)) == ("fila", 1)


@pytest.mark.parametrize(("text", "expected"), [("Sim", False), ("parar", False), ("não", None)])
def test_the_question_may_be_answered_by_typing(reception, channel, text, expected):
    talk = make.inbound(channel, text="quero sair da lista de vocês").conversation
    make.inbound(channel, text=text)
    assert state(talk) is expected


def test_yes_to_another_question_says_nothing(reception, channel, ana):
    talk = make.inbound(channel, text="quero sair da lista de vocês").conversation
    message_send(conversation=talk, author=ana, text="Quer remarcar?")
    make.inbound(channel, text="sim")
    assert state(talk) is None


def test_wanting_to_receive_something_else_takes_back_no_refusal(reception, channel, ana):
    talk = make.inbound(channel, text="Bom dia").conversation
    make.inbound(channel, text="sair")
    message_send(conversation=talk, author=ana, text="Quer receber o resultado por aqui?")
    make.inbound(channel, text="quero receber", at=timezone.now() + timedelta(seconds=1))
    assert state(talk) is False
    make.inbound(channel, text="VOLTAR", at=timezone.now() + timedelta(seconds=2))
    assert state(talk) is True


# --- the confirmation arrives ---------------------------------------------------------------------


@pytest.mark.parametrize("words", [("SAIR",), ("Sair, obrigado!",), ("Parar promoções", "VOLTAR")])
def test_the_confirmation_arrives_although_the_conversation_is_over(
    reception, channel, provider, words
):
    for n, text in enumerate(words):
        talk = make.inbound(
            channel, text=text, at=timezone.now() + timedelta(seconds=n)
        ).conversation
        assert again(talk).stage == "encerrada"
        for _ in range(2):
            conversation_deliver(conversation=talk)
    sent = Message.unscoped.filter(metadata__purpose="descadastro")
    assert {row.status for row in sent} == {MessageStatus.SENT}
    assert len(provider.texts) == sent.count() == len(words)


def test_the_confirmation_leaves_once_whoever_dies_on_the_way(
    reception, channel, provider, monkeypatch
):
    talk = make.inbound(channel, text="SAIR").conversation

    def killed(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    # Before the claim: nothing left, and the sweep rings for it. After it: nobody knows, so never
    # again.
    with monkeypatch.context() as patch:
        patch.setattr("omnichannel.services.delivery._claim", killed)
        with pytest.raises(KeyboardInterrupt):
            conversation_deliver(conversation=talk)
    with monkeypatch.context() as patch:
        patch.setattr("omnichannel.services.delivery._sent", killed)
        with pytest.raises(KeyboardInterrupt):
            conversation_deliver(conversation=talk)
    for _ in range(2):
        conversation_deliver(conversation=talk)
    make.inbound(channel, text="SAIR")
    assert len(provider.texts) == 1
