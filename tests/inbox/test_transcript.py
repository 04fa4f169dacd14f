"""The transcript of a ticket: what stands on it, what does not, who may have it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from common.scoping import company_scope
from inbox.talk import paper
from inbox.talk.paper import printable
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import message_send, note_add
from queues.models import Ticket
from queues.services.tickets import ticket_finish
from tests import make
from tests.queues.conftest import make_queue

Enter = Callable[[Membership], Client]
pytestmark = pytest.mark.usefixtures("bells")


def written(paper: bytes) -> str:
    """Return the texts of a PDF, as our writer puts them there."""
    found = []
    for block in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", paper, re.S):
        try:
            text = zlib.decompress(block).decode("latin-1")
        except zlib.error:
            continue
        found += re.findall(r"\((.*?)(?<!\\)\) Tj", text, re.S)
    return " ".join(found).replace("\\(", "(").replace("\\)", ")")


def transcript(client: Client, talk: Conversation, **asked: str) -> tuple[int, str]:
    answer = client.get(reverse("inbox:transcript", args=[talk.pk]), asked)
    return answer.status_code, written(answer.content)


@pytest.fixture
def served(channel: Channel, beto: Membership) -> Conversation:
    make_queue(beto.company, beto)
    text = "Olá, não consigo às 9h 👍👍 \u2013 e a ação?"
    talk = make.inbound(channel, text=text).conversation
    with company_scope(beto.company_id):
        talk = conversation_take(conversation=talk, attendant=beto)
        message_send(conversation=talk, author=beto, text="Às 10h, então. " + "x" * 300)
        note_add(conversation=talk, author=beto, text="Paciente devendo")
    return talk


def test_it_says_what_both_sides_wrote_with_the_protocol_and_no_notes(
    enter: Enter, beto: Membership, served: Conversation
):
    status, text = transcript(enter(beto), served)
    ticket = Ticket.unscoped.get(conversation=served)
    assert status == 200
    for words in (ticket.protocol, "Joana Dias", "Beto Reis", "não consigo às 9h (emoji)", "ação?"):
        assert words in text
    assert "Paciente devendo" not in text and "assumiu" not in text
    # The reader sees the number masked, so does the paper.
    assert "99888-7777" not in text
    entry = AuditEntry.unscoped.get(action="conversa.transcricao")
    assert entry.object_id == str(served.pk)


def test_each_ticket_has_its_own_part(
    enter: Enter, beto: Membership, served: Conversation, channel: Channel
):
    first = Ticket.unscoped.get(conversation=served)
    ticket_finish(ticket=first, actor=beto, reason="Resolvido")
    later = timezone.now() + timedelta(minutes=2)
    make.inbound(channel, text="Outra pergunta", at=later)
    second = Ticket.unscoped.filter(conversation=served).exclude(pk=first.pk).get()
    client = enter(beto)
    assert "Outra pergunta" not in transcript(client, served, atendimento=str(first.pk))[1]
    newest = transcript(client, served)[1]
    assert second.protocol in newest and "Outra pergunta" in newest
    assert "não consigo" not in newest
    assert transcript(client, served, atendimento="x")[0] == 404


def test_strangers_and_other_companies_get_none(
    enter: Enter, rui: Membership, served: Conversation, client: Client
):
    where = reverse("inbox:transcript", args=[served.pk])
    assert enter(rui).get(where).status_code == 404
    assert client.get(where).status_code == 302
    assert not AuditEntry.unscoped.filter(action="conversa.transcricao").exists()


def test_a_long_thread_is_paged_and_cut_with_a_word(
    enter: Enter, beto: Membership, channel: Channel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(paper, "MOST", 60)
    monkeypatch.setattr(paper, "CHUNK", 25)
    now = timezone.now()
    facts = [
        make.fact(channel, text=f"Linha {n}", at=now + timedelta(seconds=n)) for n in range(70)
    ]
    talk = make.inbounds(channel, *facts)[0].conversation
    answer = enter(beto).get(reverse("inbox:transcript", args=[talk.pk]))
    text = written(answer.content)
    assert answer.content.count(b"/Type /Page\n") >= 3
    assert "Linha 59" in text and "Linha 60" not in text
    assert "primeiras 60 mensagens" in text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Ação às 9h", "Ação às 9h"),
        ("👩‍⚕️ ok 👍🏽", "(emoji) ok (emoji)"),
        ("“oi” – certo…", '"oi" - certo...'),
        ("Ωмега", "????"[:1] * 5),
        ("a\x00b\u202ec", "abc"),
        ("ﬁm", "fim"),
    ],
)
def test_what_the_typeface_lacks_is_named(said: str, shown: str):
    assert printable(said) == shown
