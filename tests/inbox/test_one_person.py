"""One person over several channels: suggestions and other ways, by the inbox and the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Company, Membership
from contacts.models import Contact, DuplicatePair
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from contacts.services.merging import contacts_merge
from omnichannel.models import Channel, Conversation
from omnichannel.services.outbound import message_send
from tests import make
from tests.api.conftest import Caller
from tests.visitors.panel import Panel
from tests.visitors.test_door import SECRET, signed

pytestmark = pytest.mark.django_db
Enter = Callable[[Membership], Client]
MAIL = "joana@paciente.example"
FRAGMENT = {"HX-Request": "true"}
JOANA = PersonRef((IdentityRef(IdentityKind.IG_SID, "77"),), "Joana Dias")


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def talk(channel: Channel) -> Conversation:
    """Joana wrote by WhatsApp two days ago; staff know her mail."""
    row = make.inbound(channel, at=timezone.now() - timedelta(days=2)).conversation
    Contact.unscoped.filter(pk=row.contact_id).update(email=MAIL)
    return Conversation.unscoped.get(pk=row.pk)


@pytest.fixture
def letter(clinic: Company, talk: Conversation) -> Conversation:
    """She writes a mail too: by its address she may be the same."""
    (message,) = make.mails(make.email_channel(clinic), make.mail("Posso remarcar?"))
    return message.conversation


def test_the_column_asks_and_one_click_makes_one_person_until_it_is_undone(
    enter: Enter, ana: Membership, talk: Conversation, letter: Conversation
):
    client, pair = enter(ana), DuplicatePair.unscoped.get()
    page = reverse("inbox:conversation", args=[talk.pk])
    assert "É a mesma pessoa?" in client.get(page).content.decode()
    confirm = reverse("inbox:suggestion-confirm", args=[talk.pk, pair.pk])
    told = client.post(confirm, headers=FRAGMENT).content.decode()
    assert "É a mesma pessoa?" not in told and "Inclui o cadastro de" in told
    again = Conversation.unscoped.get(pk=letter.pk)
    assert again.contact_id == talk.contact_id
    merge = client.get(page).context["panel"].merge[0]
    undo = reverse("inbox:merge-undo", args=[talk.pk, merge])
    assert "Inclui o cadastro de" not in client.post(undo, headers=FRAGMENT).content.decode()
    assert Conversation.unscoped.get(pk=letter.pk).contact_id == letter.contact_id


def test_a_refusal_stands_whatever_they_write_next(
    enter: Enter, ana: Membership, talk: Conversation, letter: Conversation
):
    client, pair = enter(ana), DuplicatePair.unscoped.get()
    refuse = reverse("inbox:suggestion-refuse", args=[letter.pk, pair.pk])
    assert "É a mesma pessoa?" not in client.post(refuse, headers=FRAGMENT).content.decode()
    make.mails(letter.channel, make.mail("Alguém aí?"))
    for row in (talk, letter):
        page = client.get(reverse("inbox:conversation", args=[row.pk])).content.decode()
        assert "É a mesma pessoa?" not in page
    late = reverse("inbox:suggestion-confirm", args=[talk.pk, pair.pk])
    assert client.post(late, headers=FRAGMENT).status_code == 409


def test_the_dialog_says_where_what_and_for_how_much_and_goes_there(
    enter: Enter, ana: Membership, talk: Conversation, letter: Conversation, clinic: Company
):
    contacts_merge(kept=talk.contact, gone=letter.contact, actor=ana)
    met = make.inbound(make.messaging_channel(clinic), person=JOANA).conversation
    contacts_merge(kept=talk.contact, gone=met.contact, actor=ana)
    client = enter(ana)
    asked = client.post(
        reverse("inbox:elsewhere", args=[talk.pk]), {"texto": "Oi"}, headers=FRAGMENT
    )
    ways = asked.context["ways"]
    assert [(way.kind, way.is_last) for way in ways] == [("instagram", True), ("email", False)]
    assert (ways[1].address, ways[1].is_verified, ways[1].why) == (MAIL, False, "texto livre")
    url = reverse("inbox:continue", args=[talk.pk])
    assert client.post(url, {"meio": "inventado"}, headers=FRAGMENT).status_code == 404
    went = client.post(url, {"meio": ways[1].key}, headers=FRAGMENT)
    assert went.headers["HX-Push-Url"].endswith(f"/{letter.pk}/")
    assert "Continua a conversa que começou por outro canal" in went.content.decode()


def test_whoever_may_not_see_numbers_sees_no_address_in_the_dialog_or_over_the_api(
    enter: Enter, beto: Membership, talk: Conversation, letter: Conversation, ana: Membership
):
    contacts_merge(kept=talk.contact, gone=letter.contact, actor=ana)
    assert not beto.sees_numbers
    asked = enter(beto).post(reverse("inbox:elsewhere", args=[talk.pk]), headers=FRAGMENT)
    told = Caller(beto).post(f"conversas/{talk.pk}/alcances/", {"text": "Oi"})
    assert MAIL not in asked.content.decode() and MAIL not in told.content.decode()
    assert [one["channel_kind"] for one in told.json()] == ["email"]


def test_over_the_api_a_pair_is_listed_confirmed_once_and_undone(
    ana: Membership, rui: Membership, talk: Conversation, letter: Conversation
):
    api = Caller(ana)
    (row,) = api.get("contatos/sugestoes/", {"status": "aberto"}).json()["results"]
    assert set(row["contacts"]) == {str(talk.contact_id), str(letter.contact_id)}
    assert row["is_strong"] is False
    confirm = f"contatos/sugestoes/{row['id']}/confirmar/"
    assert Caller(rui).post(confirm).status_code == 404
    merges = [api.post(confirm, {"keep": str(talk.contact_id)}) for _time in range(2)]
    assert [merge.status_code for merge in merges] == [200, 200]
    assert merges[0].json()["id"] == merges[1].json()["id"]
    assert merges[0].json()["kept"] == str(talk.contact_id)
    assert api.post(f"contatos/sugestoes/{row['id']}/recusar/").json()["code"] == (
        "sugestao_decidida"
    )
    undone = api.post(f"contatos/mesclas/{merges[0].json()['id']}/desfazer/")
    assert undone.json()["undone_at"]
    (way,) = (
        one
        for one in api.post(f"conversas/{talk.pk}/alcances/", {}).json()
        if one["channel_kind"] == "email"
    )
    # The address is the other one's again.
    went = api.post(f"conversas/{talk.pk}/continuar/", {"key": way["key"]})
    assert (went.status_code, went.json()["code"]) == (409, "endereco_de_outro")


@pytest.mark.parametrize("is_signed", [False, True])
def test_a_visitor_of_the_site_sees_nothing_of_other_channels_after_they_became_one(
    clinic: Company, channel: Channel, ana: Membership, talk: Conversation, is_signed: bool
):
    """What somebody types proves nothing, and what the site signs opens their chat alone."""
    make.forget_cached()
    chat = make.webchat_channel(clinic, secret=SECRET)
    panel = Panel(chat)
    if is_signed:
        panel.open(identity=signed(name="Joana Dias", email=MAIL))
        panel.start()
    else:
        panel.start(name="Joana Dias", email=MAIL)
    assert panel.say("Oi, sou eu").status_code == 201
    pair = DuplicatePair.unscoped.get()
    # Staff typed hers, so even a signed one is only alike.
    assert not pair.is_strong
    here = Conversation.unscoped.get(channel=chat)
    assert here.contact_id != talk.contact_id
    contacts_merge(kept=talk.contact, gone=here.contact, actor=ana)
    make.inbound(channel, text="Segredo do WhatsApp")
    message_send(
        conversation=Conversation.unscoped.get(channel=channel, pk=talk.pk),
        author=ana,
        text="Resposta pelo WhatsApp",
    )
    told = panel.open(identity=signed(name="Joana Dias")) if is_signed else panel.open()
    seen = told.content + panel.get("eventos/?desde=0").content + panel.get("historico/").content
    assert "Oi, sou eu" in seen.decode()
    assert not any(words in seen.decode() for words in ("WhatsApp", "Segredo", make.PHONE[-8:]))
