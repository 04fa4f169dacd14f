"""One person, however a provider names them."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from contacts.models import Contact, ContactIdentity
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from contacts.services.identities import identity_move, people_resolve
from tests import make
from tests.race import errors, together

BSUID = "BR.2202576394650001"
MOBILES = [(13, "5541998887777"), (12, "554198887777")]
racing = pytest.mark.django_db(transaction=True)


def resolve(company, *people: PersonRef) -> list[ContactIdentity]:
    return people_resolve(company=company, people=people)


def phone(value: str) -> IdentityRef:
    return IdentityRef(IdentityKind.WA_PHONE, value)


@pytest.mark.parametrize("first", [0, 1])
def test_a_mobile_with_and_without_the_ninth_digit_is_one_person(clinic, first):
    forms = [value for _, value in MOBILES]
    one = resolve(clinic, make.person(forms[first]))[0]
    two = resolve(clinic, make.person(forms[1 - first]))[0]
    assert one.contact_id == two.contact_id
    assert one.contact.phone == "+5541998887777"
    # Kept as received: this is the form that is answered.
    assert ContactIdentity.unscoped.get().value == forms[first]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("551133334444", "5511933334444"),  # a landline has no ninth digit
        ("5511998887777", "5521998887777"),
        ("14155550101", "144155550101"),
        ("5541998887777", "5541998887778"),
    ],
)
def test_numbers_that_only_look_alike_are_two_people(clinic, one, two):
    resolve(clinic, make.person(one), make.person(two))
    assert Contact.unscoped.count() == 2


def test_the_same_number_in_two_companies_is_two_people(clinic, rival):
    mine, theirs = resolve(clinic, make.person())[0], resolve(rival, make.person())[0]
    assert mine.contact_id != theirs.contact_id
    assert (mine.company_id, theirs.company_id) == (clinic.pk, rival.pk)


def test_who_first_hid_the_number_and_then_shows_it_is_one_person(clinic):
    hidden = resolve(clinic, make.person("", user_id=BSUID))[0]
    shown = resolve(clinic, make.person(user_id=BSUID))[0]
    by_phone = resolve(clinic, make.person())[0]
    assert hidden.contact_id == shown.contact_id == by_phone.contact_id
    assert Contact.unscoped.get().phone == "+5541998887777"


def test_two_ids_of_two_people_are_noted_once_for_staff_and_nobody_is_merged(clinic):
    old = resolve(clinic, make.person())[0]
    new = resolve(clinic, make.person("", user_id=BSUID))[0]
    for _ in range(5):
        found = resolve(clinic, make.person(user_id=BSUID))[0]
    assert found.contact_id == new.contact_id
    assert Contact.unscoped.count() == 2
    entry = AuditEntry.unscoped.get()
    assert entry.action == "contato.possivel_duplicado"
    assert entry.object_id == str(new.contact_id)
    assert entry.detail == {"outro": str(old.contact_id)}


def test_a_batch_makes_each_person_once(clinic):
    people = [make.person(f"55119{70000000 + n % 7}") for n in range(50)]
    rows = resolve(clinic, *people)
    assert len({row.contact_id for row in rows}) == 7
    assert Contact.unscoped.count() == 7


def test_a_name_is_learned_once_and_never_overwritten(clinic):
    resolve(clinic, make.person(name=""))
    resolve(clinic, make.person(name="Joana Dias"))
    resolve(clinic, make.person(name="Outro Nome"))
    assert Contact.unscoped.get().name == "Joana Dias"


def test_a_username_follows_the_person(clinic):
    for username in ("joana", "joana.dias"):
        person = PersonRef((IdentityRef(IdentityKind.WA_BSUID, BSUID),), "Joana", username)
        resolve(clinic, person)
    assert ContactIdentity.unscoped.get().username == "joana.dias"


def test_looking_people_up_costs_the_same_for_one_and_for_fifty(
    clinic, django_assert_max_num_queries
):
    resolve(clinic, *(make.person(f"55119{70000000 + n}") for n in range(50)))
    for count in (1, 50):
        with django_assert_max_num_queries(4):
            resolve(clinic, *(make.person(f"55119{70000000 + n}") for n in range(count)))


# --- change of number ----------------------------------------------------------------------------


def test_a_changed_number_is_the_same_person(clinic):
    before = resolve(clinic, make.person("5511988887777"))[0]
    moved = identity_move(company=clinic.pk, old=phone("5511988887777"), new=phone("5511977776666"))
    after = resolve(clinic, make.person("5511977776666"))[0]
    assert moved.pk == after.pk
    assert after.contact_id == before.contact_id
    assert Contact.unscoped.get().phone == "+5511977776666"


def test_a_number_changed_twice_over_is_told_once(clinic):
    resolve(clinic, make.person("5511988887777"))
    for _ in range(3):
        identity_move(company=clinic.pk, old=phone("5511988887777"), new=phone("5511977776666"))
    assert ContactIdentity.unscoped.count() == 2
    assert not AuditEntry.unscoped.exists()


def test_a_number_that_nobody_had_moves_nobody(clinic):
    found = identity_move(company=clinic.pk, old=phone("5511911112222"), new=phone("5511933334444"))
    assert found is None
    assert not Contact.unscoped.exists()


def test_a_number_that_belongs_to_someone_else_stays_there_and_is_noted(clinic):
    joana = resolve(clinic, make.person("5511988887777", "Joana"))[0]
    maria = resolve(clinic, make.person("5511977776666", "Maria"))[0]
    for _ in range(3):
        identity_move(company=clinic.pk, old=phone("5511988887777"), new=phone("5511977776666"))
    maria.refresh_from_db()
    assert maria.contact_id != joana.contact_id
    assert AuditEntry.unscoped.get().detail == {"outro": str(maria.contact_id)}


def test_a_move_in_one_company_leaves_the_other_alone(clinic, rival):
    resolve(rival, make.person("5511988887777"))
    identity_move(company=clinic.pk, old=phone("5511988887777"), new=phone("5511977776666"))
    assert [row.value for row in ContactIdentity.unscoped.all()] == ["5511988887777"]


def test_a_number_typed_by_staff_is_kept_when_the_provider_tells_another(clinic):
    row = resolve(clinic, make.person("5511988887777"))[0]
    Contact.unscoped.filter(pk=row.contact_id).update(phone="+551133334444")
    identity_move(company=clinic.pk, old=phone("5511988887777"), new=phone("5511977776666"))
    assert Contact.unscoped.get().phone == "+551133334444"


# --- at the same moment --------------------------------------------------------------------------


@racing
def test_the_two_forms_of_a_number_at_once_make_one_person(clinic):
    for turn in range(6):
        long, short = f"55419{81110000 + turn}", f"5541{81110000 + turn}"
        results = together(
            *(lambda p=p: resolve(clinic, make.person(p)) for p in (long, short) * 4)
        )
        assert errors(results) == []
        assert Contact.unscoped.count() == turn + 1


@racing
def test_batches_in_opposite_orders_neither_deadlock_nor_double(clinic):
    people = [make.person(f"55119{70000000 + n}") for n in range(30)]
    for _ in range(4):
        results = together(lambda: resolve(clinic, *people), lambda: resolve(clinic, *people[::-1]))
        assert errors(results) == []
    assert Contact.unscoped.count() == 30


@racing
def test_a_move_and_a_message_from_the_new_number_at_once_make_one_person_or_note_two(clinic):
    for turn in range(6):
        old, new = f"55119{80000000 + turn}", f"55119{60000000 + turn}"
        resolve(clinic, make.person(old))
        results = together(
            lambda old=old, new=new: identity_move(
                company=clinic.pk, old=phone(old), new=phone(new)
            ),
            lambda new=new: resolve(clinic, make.person(new)),
        )
        assert errors(results) == []
        owners = ContactIdentity.unscoped.filter(value__in=[old, new])
        people = {row.contact_id for row in owners}
        noted = AuditEntry.unscoped.filter(detail__outro__in=[str(one) for one in people])
        assert len(people) == 1 or noted.count() == 1


@racing
def test_the_same_number_in_two_companies_at_once_does_not_wait_or_mix(clinic, rival):
    results = together(
        *(lambda c=c: resolve(c, make.person())[0].company_id for c in (clinic, rival) * 3)
    )
    assert errors(results) == []
    assert Contact.unscoped.count() == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("5215512345678", "525512345678"), ("5491112345678", "541112345678")],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_the_two_forms_of_a_foreign_number_are_one_person(clinic, one, other, is_first):
    forms = (one, other) if is_first else (other, one)
    first, second = (resolve(clinic, make.person(form))[0] for form in forms)
    assert first.contact_id == second.contact_id
    assert Contact.unscoped.count() == 1


@racing
def test_the_two_forms_of_a_mexican_number_at_once_make_one_person(clinic):
    people = [make.person(form) for form in ("5215512345678", "525512345678") * 4]
    results = together(*(lambda p=p: resolve(clinic, p) for p in people))
    assert errors(results) == []
    assert Contact.unscoped.count() == 1
