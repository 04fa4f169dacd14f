"""Refusals that outlive the person's data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Company, Membership
from contacts.models import (
    Contact,
    ImportJob,
    ImportRefusal,
    Purpose,
    RefusalKey,
    RememberedRefusal,
)
from contacts.services.consent import consent_record, consent_state, consents_verify
from contacts.services.contacts import RefusedByPerson, contact_save
from contacts.services.numbers import contacts_by_phone
from contacts.services.privacy import contact_erase
from omnichannel.models import Channel
from omnichannel.services.conversations import conversation_close
from tests import make
from tests.contacts.importing import imported

MARKETING = Purpose.MARKETING
NUMBER, EMAIL = "+5541999170001", "quiteria@exemplo.example"


@pytest.fixture(autouse=True)
def _silent(bells: Any) -> None:
    """Nothing here reaches a broker."""


def erased(channel: Channel, actor: Membership, *words: str) -> Contact:
    """Give a person who wrote these words and whose data were erased."""
    began = timezone.now() - timedelta(days=1)
    for n, text in enumerate(("Oi", *words)):
        said = make.inbound(
            channel,
            text=text,
            at=began + timedelta(minutes=n),
            person=make.person(NUMBER.removeprefix("+"), "Quitéria Lima"),
        )
    person = said.conversation.contact
    contact_save(actor=actor, contact=person, email=EMAIL)
    conversation_close(conversation=said.conversation, actor=None)
    contact_erase(contact=person, actor=actor)
    return person


def allowed(phone: str = NUMBER) -> bool | None:
    return consent_state(Contact.unscoped.get(phone=phone), MARKETING)


def bring(actor: Membership, phone: str, email: str = "") -> ImportJob:
    header = ("Nome", "Celular", "E-mail", "Aceita marketing")
    why = {"legal_basis": "consentimento", "proof": "Ficha de 2023"}
    return imported(actor, ("Quitéria", phone, email, "sim"), header=header, **why)


@pytest.mark.parametrize("phone", ["(41) 99917-0001", "41 9917-0001", "+55 41 99917 0001"])
def test_a_file_does_not_bring_an_erased_person_s_permission_back(channel, ana, phone):
    erased(channel, ana, "SAIR")
    job = bring(ana, phone)
    assert (job.created_count, allowed()) == (1, False)
    assert [row.code for row in ImportRefusal.unscoped.filter(job=job)] == ["marketing_recusado"]
    assert consents_verify(company=ana.company_id).is_whole


def test_nor_by_the_e_mail(channel, ana):
    erased(channel, ana, "SAIR")
    bring(ana, "", EMAIL.upper())
    assert consent_state(Contact.unscoped.get(email__iexact=EMAIL), MARKETING) is False


def test_nor_by_a_list_nor_by_hand(channel, ana):
    erased(channel, ana, "SAIR")
    contacts_by_phone(company_id=ana.company_id, names={NUMBER: "Quitéria"})
    assert allowed() is False
    with pytest.raises(RefusedByPerson):
        contact_save(actor=ana, contact=Contact.unscoped.get(phone=NUMBER), marketing_opt_in=True)


def test_nor_by_writing_the_number_into_another_record(channel, ana):
    erased(channel, ana, "SAIR")
    person = contact_save(actor=ana, name="Quitéria", marketing_opt_in=True)
    contact_save(actor=ana, contact=person, phone=NUMBER)
    assert allowed() is False


def test_who_never_refused_or_came_back_is_imported_as_the_file_says(channel, ana):
    erased(channel, ana)
    bring(ana, NUMBER)
    assert allowed() is True


def test_who_takes_it_back_before_the_erasure_is_not_remembered(channel, ana):
    erased(channel, ana, "SAIR", "VOLTAR")
    assert not RememberedRefusal.unscoped.exists()
    bring(ana, NUMBER)
    assert allowed() is True


def test_the_person_themself_comes_back_by_their_own_word(channel, ana):
    erased(channel, ana, "SAIR")
    bring(ana, NUMBER)
    make.inbound(channel, text="VOLTAR", person=make.person(NUMBER.removeprefix("+")))
    assert allowed() is True


def test_another_clinic_knows_nothing_of_it(channel, ana, rui):
    erased(channel, ana, "SAIR")
    bring(rui, NUMBER)
    person = Contact.objects.for_company(rui.company_id).get(phone=NUMBER)
    assert consent_state(person, MARKETING) is True


def test_nothing_that_is_kept_names_the_person_and_the_key_is_sealed(channel, ana, clinic):
    erased(channel, ana, "SAIR")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, '') FROM contacts_rememberedrefusal r")
        (kept,) = cursor.fetchone()
        cursor.execute("SELECT secret FROM contacts_refusalkey")
        (sealed,) = cursor.fetchone()
    assert "99917" not in kept and "exemplo" not in kept
    assert sealed.startswith("v1:")
    # Rotation moves it like any other secret, and it still opens.
    before = RefusalKey.objects.for_company(clinic).get().secret
    call_command("rotate_credentials", verbosity=0)
    assert RefusalKey.objects.for_company(clinic).get().secret == before
    bring(ana, NUMBER)
    assert allowed() is False


def test_the_same_number_refuses_the_same_whatever_the_company_s_past(clinic: Company, ana):
    person = contact_save(actor=ana, name="Ana", phone=NUMBER)
    consent_record(
        contact=person,
        purpose=MARKETING,
        is_granted=False,
        source="ficha",
        occurred_at=timezone.now(),
    )
    contact_erase(contact=person, actor=ana)
    bring(ana, NUMBER)
    assert allowed() is False
