"""What a text would cost, asked before it is sent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Rate
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(clinic):
    """Give a conversation by SMS."""
    channel = make.sms_channel(clinic)
    person = PersonRef((IdentityRef(IdentityKind.PHONE, "5541998887777"),), "Joana Dias")
    return make.inbound(channel, person=person).conversation


def test_parts_price_and_how_it_arrives_are_told(api, beto, clinic, talk):
    asked = api(beto).post(f"conversas/{talk.pk}/medir/", {"text": "é" * 200})
    assert asked.json() == {
        "text": "e" * 200,
        "segments": 2,
        "left": 106,
        "limit": 10,
        "price": None,
        "currency": "BRL",
    }
    Rate.unscoped.create(
        company=clinic,
        market="BR",
        category="sms_twilio",
        currency="BRL",
        valid_from=date(2026, 1, 1),
        price=Decimal("0.09"),
    )
    asked = api(beto).post(f"conversas/{talk.pk}/medir/", {"text": "é" * 200})
    assert Decimal(asked.json()["price"]) == Decimal("0.18")


def test_where_nothing_is_paid_by_parts_there_is_nothing_to_tell(api, beto, conversation):
    asked = api(beto).post(f"conversas/{conversation.pk}/medir/", {"text": "Oi"})
    assert asked.status_code == 204


def test_a_rivals_conversation_is_not_there(api, rui, talk):
    assert api(rui).post(f"conversas/{talk.pk}/medir/", {"text": "Oi"}).status_code == 404
