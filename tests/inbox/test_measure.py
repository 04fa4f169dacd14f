"""The line under the composer of an SMS conversation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Conversation, Rate
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Olá! Sua consulta é amanhã às 9h."


@pytest.fixture
def talk(clinic) -> Conversation:
    """Give a conversation by SMS."""
    channel = make.sms_channel(clinic)
    person = PersonRef((IdentityRef(IdentityKind.PHONE, "5541998887777"),), "Joana Dias")
    return make.inbound(channel, person=person).conversation


def line(client, member, conversation, text: str = WORDS) -> str:
    client.force_login(member.user)
    answer = client.post(reverse("inbox:measure", args=[conversation.pk]), {"texto": text})
    return " ".join(answer.content.decode().split())


def test_it_says_parts_room_price_and_how_the_text_arrives(client, beto, clinic, talk):
    Rate.unscoped.create(
        company=clinic,
        market="BR",
        category="sms_twilio",
        currency="BRL",
        valid_from=date(2026, 1, 1),
        price=Decimal("0.1"),
    )
    drawn = line(client, beto, talk)
    assert "1 SMS · 127 restantes · R$ 0,10" in drawn.replace("\xa0", " ")
    assert "<q>Ola! Sua consulta e amanha as 9h.</q>" in drawn
    assert "2 SMS" in line(client, beto, talk, "a" * 161)
    assert "R$ 0,20" in line(client, beto, talk, "a" * 161).replace("\xa0", " ")


def test_a_text_of_too_many_parts_says_so(client, beto, talk):
    assert "o máximo é 10" in line(client, beto, talk, "a" * 1600)


def test_the_name_above_the_text_is_counted_too(client, beto, clinic, talk):
    clinic.sign_messages = True
    clinic.save()
    assert f"{160 - len(beto.user.name) - 2 - 2} restantes" in line(client, beto, talk, "Oi")


def test_nothing_is_said_of_nothing_and_where_nothing_is_charged_by_parts(
    client, beto, talk, channel
):
    assert "SMS" not in line(client, beto, talk, "  ")
    other = make.inbound(channel).conversation
    assert "SMS" not in line(client, beto, other)


def test_the_composer_asks_only_where_it_is_measured(client, beto, talk, channel):
    client.force_login(beto.user)
    other = make.inbound(channel).conversation
    for conversation, asks in ((talk, True), (other, False)):
        page = client.get(reverse("inbox:conversation", args=[conversation.pk]))
        assert (reverse("inbox:measure", args=[conversation.pk]) in page.content.decode()) is asks


def test_a_rivals_conversation_is_not_there(client, rui, talk):
    client.force_login(rui.user)
    answer = client.post(reverse("inbox:measure", args=[talk.pk]), {"texto": WORDS})
    assert answer.status_code == 404
