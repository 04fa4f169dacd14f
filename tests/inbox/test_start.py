"""Nova conversa: somebody of the clinic writes first, at an address that was chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Company, Membership
from common.scoping import company_scope
from contacts.models import Contact, ContactIdentity
from contacts.refs import IdentityKind
from contacts.services.contacts import contact_save
from inbox import selectors
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from tests import kinds, make

Enter = Callable[[Membership], Client]
NEW = reverse("inbox:start")


def sent(channel: Channel, **values: str) -> dict[str, str]:
    return {"canal": str(channel.pk), "chave": "clique-1", "endereco": "", **values}


def test_a_new_persons_conversation_is_opened_and_waits_in_no_list(
    enter: Enter, beto: Membership, channel: Channel
):
    client = enter(beto)
    assert NEW in client.get(reverse("inbox:home")).content.decode()
    answer = client.post(NEW, sent(channel, endereco="(41) 98811-0001", nome="Rita"))
    talk = Conversation.unscoped.get()
    assert answer.headers["Location"] == reverse("inbox:conversation", args=[talk.pk])
    assert (talk.contact.name, talk.contact.phone) == ("Rita", "+5541988110001")
    assert (talk.stage, talk.attendant_id) == ("fila", None)
    assert "Rita" in client.get(answer.headers["Location"]).content.decode()
    assert "Rita" not in client.post(reverse("inbox:list"), {"filtro": "todas"}).content.decode()
    with company_scope(beto.company_id):
        numbers = selectors.counts(beto)
    assert (numbers["livres"], numbers["todas"]) == (0, 0)
    assert AuditEntry.unscoped.filter(action="conversa.iniciada").count() == 1


def test_one_that_is_open_there_is_the_one(enter: Enter, beto: Membership, channel: Channel):
    talk = make.inbound(channel).conversation
    answer = enter(beto).post(NEW, sent(channel, endereco=make.PHONE))
    assert answer.headers["Location"] == reverse("inbox:conversation", args=[talk.pk])
    assert Conversation.unscoped.count() == 1


@pytest.mark.parametrize("address", ["", "123", "rita@exemplo.com.br"])
def test_what_is_no_phone_is_said_and_makes_nobody(
    enter: Enter, beto: Membership, channel: Channel, address: str
):
    answer = enter(beto).post(NEW, sent(channel, endereco=address))
    assert answer.status_code == 422
    page = answer.content.decode()
    # At its field, which names it to whoever does not see the page.
    said = page.index("Informe um telefone com DDD")
    assert page.index('id="id_endereco_error"') < said < page.index('name="nome"')
    assert 'aria-describedby="id_endereco_error"' in page
    assert not Contact.unscoped.exists()


def test_a_persons_addresses_stand_to_be_chosen_masked_as_the_reader_sees_them(
    enter: Enter, beto: Membership, ana: Membership, channel: Channel, clinic: Company
):
    person = make.inbound(channel, person=make.person("5541988110002")).conversation.contact
    contact_save(actor=ana, contact=person, phone="(41) 98811-0001")
    Company.objects.filter(pk=clinic.pk).update(attendants_see_private=False)
    page = enter(beto).get(f"{NEW}?pessoa={person.pk}").content.decode()
    assert "98811-0001" not in page and "988110002" not in page
    assert page.count("(41) *****-000") == 2
    chosen = {"para": str(ContactIdentity.unscoped.get(value="5541988110002").pk)}
    answer = enter(beto).post(f"{NEW}?pessoa={person.pk}", sent(channel, **chosen))
    talk = Conversation.unscoped.get(address__phone="5541988110002")
    assert answer.headers["Location"] == reverse("inbox:conversation", args=[talk.pk])
    enter(beto).post(f"{NEW}?pessoa={person.pk}", sent(channel, para="telefone"))
    assert Conversation.unscoped.get(address__phone="5541988110001").contact_id == person.pk


def test_an_address_is_offered_where_a_channel_takes_one_of_its_kind(
    enter: Enter, ana: Membership, clinic: Company, monkeypatch: pytest.MonkeyPatch
):
    made = contact_save(
        actor=ana, contact=None, name="Rita", phone="(41) 98811-0001", email="rita@exemplo.com.br"
    )
    ContactIdentity.unscoped.create(
        company=clinic, contact=made, kind=IdentityKind.EMAIL, value="rita.melo@exemplo.com.br"
    )

    def page() -> str:
        return enter(ana).get(f"{NEW}?pessoa={made.pk}").content.decode()

    channel = kinds.channel_of(clinic, kinds.numbers(monkeypatch))
    assert "98811-0001" in page() and "@exemplo.com.br" not in page()
    kinds.channel_of(clinic, kinds.letters(monkeypatch))
    both = page()
    assert "98811-0001" in both and "rita@" in both and "rita.melo@" in both
    assert "Telefone ou e-mail" in both
    Channel.unscoped.filter(pk=channel.pk).update(status="inativo")
    letters = page()
    assert "98811-0001" not in letters and "rita@" in letters
    assert "E-mail</label>" in letters


def test_an_address_of_somebody_else_is_not_given_to_a_person(
    enter: Enter, beto: Membership, ana: Membership, channel: Channel
):
    make.inbound(channel)
    other = contact_save(actor=ana, contact=None, name="Outra")
    answer = enter(beto).post(f"{NEW}?pessoa={other.pk}", sent(channel, endereco=make.PHONE))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert page.index('id="id_endereco_error"') < page.index("é de outro contato")
    assert Conversation.unscoped.count() == 1


def test_a_colleagues_conversation_is_named_to_nobody_who_may_not_see_it(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel, clinic: Company
):
    talk = make.inbound(channel, person=make.person(name="Joana Dias")).conversation
    conversation_take(conversation=talk, attendant=carla)
    Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)
    answer = enter(beto).post(NEW, sent(channel, endereco=make.PHONE))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Um colega já assumiu esta conversa" in page and "Joana" not in page


def test_a_subject_is_asked_where_a_channel_has_one(
    enter: Enter, beto: Membership, clinic: Company, monkeypatch: pytest.MonkeyPatch
):
    box = kinds.channel_of(clinic, kinds.letters(monkeypatch))
    assert "Assunto" in enter(beto).get(NEW).content.decode()
    given = sent(box, endereco="rita@exemplo.com.br", assunto="Sua consulta")
    for _ in range(2):
        enter(beto).post(NEW, given)
    assert Conversation.unscoped.get().subject == "Sua consulta"
    enter(beto).post(NEW, {**given, "chave": "clique-2"})
    assert Conversation.unscoped.count() == 2


def test_without_a_channel_that_begins_the_page_says_what_to_do(enter: Enter, beto: Membership):
    page = enter(beto).get(NEW).content.decode()
    assert "Peça a um administrador" in page and "<select" not in page


def test_a_channel_of_another_company_is_no_choice(
    enter: Enter, beto: Membership, channel: Channel, rival_channel: Channel
):
    answer = enter(beto).post(NEW, sent(rival_channel, endereco=make.PHONE))
    assert answer.status_code == 422
    assert not Conversation.unscoped.exists()
