"""People in the back-office."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from contacts.models import Consent, Contact, DataRequest, LegalHold, Tag
from contacts.services.merging import contacts_merge
from tests import make
from tests.backoffice import Office, owner, said, text_of


@pytest.fixture
def contact(channel) -> Contact:
    return make.inbound(channel).conversation.contact


def test_a_person_is_written_down_with_a_canonical_phone(clinic, ana):
    answer = Office(ana).save(
        "contacts_contact", name="Lia Prado", phone="(41) 9888-7766", status="lead"
    )
    assert answer.status_code == 302
    row = Contact.unscoped.get()
    assert (row.company_id, row.phone) == (clinic.pk, "+5541998887766")
    assert row.identities.for_company(clinic).exists()


def test_a_phone_that_is_none_is_refused_beside_its_input(ana):
    answer = Office(ana).save("contacts_contact", name="Lia", phone="123", status="lead")
    assert "com DDD" in str(answer.context["adminform"].form.errors["phone"])
    assert not Contact.unscoped.exists()


def test_somebody_elses_phone_is_refused_beside_its_input(contact, ana):
    answer = Office(ana).save("contacts_contact", phone=contact.phone, status="lead")
    assert "Já existe" in str(answer.context["adminform"].form.errors["phone"])


def test_tags_of_another_company_are_no_choice(contact, rival, ana):
    foreign = Tag.unscoped.create(company=rival, name="Deles")
    given = {"name": "Joana", "phone": contact.phone, "status": "lead"}
    answer = Office(ana).save("contacts_contact", contact, **given, tags=[foreign.pk])
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["tags"]


def test_an_owner_cannot_mix_two_companies(contact, rival):
    foreign = Tag.unscoped.create(company=rival, name="Deles")
    given = {"name": "Joana", "phone": contact.phone, "status": "lead"}
    answer = Office(owner()).save("contacts_contact", contact, **given, tags=[foreign.pk])
    assert answer.context["adminform"].form.errors["tags"]


def test_tags_are_put_on_and_taken_off(contact, clinic, ana):
    tag = Tag.unscoped.create(company=clinic, name="Retorno")
    given = {"name": "Joana", "phone": contact.phone, "status": "lead"}
    office = Office(ana)
    assert office.save("contacts_contact", contact, **given, tags=[tag.pk]).status_code == 302
    assert list(Tag.unscoped.filter(contacts=contact)) == [tag]
    office.save("contacts_contact", contact, **given)
    assert not Tag.unscoped.filter(contacts=contact).exists()


def test_a_change_of_consent_goes_to_the_ledger_with_a_name(contact, ana):
    given = {"name": "Joana", "phone": contact.phone, "status": "lead"}
    office = Office(ana)
    office.save("contacts_contact", contact, **given, marketing_opt_in="False")
    entry = Consent.unscoped.get()
    assert (entry.is_granted, entry.author) == (False, ana)
    shown = office.list("contacts_contact", pergunta="sem_marketing").context["cl"].result_list
    assert [row.pk for row in shown] == [contact.pk]
    office.save("contacts_contact", contact, **given, marketing_opt_in="False")
    assert Consent.unscoped.count() == 1


def test_a_permission_is_chained_with_where_it_came_from_and_why(contact, ana):
    given = {"name": "Joana", "phone": contact.phone, "status": "lead", "marketing_opt_in": "True"}
    office = Office(ana)
    answer = office.save("contacts_contact", contact, **given, legal_basis="contrato")
    assert answer.status_code == 200 and not Consent.unscoped.exists()
    why = {"legal_basis": "contrato", "proof": "Termo assinado em papel"}
    assert office.save("contacts_contact", contact, **given, **why).status_code == 302
    row = Consent.unscoped.get()
    assert (row.source, row.legal_basis, row.proof, row.author) == (
        *("retaguarda", "contrato", "Termo assinado em papel"),
        ana,
    )


def test_the_page_shows_identities_and_conversations(contact, ana):
    page = text_of(Office(ana).page("contacts_contact", contact))
    assert make.PHONE in page and "WhatsApp da recepção" in page


def test_one_with_conversations_is_not_deleted(contact, ana):
    url = reverse("admin:contacts_contact_delete", args=[contact.pk])
    answer = Office(ana).browser.post(url, {"post": "yes"})
    assert "tem conversas ou consentimentos e não pode ser apagado" in said(answer)
    assert Contact.unscoped.exists()


def test_a_phone_is_found_in_any_format(contact, ana):
    shown = Office(ana).list("contacts_contact", q="(41) 99888-7777").context["cl"].result_list
    assert [row.pk for row in shown] == [contact.pk]


def test_a_name_of_markup_is_shown_as_text(channel, ana):
    make.inbound(channel, person=make.person(name="<script>alert(1)</script>"))
    office = Office(ana)
    for page in (office.list("contacts_contact"), office.list("omnichannel_conversation")):
        assert "<script>alert(1)" not in text_of(page)


@pytest.mark.parametrize("model", ["contact", "tag"])
def test_lists_ask_no_more_for_many_rows_than_for_few(channel, clinic, ana, model):
    office = Office(ana)
    address = reverse(f"admin:contacts_{model}_changelist")

    def more(number: int) -> None:
        contact = make.inbound(
            channel, person=make.person(phone=f"55419988810{number:02d}")
        ).conversation.contact
        contact.tags.add(Tag.unscoped.create(company=clinic, name=f"t{number}"))

    more(99)
    few = office.queries(address)
    for number in range(12):
        more(number)
    assert office.queries(address) <= min(few, 9)


def test_a_list_leads_to_its_rows_by_a_link_with_words(clinic, ana, bells):
    """A column that is a link itself would leave the row's own link without any."""
    one, other = (Contact.unscoped.create(company=clinic, name=name) for name in ("Lia", "Lia R."))
    merge = contacts_merge(kept=one, gone=other, actor=ana)
    rows = {
        "contacts_contactmerge": merge,
        "contacts_datarequest": DataRequest.unscoped.create(
            company=clinic, contact=one, kind="acesso"
        ),
        "contacts_legalhold": LegalHold.unscoped.create(
            company=clinic, contact=one, reason="Prontuário"
        ),
    }
    for model, row in rows.items():
        page = text_of(Office(ana).list(model))
        address = f"/admin/{model.replace('_', '/')}/{row.pk}/change/"
        link = rf'<a [^>]*href="{address}[^"]*"[^>]*>\s*(?!\s|</?a\b)'
        assert re.search(link, page), model


