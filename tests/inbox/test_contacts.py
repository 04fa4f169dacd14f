"""The person in the contact column: record, family, numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from common.scoping import company_scope
from contacts.models import Consent, Contact, Tag
from contacts.services.contacts import contact_save, tags_named
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_take
from tests import make
from tests.queues.conftest import make_queue

FRAGMENT = {"HX-Request": "true"}
# Invented; the check digits are right.
CPF = "529.982.247-25"
NOTES = f"CPF {CPF}, alérgica\nPrefere manhã"


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def talk(channel, ana: Membership) -> Conversation:
    row = make.inbound(channel, person=make.person("554188776655", "Rita Dias")).conversation
    with company_scope(ana.company_id):
        contact_save(
            actor=ana,
            contact=row.contact,
            tags=["VIP"],
            custom={"CPF": CPF, "filhos": 2},
            notes=NOTES,
        )
    return Conversation.unscoped.get(pk=row.pk)


def person(talk: Conversation) -> Contact:
    return Contact.unscoped.get(pk=talk.contact_id)


def shown(client: Client, talk: Conversation) -> dict[str, Any]:
    """Return the dialog's inputs as a browser would send them back, lines with their returns."""
    form = client.get(reverse("inbox:record", args=[talk.pk]), headers=FRAGMENT).context["form"]
    given = {name: form.initial[name] for name in form.fields}
    return {
        name: value if isinstance(value, list) else str(value).replace("\n", "\r\n")
        for name, value in given.items()
    }


def save(client: Client, talk: Conversation, **changes: Any) -> Any:
    inputs = {**shown(client, talk), **changes}
    return client.post(reverse("inbox:record", args=[talk.pk]), inputs, headers=FRAGMENT)


def test_saving_the_record_as_it_was_shown_changes_nothing(enter, beto, talk):
    client, before = enter(beto), person(talk)
    assert shown(client, talk)["telefone"] == "(41) *****-6655"
    assert save(client, talk).status_code == 200
    after = person(talk)
    assert (after.phone, after.custom, after.notes) == (before.phone, before.custom, NOTES)
    assert after.updated_at == before.updated_at


def test_what_was_changed_is_saved_and_what_was_masked_stays(enter, beto, talk):
    client = enter(beto)
    lines, notes = (shown(client, talk)[name] for name in ("adicionais", "observacoes"))
    assert "529" not in lines + notes
    answer = save(
        client,
        talk,
        nome="Rita Prado",
        etiquetas="VIP, Retorno, vip",
        adicionais=f"{lines}\nConvênio: Vida Mais",
        observacoes=f"{notes}\r\nVem sempre de carro",
    )
    assert "Rita Prado" in answer.content.decode()
    row = person(talk)
    assert (row.name, row.notes) == ("Rita Prado", f"{NOTES}\nVem sempre de carro")
    assert row.custom == {"CPF": CPF, "filhos": 2, "Convênio": "Vida Mais"}
    with company_scope(row.company_id):
        assert {tag.name for tag in row.tags.all()} == {"VIP", "Retorno"}


def test_what_a_person_says_of_promotions_goes_to_the_ledger(enter, beto, talk):
    save(enter(beto), talk, promocoes="nao")
    row = Consent.unscoped.get()
    assert (row.is_granted, row.author_id, row.source) == (False, beto.pk, "atendimento")


