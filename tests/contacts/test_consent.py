"""What people allowed: only added to, the newest holds."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from contacts.models import Consent
from contacts.refs import IdentityKind
from contacts.services.consent import consent_record, consent_state
from omnichannel.adapters.facts import AccountRef, PreferenceUpdate
from omnichannel.services.channels import preference_record
from tests import make
from tests.race import errors, together

MARKETING = Consent.Purpose.MARKETING


def record(contact, granted: bool, at, source: str = "teste") -> None:
    consent_record(
        contact=contact, purpose=MARKETING, is_granted=granted, source=source, occurred_at=at
    )


def test_nobody_asked_is_neither_yes_nor_no(conversation):
    assert consent_state(conversation.contact, MARKETING) is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_fact_holds_in_whatever_order_it_comes(conversation, order):
    now = timezone.now()
    facts = [(True, now), (False, now + timedelta(hours=1)), (True, now + timedelta(hours=2))]
    for at in order:
        record(conversation.contact, *facts[at])
    assert consent_state(conversation.contact, MARKETING) is True
    assert Consent.unscoped.count() == 3


def test_the_same_fact_told_twice_is_one_row(conversation):
    at = timezone.now()
    for _ in range(3):
        record(conversation.contact, False, at)
    assert Consent.unscoped.count() == 1


def test_a_stop_that_reaches_whatsapp_is_in_the_ledger(channel, conversation):
    update = PreferenceUpdate(
        AccountRef(channel.account_id), make.person(), False, timezone.now(), "user_preferences"
    )
    for _ in range(3):
        preference_record(channel=channel, update=update)
    row = Consent.unscoped.get()
    assert (row.contact_id, row.is_granted) == (conversation.contact_id, False)
    assert row.source == "whatsapp.user_preferences"
    assert IdentityKind.WA_PHONE in {i.kind for i in row.contact.identities.for_company(
        channel.company
    )}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_same_fact_at_once_is_one_row_and_no_error(conversation):
    at = timezone.now()
    results = together(*(lambda: record(conversation.contact, False, at) for _ in range(6)))
    assert errors(results) == []
    assert Consent.unscoped.count() == 1