def test_additional_fields_are_lines_and_keep_their_types(contact, ana):
    Contact.unscoped.filter(pk=contact.pk).update(custom={"filhos": 2})
    contact.refresh_from_db()
    given = {"name": "Joana", "phone": contact.phone, "status": "lead"}
    lines = "filhos: 2\r\nConvênio: Vida Mais"
    Office(ana).save("contacts_contact", contact, **given, extra=lines)
    contact.refresh_from_db()
    assert contact.custom == {"filhos": 2, "Convênio": "Vida Mais"}
    answer = Office(ana).save("contacts_contact", contact, **given, extra="sem valor")
    assert "nome e valor" in text_of(answer)


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("contacts_contact", "jose avila"),
        ("contacts_contact", "AVILA josé"),
        ("contacts_contact", "041 98888-7777"),
        ("contacts_contact", "estetica"),
        ("omnichannel_conversation", "avila"),
        ("omnichannel_conversation", "8888-7777"),
        ("contacts_tag", "estetica"),
        ("contacts_datarequest", "avila"),
        ("accounts_membership", "jose"),
    ],
)
def test_lists_are_searched_without_accents_case_and_order(clinic, channel, model, asked):
    jose = make.member(clinic, "José Prado", "administrador")
    person = make.person("5541988887777", "José Ávila Conceição")
    contact = make.inbound(channel, person=person).conversation.contact
    make.inbound(channel, person=make.person("5511970000001", "Outra"))
    tag = Tag.unscoped.create(company=clinic, name="Estética")
    Tag.unscoped.create(company=clinic, name="Botox")
    contact.tags.through.objects.create(contact=contact, tag=tag)
    DataRequest.unscoped.create(company=clinic, contact=contact, kind="acesso")
    listed = Office(jose).list(model, q=asked).context["cl"].result_list
    assert len(listed) == 1
    assert not Office(jose).list(model, q="zzz").context["cl"].result_list
