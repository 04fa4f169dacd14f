"""What people allowed: only added to, the newest holds."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.models import Consent, ConsentChain, ConsentState, Contact
from contacts.refs import IdentityKind
from contacts.services.consent import (
    ConsentWord,
    Verdict,
    consent_holding,
    consent_record,
    consent_state,
    consents_record,
    consents_verify,
    link,
)
from contacts.services.consent_rules import holds
from omnichannel.services.channels import preference_record
from providers.facts import AccountRef, PreferenceUpdate
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
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE contacts_consent",
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


def forge(company, *, statement: str = "") -> None:
    """Change the ledger and make its chain fit again, as whoever owns the database can."""
    if statement:
        tamper(statement)
    before = ""
    for row in Consent.unscoped.filter(company=company).order_by("seq"):
        before = link(before, row)
        tamper("UPDATE contacts_consent SET hash = %s WHERE id = %s", before, row.pk)
    count = Consent.unscoped.filter(company=company).count()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_consentchain SET seq = %s, hash = %s", [count, before])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contacts_consent SET proof = 'outra' WHERE seq = 2",
        "DELETE FROM contacts_consent WHERE seq = 5",
        "UPDATE contacts_consentchain SET sealed_end = ''",
        "UPDATE contacts_consentchain SET sealed_end = 'v1:k1:AAAA'",
    ],
)
def test_a_chain_that_was_made_to_fit_again_is_found(ledger, statement):
    forge(ledger, statement=statement)
    found = consents_verify(company=ledger)
    assert (found.broken_at, found.is_cut_short, found.is_forged) == (None, False, True)
    with pytest.raises(CommandError, match="1 ledgers"):
        call_command("verify_consents")


def test_the_seal_of_another_companys_ledger_does_not_fit(ledger, rival):
    chain = ConsentChain.unscoped.get(company=ledger)
    stolen = ConsentChain(company=rival, seq=chain.seq, hash=chain.hash)
    stolen.save()
    ConsentChain.unscoped.filter(pk=stolen.pk).update(sealed_end=chain.__dict__["sealed_end"])
    assert consents_verify(company=rival).is_forged


def test_a_ledger_that_was_set_back_is_found_by_its_anchor(ledger, tmp_path, conversation):
    file = tmp_path / "anchors.json"
    record(conversation.contact, True, timezone.now() + timedelta(days=1))
    kept = Consent.unscoped.filter(company=ledger).get(seq=6)
    call_command("verify_consents", anchors=file)
    # The state of yesterday, seal and all, as a restored backup would bring it.
    tamper("DELETE FROM contacts_consent WHERE seq = 6")
    chain = ConsentChain.unscoped.get(company=ledger)
    last = Consent.unscoped.filter(company=ledger).get(seq=5)
    chain.seq, chain.hash = 5, last.hash
    chain.sealed_end = {"seq": 5, "hash": last.hash}
    chain.save()
    ConsentState.unscoped.update(is_granted=last.is_granted, since=last.occurred_at)
    assert consents_verify(company=ledger).is_whole
    assert not consents_verify(company=ledger, anchor=(6, kept.hash)).is_whole
    with pytest.raises(CommandError, match="1 ledgers"):
        call_command("verify_consents", anchors=file)


@pytest.mark.parametrize("words", ["", "[]", "{", '{"a": 1}', '{"a": ["x", "y"]}'])
def test_a_file_without_anchors_is_refused_and_kept(ledger, tmp_path, words):
    file = tmp_path / "anchors.json"
    file.write_text(words)
    with pytest.raises(CommandError, match="no anchors"):
        call_command("verify_consents", anchors=file)
    assert file.read_text() == words


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
        ConsentWord(
            conversation.contact_id, MARKETING, bool(n % 2), "teste", now + timedelta(seconds=n)
        )
        for n in range(100_000)
    ]
    for at in range(0, len(facts), 1000):
        consents_record(company=clinic, facts=facts[at : at + 1000])
    assert consents_verify(company=clinic) == Verdict(rows=100_000)


# --- a person's own word ------------------------------------------------------------------------

WORD, LIST, FILE, STAFF = "palavra", "lista de campanha", "importacao:x", "api"
STOPPED, META = "whatsapp.user_preferences", "whatsapp.marketing_recusado"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # (source, granted) in the order of their moments.
        ([(WORD, False), (FILE, True)], False),
        ([(WORD, False), (LIST, True)], False),
        ([(WORD, False), (STAFF, True)], False),
        ([(STOPPED, False), (STAFF, True)], False),
        ([(META, False), (STAFF, True), (FILE, True)], False),
        ([(WORD, False), (WORD, True)], True),
        ([(WORD, False), (STOPPED, True)], True),
        ([(STAFF, True), (WORD, False)], False),
        ([(FILE, True), (WORD, False), (WORD, True), (STAFF, False)], False),
        ([(WORD, False), (WORD, True), (STAFF, False), (STAFF, True)], True),
        # Staff may take back what staff wrote down; a file may not.
        ([(STAFF, False), (STAFF, True)], True),
        ([(STAFF, False), (FILE, True)], False),
        ([(FILE, False), (FILE, True)], False),
        ([(FILE, True)], True),
        ([("mesclagem_palavra", False), (STAFF, True)], False),
        ([("mesclagem_arquivo.whatsapp", True), ("ficha", False)], False),
        ([("recusa_lembrada", False), (FILE, True)], False),
    ],
)
@pytest.mark.parametrize("is_backwards", [False, True])
def test_a_person_s_own_word_beats_what_is_claimed_for_them(
    conversation, facts, expected, is_backwards
):
    person, began = conversation.contact, timezone.now()
    dated = [(began + timedelta(hours=n), *fact) for n, fact in enumerate(facts)]
    for at, source, granted in reversed(dated) if is_backwards else dated:
        record(person, granted, at, source)
    assert consent_state(person, MARKETING) is expected
    assert holds(Consent.unscoped.filter(contact=person)) is expected
    assert consents_verify(company=person.company_id).is_whole


def test_a_refusal_told_to_one_channel_is_not_undone_by_staff_for_all(conversation):
    person, now = conversation.contact, timezone.now()
    fact = {"contact": person, "purpose": MARKETING}
    consent_record(**fact, channel="whatsapp", is_granted=False, source=STOPPED, occurred_at=now)
    record(person, True, now + timedelta(hours=1), STAFF)
    assert consent_state(person, MARKETING, "whatsapp") is False
    assert consent_state(person, MARKETING, "email") is True
    held = Contact.unscoped.annotate(held=consent_holding(MARKETING, "whatsapp")).get(pk=person.pk)
    assert held.held is False


FACTS = st.lists(
    st.tuples(
        st.sampled_from((WORD, STOPPED, STAFF, FILE, LIST)), st.booleans(), st.integers(0, 4)
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FACTS)
def test_the_database_and_the_rule_agree_on_any_ledger(clinic, facts):
    person, began = Contact.unscoped.create(company=clinic), timezone.now()
    rows = [
        ConsentWord(person.pk, MARKETING, granted, source, began + timedelta(hours=hours))
        for source, granted, hours in facts
    ]
    consents_record(company=clinic, facts=rows)
    assert consent_state(person, MARKETING) is holds(Consent.unscoped.filter(contact=person))
    if (WORD, False, 4) in facts:
        assert consent_state(person, MARKETING) is False
