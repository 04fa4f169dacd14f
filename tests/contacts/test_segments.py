"""Segments: conditions in SQL, refused when they cannot be asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from common.scoping import company_scope
from contacts.models import Contact, DuplicatePair, Segment, Tag
from contacts.segments import Asked, SegmentRefused, fields, people
from contacts.services.consent import consent_record
from contacts.services.contacts import contact_save
from contacts.services.segments import (
    SegmentNameTaken,
    segment_names,
    segment_people,
    segment_save,
)
from tests import make
from tests.backoffice import Office


@pytest.fixture
def crowd(clinic, rival) -> dict[str, Contact]:
    now = timezone.now()

    def person(name: str, **values: Any) -> Contact:
        return Contact.unscoped.create(company=clinic, name=name, **values)

    found = {
        "ana": person("Ana Lima", email="ana@x.example", last_contact_at=now - timedelta(days=2)),
        "rui": person("Rui Sá", status="cliente", last_contact_at=now - timedelta(days=100)),
        "lia": person("Lia Reis", phone="+5541988887777"),
    }
    botox = Tag.unscoped.create(company=clinic, name="Botox")
    found["ana"].tags.through.objects.create(contact=found["ana"], tag=botox)
    Contact.unscoped.create(company=rival, name="Ana de outra")
    return found


def found(clinic, *conditions: Asked, match: str = "todas") -> set[str]:
    rows = people(Contact.objects.for_company(clinic).standing(), conditions, match=match)
    return {row.first_name.lower() for row in rows}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked("nome", "contem", "li"), {"ana", "lia"}),
        (Asked("nome", "contem", "ma"), {"ana"}),
        (Asked("nome", "contem", "sa rui"), {"rui"}),
        (Asked("nome", "contem", "%"), set()),
        (Asked("nome", "igual", "rui sá"), {"rui"}),
        (Asked("nome", "igual", "RUI SA"), {"rui"}),
        (Asked("email", "igual", "ANA@x.example"), {"ana"}),
        (Asked("email", "igual", "ana-x.example"), set()),
        (Asked("telefone", "contem", "98888-7777"), {"lia"}),
        (Asked("telefone", "contem", "(041) 8888-7777"), {"lia"}),
        (Asked("telefone", "igual", "41 98888 7777"), {"lia"}),
        (Asked("email", "preenchido"), {"ana"}),
        (Asked("telefone", "vazio"), {"ana", "rui"}),
        (Asked("situacao", "e", "cliente"), {"rui"}),
        (Asked("situacao", "e", "Lead, Cliente"), {"ana", "rui", "lia"}),
        (Asked("situacao", "nao_e", "cliente"), {"ana", "lia"}),
        (Asked("etiqueta", "tem", "botox"), {"ana"}),
        (Asked("etiqueta", "nao_tem", "Botox"), {"rui", "lia"}),
        (Asked("etiqueta", "tem", "Nenhuma assim"), set()),
        (Asked("ultimo_contato", "nos_ultimos", "7"), {"ana"}),
        (Asked("ultimo_contato", "ha_mais_de", "90"), {"rui"}),
        (Asked("ultimo_contato", "nunca"), {"lia"}),
        (Asked("criado", "nos_ultimos", "1"), {"ana", "rui", "lia"}),
        (Asked("marketing", "e", "nunca"), {"ana", "rui", "lia"}),
        (Asked("conversa", "e", "nenhuma"), {"ana", "rui", "lia"}),
    ],
)
def test_each_condition_keeps_whom_it_says(clinic, crowd, asked, expected):
    assert found(clinic, asked) == expected


def test_conditions_go_together_or_stand_for_each_other(clinic, crowd):
    two = (Asked("nome", "contem", "li"), Asked("telefone", "vazio"))
    assert found(clinic, *two) == {"ana"}
    assert found(clinic, *two, match="qualquer") == {"ana", "rui", "lia"}
    assert found(clinic) == {"ana", "rui", "lia"}


def test_consent_and_conversations_are_asked_too(clinic, crowd, channel, bells):
    talk = make.inbound(channel, person=make.person("5541977776666", "Beatriz Sol")).conversation
    for person, granted in ((crowd["ana"], True), (crowd["rui"], False)):
        consent_record(
            contact=person,
            purpose="marketing",
            is_granted=granted,
            source="ficha",
            occurred_at=timezone.now(),
        )
    assert found(clinic, Asked("marketing", "e", "aceita")) == {"ana"}
    assert found(clinic, Asked("marketing", "nao_e", "recusou")) == {"ana", "lia", "beatriz"}
    assert found(clinic, Asked("canal", "e", "whatsapp")) == {talk.contact.first_name.lower()}
    assert found(clinic, Asked("conversa", "e", "aberta")) == {"beatriz"}


@pytest.mark.parametrize(
    "asked",
    [
        Asked("cpf", "igual", "1"),
        Asked("nome", "minimo", "1"),
        Asked("nome", "contem", " "),
        Asked("situacao", "e", "zumbi"),
        Asked("ultimo_contato", "nos_ultimos", "ontem"),
        Asked("ultimo_contato", "nos_ultimos", "-1"),
        Asked("ultimo_contato", "nos_ultimos", "99999999999"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_saves_nothing(clinic, ana, asked):
    with pytest.raises(SegmentRefused):
        segment_save(company=clinic, actor=ana.user, name="X", conditions=[asked])
    assert not Segment.unscoped.exists()


def test_every_field_says_what_it_is():
    for field in fields:
        assert str(field.label)
        assert field.kind != "escolha" or field.choices


def test_who_is_in_a_segment_is_asked_each_time(clinic, ana, crowd):
    asked = [Asked("situacao", "e", "cliente")]
    segment = segment_save(company=clinic, actor=ana.user, name="Clientes", conditions=asked)
    assert list(segment_people(segment)) == [crowd["rui"]]
    everybody = Contact.objects.for_company(clinic).annotate(named=segment_names(clinic))
    assert {row.first_name: row.named for row in everybody} == {
        "Rui": ["Clientes"],
        "Ana": [],
        "Lia": [],
    }
    Contact.unscoped.filter(pk=crowd["lia"].pk).update(status="cliente")
    assert segment_people(segment).count() == 2


def test_a_name_is_used_once_and_another_company_s_is_free(clinic, rival, ana):
    segment_save(company=clinic, actor=ana.user, name="Clientes", conditions=[])
    segment_save(company=rival, actor=None, name="Clientes", conditions=[])
    with pytest.raises(SegmentNameTaken):
        segment_save(company=clinic, actor=ana.user, name="clientes", conditions=[])


def test_a_segment_is_made_in_the_back_office_and_filters_people(clinic, ana, crowd):
    ana.user.is_staff = True
    ana.user.save()
    office = Office(ana)
    rows = {
        "name": "Sumidos",
        "match": "todas",
        "description": "",
        "conditions-TOTAL_FORMS": 1,
        "conditions-INITIAL_FORMS": 0,
        "conditions-0-field": "ultimo_contato",
        "conditions-0-operator": "ha_mais_de",
        "conditions-0-value": "90",
    }
    answer = office.browser.post("/admin/contacts/segment/add/", rows)
    assert answer.status_code == 302, answer.content.decode()
    segment = Segment.unscoped.get()
    page = office.page("contacts.segment".replace(".", "_"), segment)
    assert "pessoas agora" in page.content.decode()
    shown = office.list("contacts_contact", segmento=segment.pk).content.decode()
    assert "Rui Sá" in shown
    assert "Ana Lima" not in shown
    wrong = {**rows, "name": "Outro", "conditions-0-operator": "contem"}
    refused = office.browser.post("/admin/contacts/segment/add/", wrong)
    assert "não se compara assim" in refused.content.decode()


def test_two_records_are_put_side_by_side_and_merged_in_the_back_office(clinic, ana, crowd):
    ana.user.is_staff = True
    ana.user.save()
    office = Office(ana)
    answer = office.act("contacts_contact", "pair_chosen", crowd["ana"], crowd["rui"])
    page = office.browser.get(answer.url).content.decode()
    assert "Ana Lima" in page and "Rui Sá" in page
    office.browser.post(answer.url.replace("change", "keep_first"))
    with company_scope(clinic):
        gone = Contact.objects.get(pk=crowd["rui"].pk)
        assert gone.merged_into == crowd["ana"]
    merge = gone.merged_into.merges.for_company(clinic).get()
    # What was judged is not offered again.
    judged = office.browser.get(answer.url).content.decode()
    assert "Manter o primeiro e mesclar" in page and "Manter o primeiro" not in judged
    office.press("contacts_contactmerge", merge, "undo")
    assert Contact.unscoped.get(pk=gone.pk).merged_into is None


def test_a_tag_is_asked_for_without_its_accent(clinic, crowd):
    tag = Tag.unscoped.create(company=clinic, name="Estética")
    crowd["rui"].tags.through.objects.create(contact=crowd["rui"], tag=tag)
    assert found(clinic, Asked("etiqueta", "tem", "ESTETICA")) == {"rui"}


def test_a_pair_is_made_only_where_the_person_may_act(rival, rui, ana):
    """Who administers one company and supervises another chooses two people of the second."""
    make.member(rival, "Sônia", Membership.Role.SUPERVISOR)
    ana.user.is_staff = True
    ana.user.save()
    Membership.unscoped.create(company=rival, user=ana.user, role=Membership.Role.SUPERVISOR)
    with company_scope(rival):
        two = [contact_save(actor=rui, name=name) for name in ("Um", "Dois")]
    Office(ana).act("contacts_contact", "pair_chosen", *two)
    assert not DuplicatePair.unscoped.exists()
