"""Who may be one person is suggested when something is learned of somebody, and staff decide."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection

from accounts.models import Company, Membership
from common import rows
from common.scoping import company_scope
from contacts.models import (
    Contact,
    ContactIdentity,
    ContactMerge,
    DuplicatePair,
    DuplicateReason,
    DuplicateStatus,
)
from contacts.refs import IdentityKind, IdentityRef, PersonRef, Proof
from contacts.services.contacts import contact_save
from contacts.services.duplicates import (
    SuggestionDecided,
    pair_confirm,
    pair_dismiss,
    visitor_join,
)
from contacts.services.identities import people_resolve
from contacts.services.matching import FIND
from contacts.services.merging import contacts_merge, merge_undo
from omnichannel.models import Conversation
from tests import make
from tests.race import errors, together

MAIL = "rita@exemplo.example"
pytestmark = pytest.mark.django_db
racing = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


def visitor(value: str, *, name: str = "", **claims: str) -> PersonRef:
    """Name somebody on the clinic's site, with what they typed."""
    typed = {"email": IdentityKind.EMAIL, "phone": IdentityKind.PHONE}
    return PersonRef(
        (IdentityRef(IdentityKind.WEBCHAT, value),),
        name,
        claims=tuple(IdentityRef(typed[kind], said) for kind, said in claims.items()),
    )


def mailer(value: str = MAIL, *, name: str = "", proof: Any = Proof.SENDER) -> PersonRef:
    """Name who sends a mail."""
    return PersonRef((IdentityRef(IdentityKind.EMAIL, value, proof=proof),), name)


def direct(value: str, *, name: str = "", username: str = "", realm: str = "1") -> PersonRef:
    """Name somebody on Instagram."""
    return PersonRef((IdentityRef(IdentityKind.IG_SID, value, realm),), name, username)


def comes(company: Company, person: PersonRef) -> Contact:
    """Let somebody write, with the proofs that their message brings."""
    proofs = {ref: ref.proof for ref in person.identities if ref.proof}
    (row,) = people_resolve(company=company, people=[person], proofs=proofs)
    return Contact.unscoped.get(pk=row.contact_id)


def save(actor: Membership, **values: Any) -> Contact:
    with company_scope(actor.company_id):
        return contact_save(actor=actor, **values)


def only_pair() -> DuplicatePair:
    return DuplicatePair.unscoped.get()


WEAK = {
    "typed e-mail": (
        lambda clinic: comes(clinic, mailer(name="Rita")),
        lambda clinic: comes(clinic, visitor("v1", email="RITA@exemplo.example")),
        DuplicateReason.EMAIL,
    ),
    "typed phone": (
        lambda clinic: comes(clinic, make.person("5541988880001", "Rita")),
        lambda clinic: comes(clinic, visitor("v1", phone="5541988880001")),
        DuplicateReason.PHONE,
    ),
    "typed phone, then it writes": (
        lambda clinic: comes(clinic, visitor("v1", phone="5541988880001")),
        lambda clinic: comes(clinic, make.person("554188880001", "Rita")),
        DuplicateReason.PHONE,
    ),
    "same username": (
        lambda clinic: comes(clinic, direct("11", username="rita.lima")),
        lambda clinic: comes(clinic, direct("22", username="Rita.Lima", realm="2")),
        DuplicateReason.USERNAME,
    ),
    "same name, one without an address": (
        lambda clinic: comes(clinic, make.person("5541988880001", "Rita Lima")),
        lambda clinic: comes(clinic, direct("11", name="RÍTA  Lima")),
        DuplicateReason.SAME_NAME,
    ),
}


@pytest.mark.parametrize("name", WEAK)
def test_what_was_only_typed_is_a_weak_pair_and_merges_nobody(clinic, name):
    first, second, reason = WEAK[name]
    one, other = first(clinic), second(clinic)
    pair = only_pair()
    assert {pair.first_id, pair.second_id} == {one.pk, other.pk}
    assert (pair.reason, pair.is_strong, pair.status) == (reason, False, DuplicateStatus.OPEN)
    assert visitor_join(pair=pair) is None
    assert Contact.unscoped.standing().count() == 2


