"""A number is one person's, whichever kind of channel knows it."""

from __future__ import annotations

import pytest

from contacts.models import Contact, ContactIdentity, DuplicatePair
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from contacts.services.contacts import DuplicatePerson, contact_save
from contacts.services.identities import identity_move, people_resolve
from contacts.services.merging import contacts_merge, merge_undo
from contacts.services.numbers import contacts_by_phone
from tests.contacts.importing import imported
from tests.race import errors, together

WA_PHONE, PHONE = IdentityKind.WA_PHONE, IdentityKind.PHONE
LONG, SHORT = "5541988110001", "554188110001"
USER_A, USER_B = "BR.91000000000000001", "BR.91000000000000002"
KINDS = [(WA_PHONE, PHONE), (PHONE, WA_PHONE)]
pytestmark = pytest.mark.django_db
racing = pytest.mark.django_db(transaction=True)


def of(kind: IdentityKind, value: str = LONG, user: str = "") -> PersonRef:
    refs = [IdentityRef(IdentityKind.WA_BSUID, user)] if user else []
    return PersonRef((*refs, IdentityRef(kind, value)), "Joana")


def writes(company, kind: IdentityKind, value: str = LONG, user: str = "") -> ContactIdentity:
    (row,) = people_resolve(company=company, people=[of(kind, value, user)], account="waba")
    return row


@pytest.mark.parametrize(("first", "second"), KINDS)
@pytest.mark.parametrize("known", [LONG, SHORT])
@pytest.mark.parametrize("comes", [LONG, SHORT])
def test_a_number_known_from_one_kind_is_found_from_the_other(clinic, first, second, known, comes):
    one, two = writes(clinic, first, known), writes(clinic, second, comes)
    assert one.contact_id == two.contact_id
    # Each kind has an identity of its own, as it was received there.
    assert (two.kind, two.value) == (second, comes)
    assert ContactIdentity.unscoped.count() == 2
    assert writes(clinic, second, comes).pk == two.pk


def test_both_kinds_in_one_batch_are_one_person(clinic):
    rows = people_resolve(company=clinic, people=[of(WA_PHONE), of(PHONE, SHORT), of(WA_PHONE)])
    assert len({row.contact_id for row in rows}) == 1
    assert Contact.unscoped.count() == 1


@pytest.mark.parametrize("value", ["27182", "BANCO", "551133334444"])
def test_short_numbers_and_names_find_nobody_but_their_own(clinic, value):
    one = writes(clinic, PHONE, value)
    assert writes(clinic, PHONE, value).pk == one.pk
    assert writes(clinic, WA_PHONE, "5511933334444").contact_id != one.contact_id


def test_another_companys_number_is_another_person(clinic, rival):
    assert writes(clinic, WA_PHONE).contact_id != writes(rival, PHONE).contact_id


def test_two_records_with_one_number_stay_and_are_noted_once(clinic, ana):
    sms = writes(clinic, PHONE).contact
    # Made before numbers were shared between kinds.
    other = Contact.unscoped.create(company=clinic, name="Outra")
    ContactIdentity.unscoped.create(company=clinic, contact=other, kind=WA_PHONE, value=LONG)
    for _ in range(2):
        assert writes(clinic, PHONE).contact_id == sms.pk
        assert writes(clinic, WA_PHONE).contact_id == other.pk
    assert DuplicatePair.unscoped.count() == 1
    merge = contacts_merge(kept=sms, gone=other, actor=ana)
    assert writes(clinic, WA_PHONE).contact_id == sms.pk
    merge_undo(merge=merge, actor=ana)
    assert writes(clinic, WA_PHONE).contact_id == other.pk
    assert writes(clinic, PHONE).contact_id == sms.pk


# --- a number that its person has left -----------------------------------------------------------


def move(company, old: str, new: str) -> ContactIdentity | None:
    refs = [IdentityRef(WA_PHONE, value) for value in (old, new)]
    return identity_move(company=company.pk, old=refs[0], new=refs[1])


@pytest.mark.parametrize("known", [(WA_PHONE,), (PHONE,), (WA_PHONE, PHONE), (PHONE, WA_PHONE)])
@pytest.mark.parametrize("comes", [WA_PHONE, PHONE])
@pytest.mark.parametrize("form", [LONG, SHORT])
def test_a_number_that_was_left_is_left_for_every_kind(clinic, known, comes, form):
    former, *_ = [writes(clinic, kind).contact for kind in known]
    moved = move(clinic, LONG, "5541988110002")
    assert moved is not None and moved.contact_id == former.pk
    fresh = writes(clinic, comes, form).contact
    assert fresh.pk != former.pk
    # Providers repeat themselves: the number is the new owner's by now.
    move(clinic, LONG, "5541988110002")
    assert writes(clinic, comes, form).contact_id == fresh.pk
    assert writes(clinic, PHONE, "5541988110002").contact_id == former.pk


