"""What messages carry, in words: answers to forms, contact cards, what could not be brought."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from contacts.masking import CLEAR, Lens
from contacts.models import Contact
from inbox.talk.contact_cards import person_of
from inbox.talk.form_answers import form_lines
from omnichannel.models import Channel, Conversation, Template
from omnichannel.services.changes import edit_apply
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind
from providers.content import FormAnswers
from providers.content_json import card_of, content_of
from providers.facts import AccountRef, EditUpdate
from providers.whatsapp.unsupported import unsupported_words
from tests import make

Enter = Callable[[Membership], Client]
NOBODY = Contact()

FORMS: list[tuple[dict[str, Any], str]] = [
    ({"response": {"flow_token": "t", "nome": "Vanda", "idade": 34}}, "nome: Vanda\nidade: 34"),
    ({"response": {"sintomas": ["dor", "febre"]}}, "sintomas: dor, febre"),
    ({"response": {"aceite": True, "volta": False}}, "aceite: sim\nvolta: não"),
    ({"response": {"horario": {"dia": "1/12", "hora": "10h"}}}, "horario: dia: 1/12; hora: 10h"),
    ({"response": {"filhos": [{"nome": "Bia"}, {"nome": "Leo"}]}}, "filhos: nome: Bia, nome: Leo"),
    ({"response": {"vazio": None, "nada": "", "lista": []}}, ""),
    ({"response": {"screen_0_Tem_alergia_1": "0_Sim,_dipirona"}}, "Tem alergia: Sim, dipirona"),
    (
        {"response": {"foto": [{"id": 1, "mime_type": "image/png", "file_name": "a.png"}]}},
        "foto: a.png",
    ),
    ({"response": ["a", {"b": 1}]}, "a\nb: 1"),
    ({"response": None, "response_json": "nao e json"}, "nao e json"),
    ({"response": None, "body": "Respondi"}, "Respondi"),
    ({"response": None, "body": "Sent"}, ""),
    (
        {
            "name": "address_message",
            "response": {
                "saved_address_id": "address1",
                "values": {"address": "Rua das Flores", "house_number": "12", "city": "Curitiba"},
            },
        },
        "Endereço: Rua das Flores\nNúmero: 12\nCidade: Curitiba\nEndereço salvo: address1",
    ),
]


@pytest.mark.parametrize(("data", "lines"), FORMS, ids=range(len(FORMS)))
def test_every_answer_of_a_form_is_said_in_words(data, lines):
    form = content_of({"interactive": {"type": "nfm_reply", **data}})
    assert isinstance(form, FormAnswers)
    assert form_lines(form) == lines


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ({"phone": "(11) 98811-0099"}, "(11) 98811-0099"),
        ({"phone": "(41) 3333-0000"}, "(41) 3333-0000"),
        ({"phone": "3333-0000"}, "3333-0000"),
        ({"phone": "190"}, "190"),
        ({"phone": "*144"}, "*144"),
        ({"phone": "0800 123 4567"}, "0800 123 4567"),
        ({"phone": "21 99999-0000 / 21 98888-0000"}, "21 99999-0000 / 21 98888-0000"),
        ({"phone": "+55 41 98811-0099"}, "(41) 98811-0099"),
        ({"phone": "+1 305 555 0100"}, "+1 305-555-0100"),
        ({"wa_id": "5541988110072"}, "(41) 98811-0072"),
        ({"phone": "98811-0072", "wa_id": "5541988110072"}, "98811-0072"),
    ],
)
def test_a_number_on_a_card_stands_as_its_sender_wrote_it(phone, shown):
    assert person_of(card_of({"name": "Ana", "phones": [phone]}), CLEAR, NOBODY).phones == (shown,)


def test_a_card_shows_all_it_has():
    card = {
        "name": {"first_name": "Lia", "last_name": "Melo"},
        "org": {"company": "Lab", "title": "Biomédica"},
        "addresses": [{"street": "Rua 1", "city": "Curitiba"}],
        "urls": [{"url": "https://lab.test"}, {"url": "javascript:alert(1)"}],
        "birthday": "1990-02-01",
    }
    person = person_of(card_of(card), CLEAR, NOBODY)
    assert (person.name, person.company) == ("Lia Melo", "Biomédica, Lab")
    assert person.addresses == ("Rua 1, Curitiba",)
    assert person.links == ("https://lab.test",)
    assert person.birthday == "1990-02-01"


def test_a_card_of_another_shape_shows_its_texts():
    person = person_of(card_of({"name": "", "other": {"nome": "Lia", "tel": [9]}}), CLEAR, NOBODY)
    assert (person.name, person.others) == ("Sem nome", ("Lia", "9"))


def test_third_parties_numbers_are_hidden_like_others():
    card = {
        "name": "Ana",
        "phones": [{"phone": "(11) 98811-0099"}, {"wa_id": "5541988110072"}],
        "urls": [{"url": "https://wa.me/5541988110072"}],
    }
    person = person_of(card_of(card), Lens(is_clear=False), NOBODY)
    assert person.phones == ("(11) *****-0099", "(41) *****-0072")
    assert person.links == ()


@pytest.mark.parametrize(
    ("data", "is_ours", "words"),
    [
        ({"type": "unsupported", "errors": [{"code": "131060"}]}, False, "celular da clínica"),
        ({"type": "document", "errors": [{"code": "131052"}]}, False, "grande demais"),
        ({"type": "unsupported", "inner_type": "poll"}, False, "(enquete)"),
        ({"type": "image"}, False, "incompleta (foto)"),
        ({"type": "template"}, True, "Enviada pelo celular da clínica (modelo)"),
        ({"type": "nova"}, False, "não entrega este tipo"),
        ({"errors": "x"}, False, "não entrega este tipo"),
    ],
)
def test_what_cannot_be_shown_says_why_and_what_to_do(data, is_ours, words):
    assert words in unsupported_words(data, is_ours=is_ours)


# --- from the webhook to the page -----------------------------------------------------------------


def page(client: Client, conversation: Conversation) -> str:
    where = reverse("inbox:conversation", args=[conversation.pk])
    return client.get(where).content.decode()


def talk() -> Conversation:
    return Conversation.unscoped.order_by("-pk").get()


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply",
                    "nfm_reply": {"response_json": json.dumps({"alergias": ["dipirona"]})},
                },
            },
            "alergias: dipirona",
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply",
                    "nfm_reply": {"response_json": '["febre", {"alergia": "iodo"}]'},
                },
            },
            "alergia: iodo",
        ),
        ({"type": "image", "image": {"caption": "Foto da receita"}}, "Foto da receita"),
        ({"type": "text", "text": {"body": ""}}, "Mensagem sem texto"),
        (
            {
                "type": "text",
                "context": {"referred_product": {"product_retailer_id": "sku-9"}},
                "text": {"body": "tem esse?"},
            },
            "sku-9",
        ),
        ({"type": "contacts", "contacts": [{"name": {"first_name": "Lia"}}]}, "Lia"),
    ],
    ids=["form", "list", "odd", "empty", "product", "card"],
)
def test_what_a_patient_sent_is_on_the_page(
    enter: Enter, beto: Membership, channel: Channel, members: dict[str, Any], shown: str
):
    make.process(make.body(channel, make.said(**{"text": None, **members})))
    assert shown in page(enter(beto), talk())


@pytest.mark.parametrize("hidden", ["\u200b\u200b", "\u2800", "\u3164", "\ufe0f", "\U000e0041"])
def test_who_has_a_name_that_nobody_sees_is_known_by_the_phone(
    enter: Enter, beto: Membership, channel: Channel, hidden: str
):
    make.inbound(channel)
    Contact.unscoped.update(name=hidden)
    assert "(41) *****-7777" in page(enter(beto), talk())


def test_an_edit_that_cannot_be_read_keeps_what_was_written(
    enter: Enter, beto: Membership, channel: Channel
):
    message = make.inbound(channel, text="tenho alergia a dipirona")
    edit = EditUpdate(
        account=AccountRef(channel.account_id),
        person=make.person(),
        target=str(message.external_id),
        text=None,
        happened_at=timezone.now() + timedelta(seconds=5),
    )
    edit_apply(channel=channel, update=edit)
    drawn = page(enter(beto), talk())
    assert "tenho alergia a dipirona" in drawn
    assert "Foi editada" in drawn
    assert "editada" in drawn


def test_a_sent_template_shows_its_parts_place_and_buttons(
    enter: Enter, ana: Membership, channel: Channel
):
    conversation = make.inbound(channel).conversation
    components = [
        {"type": "HEADER", "format": "TEXT", "text": "Consulta"},
        {"type": "BODY", "text": "Oi {{1}}"},
        {"type": "FOOTER", "text": "Clínica Sorriso"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}]},
    ]
    Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name="consulta",
        language="pt_BR",
        status="APPROVED",
        category="UTILITY",
        components=components,
    )
    message = message_send(
        conversation=conversation,
        author=ana,
        kind=MessageKind.TEMPLATE,
        template={"name": "consulta", "language": "pt_BR", "variables": {"1": "Ana"}},
    )
    assert message.text == "Consulta\n\nOi Ana\n\nClínica Sorriso"
    drawn = page(enter(ana), conversation)
    assert '<p class="rich-head">Consulta</p>' in drawn
    assert '<p class="rich-foot">Clínica Sorriso</p>' in drawn
    assert "Confirmar" in drawn
    stored = message.metadata["template"]
    stored["shown"]["place"] = {"latitude": "-25.4", "longitude": "-49.2", "name": "Sede"}
    message.save()
    assert "Sede" in page(enter(ana), conversation)


def test_who_came_by_an_advert_and_has_not_written_leaves_a_line_and_waits_for_nobody(
    enter: Enter, ana: Membership, channel: Channel
):
    referral = {"source_type": "ad", "source_url": "https://fb.me/x", "headline": "Botox"}
    raw = make.said(type="request_welcome", text=None, referral=referral)
    make.process(make.body(channel, raw), make.body(channel, raw))
    conversation = talk()
    assert (conversation.is_open, conversation.is_window_open) == (False, False)
    assert (conversation.unread_count, conversation.waiting_since) == (0, None)
    assert "abriu a conversa por um anúncio: Botox" in page(enter(ana), conversation)
    make.process(make.body(channel, make.said("Quanto custa?")))
    assert Conversation.unscoped.filter(stage="fila").count() == 1