def test_a_typed_address_is_no_identity_and_finds_nobody(clinic):
    mailed = comes(clinic, mailer(name="Rita"))
    typed = comes(clinic, visitor("v1", email=MAIL))
    assert typed.pk != mailed.pk
    assert typed.email == MAIL
    kinds = ContactIdentity.unscoped.filter(contact=typed).values_list("kind", flat=True)
    assert list(kinds) == [IdentityKind.WEBCHAT]


def test_what_is_proven_is_marked_once_with_how(clinic):
    comes(clinic, mailer(proof=""))
    row = ContactIdentity.unscoped.get()
    assert not row.is_verified
    comes(clinic, mailer())
    row.refresh_from_db()
    first = row.verified_at
    assert (row.is_verified, row.proof) == (True, Proof.SENDER)
    comes(clinic, mailer(proof=Proof.CLICK))
    row.refresh_from_db()
    assert (row.verified_at, row.proof) == (first, Proof.SENDER)


@pytest.mark.parametrize("kind", ["whatsapp", "instagram"])
def test_whom_the_provider_vouches_for_is_verified_by_writing(clinic, channel, kind):
    if kind == "whatsapp":
        make.inbound(channel)
    else:
        make.inbound(make.messaging_channel(clinic), person=direct("11", realm=""))
    assert ContactIdentity.unscoped.get().proof == Proof.WROTE


def test_what_the_clinic_wrote_from_its_phone_proves_nothing_of_the_person(channel):
    make.inbound(channel, is_echo=True)
    assert not ContactIdentity.unscoped.get().is_verified


SIGNED = PersonRef(
    (
        IdentityRef(IdentityKind.WEBCHAT, "v1"),
        IdentityRef(IdentityKind.EMAIL, MAIL, proof=Proof.SIGNED),
    )
)


def signs(company: Company) -> None:
    proofs = dict.fromkeys(SIGNED.identities, Proof.SIGNED)
    people_resolve(company=company, people=[SIGNED], proofs=proofs)


def test_a_proven_match_waits_for_a_click_when_the_visitor_has_a_name(clinic):
    comes(clinic, mailer(name="Rita"))
    comes(clinic, visitor("v1", name="Rita L."))
    signs(clinic)
    pair = only_pair()
    assert pair.is_strong
    assert visitor_join(pair=pair) is None


def test_an_unnamed_visitor_without_a_word_joins_by_itself(clinic):
    mailed = comes(clinic, mailer(name="Rita"))
    seen = comes(clinic, visitor("v1"))
    signs(clinic)
    merge = visitor_join(pair=only_pair())
    assert merge is not None
    assert (merge.kept_id, merge.gone_id, merge.actor_id) == (mailed.pk, seen.pk, None)


def test_an_unnamed_visitor_who_has_said_something_waits(clinic, channel):
    comes(clinic, mailer(name="Rita"))
    seen = comes(clinic, visitor("v1"))
    talk = make.inbound(channel).conversation
    Conversation.unscoped.filter(pk=talk.pk).update(contact=seen)
    signs(clinic)
    assert visitor_join(pair=DuplicatePair.unscoped.get(is_strong=True)) is None


def test_two_signs_on_one_pair_are_one_row(clinic, ana):
    rita = save(ana, name="Rita Lima", email=MAIL)
    comes(clinic, mailer(name="Rita Lima"))
    assert only_pair().reason == DuplicateReason.EMAIL
    save(ana, contact=rita, name="Rita Lima")
    assert only_pair().reason == DuplicateReason.EMAIL


