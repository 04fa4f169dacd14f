"""What people allowed: only added to, the newest holds."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from contacts.models import Consent, ConsentState, Contact
from contacts.refs import IdentityKind
from contacts.services.consent import (
    Fact,
    Verdict,
    consent_holding,
    consent_record,
    consent_state,
    consents_record,
    consents_verify,
)
from omnichannel.adapters.facts import AccountRef, PreferenceUpdate
from omnichannel.services.channels import preference_record
from tests import make
from tests.race import errors, together

MARKETING = Consent.Purpose.MARKETING


def run(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


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


# --- channels ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "whatsapp", "email"),
    [
        ([("", True), ("whatsapp", False)], False, True),
        ([("whatsapp", False), ("", True)], True, True),
        ([("email", True)], None, True),
        ([("whatsapp", True), ("", False)], False, False),
    ],
)
def test_a_fact_about_every_channel_counts_for_each(conversation, facts, whatsapp, email):
    person, now = conversation.contact, timezone.now()
    for at, (channel, granted) in enumerate(facts):
        consent_record(
            contact=person,
            purpose=MARKETING,
            channel=channel,
            is_granted=granted,
            source="teste",
            occurred_at=now + timedelta(minutes=at),
        )
    assert consent_state(person, MARKETING, "whatsapp") is whatsapp
    assert consent_state(person, MARKETING, "email") is email
    held = Contact.unscoped.annotate(held=consent_holding(MARKETING, "whatsapp")).get(pk=person.pk)
    assert held.held is whatsapp


def test_of_two_facts_at_one_moment_the_withdrawal_holds(conversation):
    at = timezone.now()
    record(conversation.contact, False, at, "a")
    record(conversation.contact, True, at, "b")
    assert consent_state(conversation.contact, MARKETING) is False


# --- the ledger keeps itself --------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contacts_consent SET is_granted = true",
        "DELETE FROM contacts_consent",
    ],
)
def test_the_database_refuses_to_change_what_was_written(conversation, statement):
    record(conversation.contact, False, timezone.now())
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        run(statement)
    assert Consent.unscoped.get().is_granted is False


def test_a_role_that_is_no_superuser_has_no_right_to_change_it(conversation):
    owner = "SELECT has_table_privilege('contacts_consent', 'INSERT')"
    assert run(owner) == [(True,)]
    granted = """SELECT privilege_type FROM information_schema.role_table_grants
    WHERE table_name = 'contacts_consent' AND privilege_type IN ('UPDATE', 'DELETE')"""
    assert run(granted) == []


def tamper(statement: str, *values: object) -> None:
    """Change the ledger as somebody with the keys of the database would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE contacts_consent DISABLE TRIGGER consent_append_only")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE contacts_consent ENABLE ALWAYS TRIGGER consent_append_only")


@pytest.fixture
def ledger(conversation):
    """Give a company whose ledger has five rows."""
    now = timezone.now()
    for hours in range(5):
        record(conversation.contact, bool(hours % 2), now + timedelta(hours=hours))
    return conversation.company


def test_an_untouched_ledger_is_whole(ledger, rival):
    assert consents_verify(company=ledger) == Verdict(rows=5)
    assert consents_verify(company=rival) == Verdict(rows=0)
    call_command("verify_consents")


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE contacts_consent SET is_granted = NOT is_granted WHERE seq = 3", 3),
        ("UPDATE contacts_consent SET proof = 'outra' WHERE seq = 1", 1),
        ("UPDATE contacts_consent SET occurred_at = occurred_at - interval '1 s' WHERE seq = 5", 5),
        ("DELETE FROM contacts_consent WHERE seq = 2", 3),
        ("UPDATE contacts_consent SET hash = repeat('0', 64) WHERE seq = 4", 4),
    ],
)
def test_a_row_that_was_changed_is_found(ledger, statement, place):
    tamper(statement)
    assert consents_verify(company=ledger).broken_at == place
    with pytest.raises(CommandError, match="1 ledgers"):
        call_command("verify_consents")


def test_a_ledger_that_was_cut_short_is_found(ledger):
    tamper("DELETE FROM contacts_consent WHERE seq = 5")
    assert consents_verify(company=ledger).is_cut_short


def test_a_state_that_differs_from_the_ledger_is_found(ledger):
    ConsentState.unscoped.update(is_granted=True)
    assert consents_verify(company=ledger).states_differ == 1


def test_two_companies_have_two_chains(conversation, rival):
    stranger = Contact.unscoped.create(company=rival, name="Rita")
    record(conversation.contact, True, timezone.now())
    record(stranger, True, timezone.now())
    assert list(Consent.unscoped.values_list("seq", flat=True)) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain_without_forks(conversation):
    person, now = conversation.contact, timezone.now()
    results = together(
        *(
            lambda n=n: [
                record(person, True, now + timedelta(seconds=10 * n + k)) for k in range(5)
            ]
            for n in range(6)
        )
    )
    assert errors(results) == []
    assert consents_verify(company=person.company_id) == Verdict(rows=30)


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_written_and_verified(conversation, clinic):
    now = timezone.now()
    facts = [
        Fact(conversation.contact_id, MARKETING, bool(n % 2), "teste", now + timedelta(seconds=n))
        for n in range(100_000)
    ]
    for at in range(0, len(facts), 1000):
        consents_record(company=clinic, facts=facts[at : at + 1000])
    assert consents_verify(company=clinic) == Verdict(rows=100_000)
