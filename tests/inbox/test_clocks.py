"""Times that go on: what the server says of them, and who draws which sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from inbox.shell.clocks import deadline_of, since, span_words
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_release, conversation_take
from queues.models import Queue, Ticket
from tests import make
from tests.queues.conftest import again, make_queue, say

Enter = Callable[[Membership], Client]


@pytest.fixture
def queue(beto: Membership, bells) -> Queue:
    return make_queue(beto.company, beto)


def cards(client: Client, tab: str) -> str:
    form = {"filtro": tab}
    return client.post(reverse("inbox:list"), form, headers={"HX-Request": "true"}).content.decode()


def clocks(page: str) -> list[tuple[str, str]]:
    """Read the times that go on; the short form that a card keeps ready is no time of its own."""
    page = re.sub(r'<span class="short".*?</span></span>', "", page, flags=re.S)
    return re.findall(r'data-since="\d+" data-clock="(\w+)">([^<]+)<', page)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (172_800, "2 d")],
)
def test_a_span_is_worded_by_its_largest_unit(seconds: int, words: str):
    assert span_words(timedelta(seconds=seconds)) == words
    assert since(timezone.now() - timedelta(seconds=seconds)).words == words


def test_a_card_says_from_when_somebody_waits_and_from_when_for_an_answer(
    enter: Enter, queue: Queue, channel: Channel, beto: Membership
):
    conversation = make.inbound(channel).conversation
    client = enter(beto)
    assert clocks(cards(client, "livres")) == [("espera", "Chegou agora")]
    Ticket.unscoped.update(queued_at=F("queued_at") - timedelta(minutes=12))
    assert clocks(cards(client, "livres")) == [("espera", "Espera 12 min")]
    conversation_take(conversation=conversation, attendant=beto)
    Conversation.unscoped.update(waiting_since=timezone.now() - timedelta(minutes=7))
    assert clocks(cards(client, "minhas")) == [("resposta", "Aguarda resposta há 7 min")]
    say(conversation, beto)
    assert clocks(cards(client, "minhas")) == []
    make.inbound(channel, text="E o preço?")
    assert clocks(cards(client, "todas")) == [("resposta", "Aguarda resposta")]


def test_a_promise_comes_with_its_moments_so_that_it_goes_on_in_the_page(
    enter: Enter, queue: Queue, channel: Channel, beto: Membership
):
    make.inbound(channel)
    row = Ticket.unscoped.select_related("queue").get()
    assert row.first_response_due_at and row.first_response_warn_at
    due = row.first_response_due_at
    page = cards(enter(beto), "livres")
    assert f'data-due-at="{int(due.timestamp() * 1000)}"' in page
    assert f'data-warn-at="{int(row.first_response_warn_at.timestamp() * 1000)}"' in page
    told = [deadline_of(row, due + timedelta(seconds=s)) for s in (-200, -30, 0, 400)]
    assert [(one.level, one.words) for one in told if one] == [
        ("calm", "SLA: 1ª resposta em 3 min"),
        ("warning", "SLA: 1ª resposta em 30 s"),
        ("danger", "SLA estourado há 0 s"),
        ("danger", "SLA estourado há 6 min"),
    ]


def test_the_board_and_the_panel_name_moments_too(
    enter: Enter, queue: Queue, channel: Channel, ana: Membership, beto: Membership
):
    conversation = make.inbound(channel).conversation
    Ticket.unscoped.update(queued_at=F("queued_at") - timedelta(minutes=5))
    client = enter(ana)
    board = client.get(reverse("inbox:board")).content.decode()
    # The longest wait, the queue's longest, the ticket's own.
    assert clocks(board) == [("tempo", "5 min")] * 3
    page = reverse("inbox:conversation", args=[conversation.pk])
    panel = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert ("tempo", "5 min") in clocks(panel)
    conversation_take(conversation=again(conversation), attendant=beto)
    panel = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert clocks(panel) == [("tempo", "0 s")]
    assert "<dt>Espera</dt><dd>5 min</dd>" in panel


def test_whoever_was_put_back_after_an_answer_waits_from_then_on(
    enter: Enter, queue: Queue, channel: Channel, beto: Membership
):
    conversation = make.inbound(channel).conversation
    say(conversation, beto)
    conversation_release(conversation=again(conversation), actor=beto)
    Ticket.unscoped.update(queued_at=F("queued_at") - timedelta(minutes=4), wait_seconds=60)
    assert clocks(cards(enter(beto), "livres")) == [("espera", "Espera 5 min")]