def test_refused_it_never_comes_back_for_the_same_and_comes_with_a_new_proof(clinic, ana):
    comes(clinic, mailer(name="Rita"))
    typed = comes(clinic, visitor("v1", name="R", email=MAIL))
    row = pair_dismiss(pair=only_pair(), actor=ana)
    assert (row.decided_by, row.status) == (ana, DuplicateStatus.DIFFERENT)
    save(ana, contact=typed, email=MAIL)
    assert only_pair().status == DuplicateStatus.DIFFERENT
    signs(clinic)
    back = only_pair()
    assert (back.status, back.is_strong, back.decided_by) == (DuplicateStatus.OPEN, True, None)
    pair_dismiss(pair=back, actor=ana)
    signs(clinic)
    assert only_pair().status == DuplicateStatus.DIFFERENT


def test_an_address_that_staff_said_two_share_is_suggested_for_nobody_else(clinic, ana):
    save(ana, name="Mãe", email=MAIL)
    save(ana, name="Filha", email=MAIL)
    pair_dismiss(pair=only_pair(), actor=ana)
    save(ana, name="Tia", email=MAIL)
    assert DuplicatePair.unscoped.count() == 1


def test_nobody_is_told_by_what_is_the_clinics_or_everybodys(clinic, ana, rival):
    shared = [
        "recepcao@exemplo.example",
        ana.user.email,
    ]
    for address in shared:
        save(ana, name="Um", email=address)
        save(ana, name="Outro", email=address)
    mother = save(ana, name="Mãe", email=MAIL)
    save(ana, name="Criança", email=MAIL, guardian=mother, relation="filho")
    Contact.unscoped.create(company=rival, name="Vizinha", email="longe@exemplo.example")
    save(ana, name="Perto", email="longe@exemplo.example")
    assert not DuplicatePair.unscoped.exists()


def test_a_crowd_behind_one_address_tells_nobody_apart(clinic, ana):
    for number in range(6):
        save(ana, name=f"Pessoa {number}", email=MAIL)
    # The first four could still have been one person; those that came after were a crowd.
    last = Contact.unscoped.order_by("-pk").first()
    assert not DuplicatePair.unscoped.filter(second=last).exists()


def test_people_who_are_known_cost_no_look_and_a_batch_as_much_as_one(clinic, monkeypatch):
    sent: list[str] = []
    real = rows._execute

    def watched(statement: str, values: Any) -> Any:
        sent.append(statement)
        return real(statement, values)

    def asked(people: list[PersonRef]) -> int:
        sent.clear()
        proofs = {ref: Proof.WROTE for one in people for ref in one.identities}
        people_resolve(company=clinic, people=people, proofs=proofs)
        return len([one for one in sent if one == FIND])

    monkeypatch.setattr(rows, "_execute", watched)
    crowd = [make.person(f"55419888{n:05}", f"Pessoa Nova {n}") for n in range(40)]
    assert [asked(crowd[:1]), asked(crowd[1:]), asked(crowd)] == [1, 1, 0]


MANY = """
WITH made AS (
    INSERT INTO contacts_contact (id, created_at, updated_at, company_id, name, email, phone,
        status, custom, notes)
    SELECT gen_random_uuid(), now(), now(), %s, 'Pessoa ' || n, 'p' || n || '@exemplo.example',
        '+5541' || (900000000 + n), 'lead', '{}', ''
    FROM generate_series(1, 8000) n RETURNING id, phone
)
INSERT INTO contacts_contactidentity (id, created_at, updated_at, company_id, contact_id, kind,
    realm, value, username)
SELECT gen_random_uuid(), now(), now(), %s, id, 'wa_phone', '', substr(phone, 2), 'u' || phone
FROM made
"""


