"""Several people behind one phone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Company, Membership
from common.errors import DomainError, Forbidden
from common.scoping import company_scope
from contacts.models import Consent, Contact
from contacts.services.contacts import contact_save, dependent_remove
from contacts.services.dependents import (
    DependentOfDependent,
    HasDependents,
    NamelessDependent,
    SameDependent,
    dependents_of,
)
from contacts.services.privacy import contact_erase, dossier_give
from omnichannel.models import Conversation
from omnichannel.search import conversations_search
from omnichannel.services.about import (
    NotOfThisPhone,
    conversation_about_set,
    dependent_add,
    dependent_drop,
)
from omnichannel.services.conversations import conversation_close, conversation_take
from tests import make
from tests.race import errors, together


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def talk(channel) -> Conversation:
    """Give a mother's conversation."""
    return make.inbound(channel, person=make.person("5541999990001", "Rita Dias")).conversation


@pytest.fixture
def mother(talk: Conversation) -> Contact:
    return talk.contact


def save(actor: Membership, **values: Any) -> Contact:
    with company_scope(actor.company_id):
        return contact_save(actor=actor, **values)


def again(row: Any) -> Any:
    return type(row).unscoped.get(pk=row.pk)


def test_a_dependant_is_a_record_of_their_own(mother, ana):
    child = save(ana, name="Enzo Dias", guardian=mother, relation="filho", tags=["Retorno"])
    assert dependents_of(mother) == [child]
    assert (child.phone, child.relation) == ("", "filho")
    save(ana, contact=child, marketing_opt_in=False)
    assert Consent.unscoped.get().contact == child


def test_there_are_two_levels_only(clinic, mother, ana):
    child = save(ana, name="Enzo", guardian=mother)
    for values, refusal in (
        ({"name": "Neto", "guardian": child}, DependentOfDependent),
        ({"contact": mother, "guardian": mother}, DependentOfDependent),
        ({"contact": mother, "guardian": save(ana, name="Avó")}, HasDependents),
    ):
        with pytest.raises(refusal):
            save(ana, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.unscoped.filter(pk=mother.pk).update(guardian=mother)


def test_a_person_of_another_company_is_no_guardian(ana, rival):
    stranger = Contact.unscoped.create(company=rival, name="Rita")
    with pytest.raises(DependentOfDependent):
        save(ana, name="Enzo", guardian=stranger)


@pytest.mark.parametrize("name", ["enzo dias", "ÊNZO  dias".replace("  ", " ")])
def test_a_name_stands_once_under_a_guardian(mother, ana, name):
    save(ana, name="Enzo Dias", guardian=mother)
    with pytest.raises(SameDependent):
        save(ana, name=name, guardian=mother)


def test_a_dependant_has_a_name(mother, ana):
    with pytest.raises(NamelessDependent):
        save(ana, name="  ", guardian=mother)
    child = save(ana, name="Enzo", guardian=mother)
    with pytest.raises(NamelessDependent):
        save(ana, contact=child, name="")


def test_what_was_a_slip_goes_and_what_holds_something_stays(mother, talk, ana):
    slip = save(ana, name="Enso", guardian=mother)
    dependent_remove(contact=slip, actor=ana)
    assert not Contact.unscoped.filter(name="Enso").exists()
    noted = save(ana, name="Enzo", guardian=mother, relation="filho", notes="Alérgico")
    spoken = save(ana, name="Bia", guardian=mother)
    Conversation.unscoped.filter(pk=talk.pk).update(about=spoken)
    for child in (noted, spoken):
        dependent_remove(contact=child, actor=ana)
        assert (again(child).guardian, again(child).relation) == (None, "")


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_make_no_chain(clinic, ana):
    a, b, c = (Contact.unscoped.create(company=clinic, name=name) for name in "ABC")
    results = together(
        lambda: save(ana, contact=again(a), guardian=again(b)),
        lambda: save(ana, contact=again(b), guardian=again(c)),
    )
    assert len(errors(results)) == 1
    assert isinstance(errors(results)[0], DomainError)
    assert Contact.unscoped.exclude(guardian=None).count() == 1


# --- whom a conversation is about -----------------------------------------------------------------


def test_a_conversation_is_about_the_writer_or_a_dependant(mother, talk, ana, clinic):
    child = save(ana, name="Enzo", guardian=mother)
    for about in (child, mother, None):
        before = again(talk).revision
        conversation_about_set(conversation=talk, about=about, actor=ana)
        assert again(talk).about == about
        assert again(talk).revision == before + 1
    stranger = Contact.unscoped.create(company=clinic, name="Outra")
    with pytest.raises(NotOfThisPhone):
        conversation_about_set(conversation=talk, about=stranger, actor=ana)


def test_saying_the_same_again_changes_nothing(mother, talk, ana):
    conversation_about_set(conversation=talk, about=mother, actor=ana)
    before = again(talk).revision
    conversation_about_set(conversation=talk, about=mother, actor=ana)
    assert again(talk).revision == before


def test_a_colleague_s_conversation_is_left_alone(mother, talk, beto, carla):
    conversation_take(conversation=talk, attendant=beto)
    with pytest.raises(Forbidden):
        conversation_about_set(conversation=talk, about=mother, actor=carla)
    with pytest.raises(Forbidden):
        dependent_add(conversation=talk, name="Enzo", relation="filho", actor=carla)
    assert not Contact.unscoped.filter(name="Enzo").exists()


def test_a_new_dependant_is_whom_it_is_about_until_removed(talk, ana):
    with company_scope(ana.company_id):
        child = dependent_add(conversation=talk, name=" Enzo ", relation="filho", actor=ana)
        assert (child.name, again(talk).about) == ("Enzo", child)
        dependent_drop(conversation=talk, contact=child, actor=ana)
    assert again(talk).about is None
    assert not Contact.unscoped.filter(pk=child.pk).exists()


def test_a_child_s_name_finds_the_mother_s_conversation(mother, talk, ana):
    save(ana, name="Valentim", guardian=mother)
    with company_scope(ana.company_id):
        assert list(conversations_search(Conversation.objects.all(), "valen")) == [talk]


def test_a_dependant_is_seen_by_those_who_see_the_guardian(mother, talk, ana, beto, carla):
    child = save(ana, name="Enzo", guardian=mother)
    Company.objects.filter(pk=ana.company_id).update(attendants_see_all=False)
    conversation_take(conversation=talk, attendant=beto)
    for reader, seen in ((beto, True), (carla, False)):
        reader.company.refresh_from_db()
        rows = Contact.objects.for_company(ana.company_id).visible_to(reader)
        assert rows.filter(pk=child.pk).exists() is seen, reader


def test_each_has_their_own_archive_and_erasure(mother, talk, ana):
    child = save(ana, name="Enzo Quimera", guardian=mother, relation="filho", notes="Alérgico")
    conversation_about_set(conversation=talk, about=child, actor=ana)
    conversation_close(conversation=talk, actor=ana)
    assert dossier_give(contact=again(child), actor=ana).read(2) == b"PK"
    with company_scope(ana.company_id):
        contact_erase(contact=again(child), actor=ana)
    assert (again(child).notes, again(talk).about) == ("", None)
    assert again(mother).name == "Rita Dias"
