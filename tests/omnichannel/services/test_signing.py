"""Whose name stands above what an attendant writes."""

from __future__ import annotations

import pytest

from accounts.models import Company, Membership
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Conversation
from omnichannel.services.sendable import is_signed, signed
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("own", "companys", "expected"),
    [(None, True, True), (None, False, False), (False, True, False), (True, False, True)],
)
def test_a_channel_says_whether_names_stand_above_texts(
    conversation: Conversation, beto: Membership, own: bool | None, companys: bool, expected: bool
):
    conversation.channel.sign_messages = own
    beto.company.sign_messages = companys
    assert is_signed(conversation, beto) is expected
    assert (signed("Oi", conversation, beto) == "*Beto Reis*\nOi") is expected


def test_a_letter_has_its_signature_below(clinic: Company, beto: Membership):
    person = PersonRef((IdentityRef(IdentityKind.EMAIL, "maria@paciente.example"),), "Maria")
    talk = make.inbound(make.email_channel(clinic), person=person, thread_key="1").conversation
    talk.channel.sign_messages = True
    assert not is_signed(talk, beto)