def test_a_number_that_turns_up_with_another_user_is_left_for_every_kind(clinic):
    former = writes(clinic, WA_PHONE, LONG, USER_A).contact
    assert writes(clinic, PHONE).contact_id == former.pk
    fresh = writes(clinic, WA_PHONE, LONG, USER_B).contact
    assert fresh.pk != former.pk
    assert writes(clinic, PHONE).contact_id == fresh.pk
    assert writes(clinic, WA_PHONE, LONG, USER_A).contact_id == former.pk


# --- numbers on records --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [WA_PHONE, PHONE])
def test_a_number_on_a_record_is_found_from_every_kind(clinic, ana, kind):
    typed = contact_save(actor=ana, contact=None, name="Rita", phone="(41) 98811-0001")
    assert writes(clinic, kind, SHORT).contact_id == typed.pk


@pytest.mark.parametrize("kind", [WA_PHONE, PHONE])
def test_a_number_of_any_kind_is_somebodys_when_staff_type_it(clinic, ana, kind):
    Contact.unscoped.filter(pk=writes(clinic, kind, SHORT).contact_id).update(phone="")
    with pytest.raises(DuplicatePerson):
        contact_save(actor=ana, contact=None, name="Rita", phone="41988110001")


@pytest.mark.parametrize("kind", [WA_PHONE, PHONE])
def test_a_number_of_any_kind_is_somebodys_when_a_list_brings_it(clinic, kind):
    known = writes(clinic, kind, SHORT).contact
    Contact.unscoped.filter(pk=known.pk).update(phone="")
    found, made = contacts_by_phone(company_id=clinic.pk, names={f"+{LONG}": "Rita"})
    assert (found, made) == ({f"+{LONG}": known.pk}, 0)


@pytest.mark.parametrize("kind", [WA_PHONE, PHONE])
def test_a_number_of_any_kind_is_somebodys_when_a_file_brings_it(clinic, ana, kind):
    known = writes(clinic, kind, SHORT).contact
    Contact.unscoped.filter(pk=known.pk).update(phone="")
    imported(ana, ("Joana", "(41) 98811-0001", ""))
    assert Contact.unscoped.count() == 1
    assert writes(clinic, WA_PHONE).contact_id == writes(clinic, PHONE).contact_id == known.pk


# --- at the same moment --------------------------------------------------------------------------


@racing
def test_first_messages_of_two_kinds_at_once_make_one_person(clinic):
    for turn in range(6):
        long, short = f"55419{81110000 + turn}", f"5541{81110000 + turn}"
        at_once = [(kind, form) for kind in (WA_PHONE, PHONE) for form in (long, short)] * 2
        results = together(*(lambda k=k, f=f: writes(clinic, k, f) for k, f in at_once))
        assert errors(results) == []
        assert Contact.unscoped.count() == turn + 1
        assert {row.contact_id for row in results} == {results[0].contact_id}


@racing
def test_a_number_that_is_left_while_another_kind_brings_it_is_one_persons(clinic):
    for turn in range(6):
        old, new = f"55119{80000000 + turn}", f"55119{60000000 + turn}"
        former = writes(clinic, WA_PHONE, old).contact
        results = together(
            lambda old=old, new=new: move(clinic, old, new),
            lambda old=old: writes(clinic, PHONE, old),
        )
        assert errors(results) == []
        # Before the move it was the former owner's and left with it, after it is a stranger's.
        row = ContactIdentity.unscoped.get(pk=results[1].pk)
        assert row.has_left == (row.contact_id == former.pk)


@racing
def test_a_form_and_a_message_of_another_kind_at_once_make_one_person(clinic, ana):
    for turn in range(6):
        number = f"55119{50000000 + turn}"
        results = together(
            lambda n=number: contact_save(actor=ana, contact=None, name="Rita", phone=f"+{n}"),
            lambda n=number: writes(clinic, PHONE, n),
            lambda n=number: contacts_by_phone(company_id=clinic.pk, names={f"+{n}": "R"}),
        )
        assert [one for one in errors(results) if not isinstance(one, DuplicatePerson)] == []
        assert Contact.unscoped.count() == turn + 1