def test_accepting_promotions_wants_its_reason_and_never_goes_over_the_person_s_word(
    enter, beto, talk
):
    client, why = enter(beto), {"base_legal": "consentimento", "prova": "Ficha 12"}
    answer = save(client, talk, promocoes="sim", prova="Ficha 12")
    assert answer.status_code == 400 and not Consent.unscoped.exists()
    assert save(client, talk, promocoes="sim", **why).status_code == 200
    row = Consent.unscoped.get()
    assert (row.source, row.legal_basis, row.proof) == ("atendimento", "consentimento", "Ficha 12")
    make.inbound(talk.channel, text="SAIR", person=make.person(talk.identity.value))
    answer = save(client, talk, promocoes="sim", **why)
    assert answer.status_code == 409
    assert "VOLTAR" in answer.content.decode()


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"telefone": "abc"}, "Informe um telefone"),
        ({"email": "abc"}, "E-mail"),
        ({"adicionais": "sem valor"}, "Dados adicionais"),
        ({"etiquetas": "x" * 61}, "60 letras"),
        ({"observacoes": "CPF ***.***.***-25, alérgico"}, "Revelar"),
        ({"adicionais": "CPF: ***.***.***-25 novo"}, "Revelar"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_saved(enter, beto, talk, inputs, words):
    answer = save(enter(beto), talk, nome="Outra", **inputs)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert person(talk).name == "Rita Dias"


def test_a_dependant_is_added_chosen_and_dropped(enter, beto, talk):
    client = enter(beto)
    page = client.post(
        reverse("inbox:dependent-add", args=[talk.pk]), {"nome": "Enzo", "vinculo": "filho"}
    )
    assert "Sobre Enzo" in page.content.decode()
    child = Contact.unscoped.get(name="Enzo")
    listed = client.post(reverse("inbox:list"), {"filtro": "todas"}).content.decode()
    assert "Sobre Enzo" in listed
    asked = client.post(reverse("inbox:about", args=[talk.pk]), {"sobre": ""}).content.decode()
    assert "Sobre quem é?" in asked
    dropped = client.post(reverse("inbox:dependent-drop", args=[talk.pk, child.pk]))
    assert "Sobre quem é?" not in dropped.content.decode()
    assert not Contact.unscoped.filter(pk=child.pk).exists()


def test_the_family_of_a_colleague_s_patient_is_looked_at_only(enter, beto, carla, talk):
    conversation_take(conversation=talk, attendant=beto)
    client = enter(carla)
    page = client.get(reverse("inbox:conversation", args=[talk.pk])).content.decode()
    assert reverse("inbox:dependent-add", args=[talk.pk]) not in page
    answer = client.post(
        reverse("inbox:dependent-add", args=[talk.pk]), {"nome": "Enzo"}, headers=FRAGMENT
    )
    assert answer.status_code == 403
    assert not Contact.unscoped.filter(name="Enzo").exists()


# --- tags, and the order of the column ------------------------------------------------------------


def test_tags_are_chosen_from_those_there_are_and_accents_tell_none_apart(enter, beto, talk):
    client = enter(beto)
    with company_scope(talk.company_id):
        tags_named(talk.company_id, ["Urgência", "Convênio", "Sala 1, térreo"])
    page = client.get(reverse("inbox:record", args=[talk.pk]), headers=FRAGMENT).content.decode()
    assert 'type="checkbox" name="etiquetas" value="Urgência"' in page
    given = {"etiquetas": ["Sala 1, térreo"], "etiquetas_nova": "urgencia, CONVENIO, Novo"}
    assert save(client, talk, **given).status_code == 200
    with company_scope(talk.company_id):
        names = {tag.name for tag in person(talk).tags.all()}
        assert names == {"Urgência", "Convênio", "Sala 1, térreo", "Novo"}
        assert Tag.objects.count() == 5
    page = client.get(reverse("inbox:record", args=[talk.pk]), headers=FRAGMENT).content.decode()
    assert page.count(" checked>") == 4


def test_the_column_says_first_what_to_mind_and_the_score_last(enter, beto, ana, talk, clinic):
    make_queue(clinic, beto)
    conversation_take(conversation=talk, attendant=beto)
    with company_scope(talk.company_id):
        person(talk).tags.set(tags_named(talk.company_id, ["VIP"]))
    page = enter(ana).get(reverse("inbox:conversation", args=[talk.pk]), headers=FRAGMENT)
    column = page.content.decode().partition('id="painel"')[2]
    heads = [re.sub(r"<[^>]+>", "", head) for head in re.findall(r"<h4>(.*?)</h4>", column)]
    wanted = ["Observações", "Atendimento", "Dependentes", "Etiquetas"]
    assert [head for head in heads if head in wanted] == wanted
    assert heads.index("Etiquetas") < heads.index("Esta conversa") < heads.index("Pessoa")
    assert "<dd>(41) 8877-6655<" in column


def test_who_only_reads_sees_no_empty_heading(enter, beto, carla, talk):
    conversation_take(conversation=talk, attendant=beto)
    page = enter(carla).get(reverse("inbox:conversation", args=[talk.pk]), headers=FRAGMENT)
    assert "Dependentes" not in page.content.decode()
