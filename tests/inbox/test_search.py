"""The search box: whatever staff know a conversation by finds it, and what was found is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from common.scoping import company_scope
from contacts.models import Contact, ContactIdentity
from contacts.services.contacts import contact_save
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.conversations import conversation_take
from providers.choices import MessageKind
from queues.models import Queue, Ticket
from tests import make
from tests.inbox.test_list import rows, shown

Enter = Callable[[Membership], Client]
FORM = {
    "interactive": {
        "type": "nfm_reply",
        "response": {
            "flow_token": "segredo-do-fluxo",
            "queixa": "Dor de ouvido à noite",
            "convenios": ["Unimed", {"plano": "Órion"}],
            "idade": 34,
        },
    }
}


@pytest.fixture
def debora(clinic: Any, ana: Membership, beto: Membership, channel: Channel, bells: Any) -> str:
    """Make one patient with everything staff may look for, and another with nothing of it."""
    person = make.person("5541997110010", "Débora Nunes d'Ávila")
    row = make.inbound(channel, person=person, text="Preciso remarcar a sessão de depilação")
    make.inbound(channel, person=person, kind=MessageKind.INTERACTIVE, text="", metadata=FORM)
    scan = make.inbound(channel, person=person, media=(make.media_ref("1"),), text="")
    talk = row.conversation
    with company_scope(clinic):
        Conversation.objects.filter(pk=talk.pk).update(subject="Orçamento da cirurgia")
        Attachment.objects.filter(message=scan).update(filename="guia convênio.pdf")
        ContactIdentity.objects.filter(contact=talk.contact).update(username="debora.davila")
        contact_save(
            actor=ana,
            contact=talk.contact,
            email="d.nunes@exemplo.com.br",
            tags=["Urgência", "Estética"],
        )
        contact_save(actor=ana, name="Théo Nunes", guardian=talk.contact, relation="filho")
        queue = Queue.objects.create(company=clinic, name="Recepção")
        Ticket.objects.create(
            company=clinic,
            queue=queue,
            conversation=talk,
            contact=talk.contact,
            protocol="291126-00004",
            entered_at=timezone.now(),
        )
    conversation_take(conversation=talk, attendant=beto)
    make.inbound(channel, person=make.person("5511970000001", "Outro"), text="Bom dia")
    return str(talk.pk)


@pytest.mark.parametrize(
    ("asked", "mark"),
    [
        ("debora", "Débora"),
        ("nunes debora", "Débora"),
        ("DAVILA", "d&#x27;Ávila"),
        (unicodedata.normalize("NFD", "débora"), "Débora"),
        ("ｄｅｂｏｒａ", "Débora"),
        ("sessao depilacao", "depilação"),
        ("depilacao sessao", "sessão"),
        ("291126-00004", "291126-00004"),
        ("29112600004", "291126-00004"),
        ("protocolo 291126 4", "291126-00004"),
        ("@debora.davila", "debora.davila"),
        ("d.nunes@exemplo", "d.nunes@exemplo"),
        ("urgencia", ""),
        ("estetica", ""),
        ("guia.pdf", None),
        ("guia convenio", "guia"),
        ("convenio.pdf", "convênio.pdf"),
        ("orcamento cirurgia", "Orçamento"),
        ("orcamento segredo", None),
        ("theo", ""),
        ("beto reis", "Beto"),
        ("dor de ouvido a noite", "ouvido"),
        ("orion unimed", "Órion"),
        ("+55 41 9711-0010", "(41) 99711-0010"),
        ("(041) 99711 0010", "(41) 99711-0010"),
        ("99711-0010", "(41) 99711-0010"),
        ("debora 0010", ""),
        ("segredo", None),
        ("debora maria", None),
    ],
)
def test_a_conversation_is_found_by_what_staff_know_it_by_and_that_is_marked(
    enter: Enter, ana: Membership, debora: str, asked: str, mark: str | None
):
    answer = rows(enter(ana), filtro="todas", q=asked)
    assert shown(answer) == ([] if mark is None else [debora])
    if mark:
        assert f"<mark>{mark}</mark>" in answer.content.decode()


def test_the_card_shows_the_message_that_was_found_and_leads_to_it(
    enter: Enter, ana: Membership, channel: Channel
):
    found = make.inbound(channel, text="Vocês fazem <b>depilação</b>?")
    make.inbound(channel, text="Obrigada!")
    answer = rows(enter(ana), filtro="todas", q="DEPILACAO").content.decode()
    assert "&lt;b&gt;<mark>depilação</mark>&lt;/b&gt;" in answer
    assert "Obrigada!" not in answer
    assert f'hx-get="/atendimento/conversas/{found.conversation_id}/?mensagem={found.pk}"' in answer


def test_a_found_message_far_up_is_on_the_page_with_a_way_to_what_follows(
    enter: Enter, ana: Membership, channel: Channel
):
    now = timezone.now()
    every = [
        make.inbound(channel, text=f"mensagem {n}.", at=now - timedelta(minutes=120 - n))
        for n in range(120)
    ]
    client = enter(ana)
    address = f"/atendimento/conversas/{every[0].conversation_id}/"
    page = client.get(f"{address}?mensagem={every[5].pk}", headers={"HX-Request": "true"})
    drawn = page.content.decode()
    assert f'data-found="m-{every[5].pk}"' in drawn
    texts = [int(n) for n in re.findall(r"mensagem (\d+)\.</p>", drawn)]
    assert 5 in texts
    assert texts[-1] == 119
    gap = re.search(r'hx-get="([^"]*entre=[^"]*)"', drawn)
    while gap is not None:
        more = client.get(gap[1]).content.decode()
        texts += [int(n) for n in re.findall(r"mensagem (\d+)\.</p>", more)]
        gap = re.search(r'hx-get="([^"]*entre=[^"]*)"', more)
    assert sorted(texts) == list(range(120))
    assert "data-gone" in more


@pytest.mark.parametrize("asked", ["x", "0" * 36, "00000000-0000-0000-0000-000000000000", ""])
def test_a_message_that_is_not_there_opens_the_conversation(
    enter: Enter, ana: Membership, channel: Channel, asked: str
):
    row = make.inbound(channel, text="Oi")
    client = enter(ana)
    page = client.get(f"/atendimento/conversas/{row.conversation_id}/", {"mensagem": asked})
    assert page.status_code == 200
    assert "data-found" not in page.content.decode()
    assert client.get(
        f"/atendimento/conversas/{row.conversation_id}/mensagens/", {"entre": asked}
    ).status_code in (400,)


def test_a_tab_says_how_many_others_hold_what_was_searched_for(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    mine = make.inbound(
        channel, text="exame", person=make.person("5511970000001", "Um")
    ).conversation
    hers = make.inbound(channel, text="Exames", person=make.person("5511970000002", "Dois"))
    conversation_take(conversation=mine, attendant=beto)
    conversation_take(conversation=hers.conversation, attendant=carla)
    answer = rows(enter(beto), filtro="minhas", q="exame").content.decode()
    assert "1 em outras abas" in answer
    assert "data-look-everywhere" in answer
    assert "outras abas" not in rows(enter(beto), filtro="todas", q="exame").content.decode()
    only_hers = rows(enter(beto), filtro="livres", q="exame").content.decode()
    assert "Nada encontrado" in only_hers
    assert "2 em outras abas" in only_hers


def test_who_may_not_see_a_conversation_is_told_of_none_elsewhere(
    enter: Enter, clinic: Any, beto: Membership, carla: Membership, channel: Channel
):
    clinic.attendants_see_all = False
    clinic.save()
    hers = make.inbound(channel, text="exame").conversation
    conversation_take(conversation=hers, attendant=carla)
    answer = rows(enter(beto), filtro="minhas", q="exame").content.decode()
    assert "outras abas" not in answer
    assert shown(rows(enter(beto), filtro="todas", q="exame")) == []


def test_deleted_texts_and_those_of_others_are_not_found(
    enter: Enter, ana: Membership, channel: Channel, rival_channel: Channel
):
    gone = make.inbound(channel, text="arrependimento")
    Message.unscoped.filter(pk=gone.pk).update(deleted_at=timezone.now())
    make.inbound(rival_channel, text="arrependimento")
    assert shown(rows(enter(ana), filtro="todas", q="arrependimento")) == []


def test_a_masked_number_is_not_shown_as_what_was_found(
    enter: Enter, beto: Membership, channel: Channel
):
    make.inbound(channel)
    answer = rows(enter(beto), filtro="todas", q="7777").content.decode()
    assert "99888-7777" not in answer
    assert Contact.unscoped.get().phone not in answer