@pytest.mark.slow
def test_each_look_goes_by_an_index_of_its_own_among_many(clinic):
    keys = {
        "email": "p77@exemplo.example",
        "phone": "+5541900000077",
        "number": "5541900000077",
        "username": "U+5541900000077",
        "name": "pessoa 77",
    }
    with connection.cursor() as cursor:
        cursor.execute(MANY, [clinic.pk, clinic.pk])
        cursor.execute("ANALYZE contacts_contact, contacts_contactidentity")
        asked = [clinic.pk, [clinic.pk] * len(keys), [*keys], [*keys.values()]]
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {FIND}", asked)
        plan = json.dumps(cursor.fetchone()[0])
    for index in (
        *("contact_email", "identity_once", "contact_phone"),
        *("identity_same_username", "contact_full_name"),
    ):
        assert f'"{index}"' in plan
    assert "Seq Scan" not in plan
    # Nothing is read to be thrown away, but what another kind of clue would have asked for.
    removed = re.findall(r'"Rows Removed by (?:Filter|Index Recheck)": (\d+)', plan)
    assert sum(map(int, removed)) == 0


# --- deciding ------------------------------------------------------------------------------------


@pytest.fixture
def pair(clinic) -> DuplicatePair:
    comes(clinic, mailer(name="Rita"))
    comes(clinic, visitor("v1", name="", email=MAIL))
    return only_pair()


def test_confirming_makes_one_person_and_can_be_undone(pair, ana):
    merge = pair_confirm(pair=pair, actor=ana)
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == (DuplicateStatus.MERGED, ana)
    assert merge.kept.name == "Rita"
    assert pair_confirm(pair=pair, actor=ana) == merge
    merge_undo(merge=merge, actor=ana)
    pair.refresh_from_db()
    assert pair.status == DuplicateStatus.DIFFERENT
    with pytest.raises(SuggestionDecided):
        pair_confirm(pair=pair, actor=ana)


def test_what_was_found_of_the_record_that_goes_is_asked_of_the_one_that_stays(pair, clinic, ana):
    seen = Contact.unscoped.get(name="")
    third = comes(clinic, direct("11", username="rita.lima"))
    ContactIdentity.unscoped.filter(contact=seen).update(username="rita.lima")
    comes(clinic, direct("12", username="rita.lima", realm="2"))
    assert DuplicatePair.unscoped.filter(reason=DuplicateReason.USERNAME).exists()
    other = DuplicatePair.unscoped.filter(first=seen).first()
    assert other is not None
    merge = pair_confirm(pair=pair, actor=ana)
    moved = DuplicatePair.unscoped.filter(status=DuplicateStatus.OPEN)
    assert not moved.filter(first=merge.gone).exists()
    assert moved.filter(first=merge.kept).exists()
    assert third.merged_into is None


@racing
@pytest.mark.parametrize("acts", ["cc", "cr", "cm", "rr"])
def test_two_who_decide_at_once_leave_one_decision(clinic, ana, beto, acts):
    comes(clinic, mailer(name="Rita"))
    comes(clinic, visitor("v1", email=MAIL))
    pair = only_pair()
    ways = {
        "c": lambda who: pair_confirm(pair=pair, actor=who),
        "r": lambda who: pair_dismiss(pair=pair, actor=who),
        "m": lambda who: contacts_merge(kept=pair.second, gone=pair.first, actor=who),
    }
    results = together(
        *(
            lambda way=ways[act], who=who: way(who)
            for act, who in zip(acts, (ana, beto), strict=True)
        )
    )
    pair.refresh_from_db()
    merges = ContactMerge.unscoped.filter(undone_at=None).count()
    assert merges == (1 if pair.status == DuplicateStatus.MERGED else 0)
    assert len(errors(results)) == (0 if acts in ("cc", "rr") else len(errors(results)))
    assert len(errors(results)) <= 1
    assert pair.status != DuplicateStatus.OPEN


@racing
def test_two_who_learn_the_same_at_once_note_one_pair(clinic):
    comes(clinic, mailer(name="Rita"))
    results = together(
        *(lambda n=n: comes(clinic, visitor(f"v{n}", email=MAIL)) for n in range(2)),
    )
    assert not errors(results)
    assert DuplicatePair.unscoped.filter(reason=DuplicateReason.EMAIL).count() in (2, 3)
