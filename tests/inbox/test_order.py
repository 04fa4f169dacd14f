"""In which order lists stand: who waits longest, what was taken just now; and what stays unread."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from common.errors import Forbidden
from common.scoping import company_scope
from inbox import selectors
from inbox.list.ordering import NEXT, ORDERS, RECENT, SCORE, SLA, WAITING, number_of
from leadscoring.models import LeadScore
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import (
    conversation_close,
    conversation_mark_read,
    conversation_mark_unread,
    conversation_release,
    conversation_reopen,
    conversation_take,
)
from queues.models import NextWeights, Ticket
from queues.services.processing import queue_drain
from queues.services.tickets import ranked_waiting
from tests import make
from tests.leadscoring.conftest import hear
from tests.queues.conftest import again, make_queue, online, say

Enter = Callable[[Membership], Client]


@pytest.fixture(autouse=True)
def _quiet(bells) -> None:
    """Let no task reach a broker."""


def rows(client: Client, **form: Any) -> HttpResponse:
    return client.post(reverse("inbox:list"), form, headers={"HX-Request": "true"})


def shown(answer: HttpResponse) -> list[str]:
    return re.findall(r'data-conversation="([\w-]+)"', answer.content.decode())


def talks(channel: Channel, *minutes: int) -> list[Conversation]:
    """Let people have written so many minutes ago."""
    now = timezone.now()
    return [
        make.inbound(
            channel,
            at=now - timedelta(minutes=ago),
            person=make.person(f"55119{make.next_number():08}", f"Pessoa {ago}"),
        ).conversation
        for ago in minutes
    ]


def numbers(answer: HttpResponse) -> list[tuple[str, int]]:
    """Return the rows with the numbers by which the browser keeps them."""
    found = re.findall(r'id="c-([\w-]+)" data-order="(\d+)"', answer.content.decode())
    return [(pk, int(number)) for pk, number in found]


def ids(*conversations: Conversation) -> list[str]:
    return [str(conversation.pk) for conversation in conversations]


def test_where_nobody_is_served_yet_the_longest_wait_is_on_top(
    enter: Enter, beto: Membership, channel: Channel
):
    new, old, middle = talks(channel, 1, 90, 30)
    # A second message is no new wait, and does not bring the person down.
    make.inbound(channel, text="Alguém aí?", person=make.person(old.identity.value))
    client = enter(beto)
    assert shown(rows(client, filtro="livres")) == ids(old, middle, new)
    assert shown(rows(client, filtro="livres", ordem=RECENT)) == ids(old, new, middle)


def test_whoever_was_put_back_after_an_answer_comes_after_those_without_one(
    enter: Enter, beto: Membership, channel: Channel
):
    first, second, waiting = talks(channel, 90, 60, 5)
    for conversation in (first, second):
        say(conversation, beto)
        conversation_release(conversation=again(conversation), actor=beto)
    assert shown(rows(enter(beto), filtro="livres")) == ids(waiting, first, second)


@pytest.mark.parametrize("tab", ["minhas", "todas"])
def test_any_tab_can_put_the_longest_unanswered_first(
    enter: Enter, beto: Membership, channel: Channel, tab: str
):
    read, answered, new, ended = talks(channel, 50, 40, 3, 60)
    for conversation in (read, answered, new, ended):
        conversation_take(conversation=conversation, attendant=beto)
    conversation_mark_read(conversation=read, up_to=99)
    say(answered, beto)
    conversation_close(conversation=ended, actor=beto)
    client = enter(beto)
    last = ids(ended) if tab == "todas" else []
    expected = [*ids(read, new), *ids(answered), *last]
    assert shown(rows(client, filtro=tab, ordem=WAITING)) == expected
    page = rows(client, filtro=tab).content.decode()
    # It is remembered for the tab, and said on the menu.
    assert 'data-order="espera"' in page and "Ordem da lista: Sem resposta há mais tempo" in page
    assert "Aguarda resposta há 50 min" in page


@pytest.mark.parametrize("how", ["taken", "routed", "reopened"])
def test_what_came_into_my_hands_just_now_is_on_top_of_mine(
    enter: Enter, beto: Membership, channel: Channel, how: str
):
    (old,) = talks(channel, 600)
    if how == "reopened":
        conversation_close(conversation=old, actor=beto)
    (recent,) = talks(channel, 5)
    conversation_take(conversation=recent, attendant=beto)
    Conversation.unscoped.filter(pk=recent.pk).update(
        moved_at=timezone.now() - timedelta(minutes=4)
    )
    if how == "taken":
        conversation_take(conversation=old, attendant=beto)
    elif how == "reopened":
        conversation_reopen(conversation=again(old), actor=beto)
    else:
        queue = make_queue(beto.company, beto)
        online(beto)
        make.inbound(channel, person=make.person(old.identity.value))
        Conversation.unscoped.filter(pk=old.pk).update(last_message_at=old.opened_at)
        queue_drain(queue=queue)
    assert shown(rows(enter(beto), filtro="minhas", ordem=RECENT)) == ids(old, recent)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("tab", ["minhas", "livres", "todas"])
def test_pages_of_every_order_hold_everybody_once_and_the_numbers_fall(
    beto: Membership, channel: Channel, tab: str, order: str
):
    everyone = talks(channel, *range(24))
    moment = timezone.now() - timedelta(minutes=30)
    for at, conversation in enumerate(everyone):
        if tab == "minhas" or at % 2:
            conversation_take(conversation=conversation, attendant=beto)
            if at % 3 == 0:
                say(conversation, beto)
        if tab == "livres" and at % 4 == 1:
            conversation_release(conversation=again(conversation), actor=beto)
        if tab == "todas" and at % 5 == 0:
            conversation_close(conversation=again(conversation), actor=beto)
        if at % 4 == 2:
            # Equal in everything an order looks at: only the id parts them.
            Conversation.unscoped.filter(pk=conversation.pk).update(
                last_message_at=moment, waiting_since=moment, moved_at=moment, opened_at=moment
            )
    with company_scope(beto.company_id):
        whole, _end = selectors.conversation_page(beto, tab=tab, order=order, size=50)
        found: list[Conversation] = []
        place, first = None, True
        while first or place is not None:
            page, place = selectors.conversation_page(
                beto, tab=tab, order=order, size=5, after=place
            )
            found, first = found + page, False
        count = selectors.counts(beto)[tab]
    assert [row.pk for row in found] == [row.pk for row in whole]
    assert len({row.pk for row in found}) == len(found) == count
    numbers = [number_of(row, tab, order) for row in found]
    assert numbers == sorted(numbers, reverse=True)


def test_every_order_costs_the_same_queries_whatever_waits(
    enter: Enter, beto: Membership, channel: Channel
):
    client = enter(beto)
    for order in ORDERS:
        rows(client, filtro="livres", ordem=order)
        spent = []
        for count in (3, 30):
            talks(channel, *range(count))
            with CaptureQueriesContext(connection) as queries:
                rows(client, filtro="livres", ordem=order)
            spent.append(len(queries))
        # Of few rows the end is looked for too.
        assert spent[1] <= spent[0] <= 12


@pytest.mark.parametrize(
    ("tab", "order", "index"),
    [
        ("minhas", RECENT, "conversation_by_person"),
        ("livres", RECENT, "conversation_free"),
        ("todas", RECENT, "conversation_all"),
        ("todas", WAITING, "conversation_waiting"),
    ],
)
def test_an_index_serves_every_order(
    beto: Membership, channel: Channel, tab: str, order: str, index: str
):
    talks(channel, 1)
    with company_scope(beto.company_id), connection.cursor() as cursor:
        # Of a table of one row a plan says nothing: sorting and reading all are forbidden.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as queries:
            selectors.conversation_page(beto, tab=tab, order=order)
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"using {index}" in plan
    assert "Sort" not in plan


# --- what comes next ------------------------------------------------------------------------------


def line_up(beto: Membership, channel: Channel, count: int) -> None:
    """Let people wait in a queue with promises, priorities and windows of all sorts."""
    queue = make_queue(beto.company, beto, distribution="manual", first_response_sla=1800)
    now, chance = timezone.now(), random.Random(7)
    for conversation in talks(channel, *(chance.randrange(1, 1400) for _ in range(count))):
        ticket = Ticket.unscoped.get(conversation=conversation)
        assert ticket.queue_id == queue.pk
        due = now + timedelta(seconds=chance.randrange(-3000, 6000))
        Ticket.unscoped.filter(pk=ticket.pk).update(
            priority=chance.randint(1, 10),
            entered_at=conversation.waiting_since,
            first_response_due_at=due if chance.random() < 0.8 else None,
            first_response_at=now if chance.random() < 0.2 else None,
        )


def test_what_comes_next_is_what_the_router_would_give(
    enter: Enter, beto: Membership, channel: Channel
):
    NextWeights.unscoped.create(company=beto.company, sla=33, window=21, priority=17, waiting=29)
    line_up(beto, channel, 40)
    with company_scope(beto.company_id):
        rows_, _after = selectors.conversation_page(beto, tab="livres", order=NEXT, size=50)
        given = [row.id for row in ranked_waiting(beto)]
    listed = [Ticket.unscoped.get(conversation=row).pk for row in rows_]
    assert listed == given
    page = rows(enter(beto), filtro="livres").content.decode()
    (first, *_rest) = re.findall(r'class="chip why" title="(\d+) pontos: ([^"]+)"', page)
    with company_scope(beto.company_id):
        best = ranked_waiting(beto)[0]
    assert abs(int(first[0]) - best.score) <= 1
    assert 'data-order="proximo"' in page


def test_scores_and_promises_sort_the_open_ones_and_the_rest_follows(
    enter: Enter, beto: Membership, channel: Channel
):
    make_queue(beto.company, beto, distribution="manual")
    low, high, none, ended = talks(channel, 10, 20, 30, 5)
    conversation_close(conversation=ended, actor=beto)
    now = timezone.now()
    for conversation, total, minutes in ((low, 12, 5), (high, 80, 50)):
        hear(conversation.contact)
        LeadScore.unscoped.filter(contact=conversation.contact).update(total=total)
        Ticket.unscoped.filter(conversation=conversation).update(
            first_response_due_at=now + timedelta(minutes=minutes), resolution_due_at=None
        )
    Ticket.unscoped.filter(conversation=none).update(
        first_response_due_at=None, resolution_due_at=None
    )
    # Far apart, so that the moments between two looks change no place.
    for conversation, level in ((low, 10), (high, 5), (none, 1)):
        Ticket.unscoped.filter(conversation=conversation).update(priority=level)
    client = enter(beto)
    assert shown(rows(client, filtro="todas", ordem=SCORE)) == ids(high, low, none, ended)
    assert shown(rows(client, filtro="todas", ordem=SLA)) == ids(low, high, ended, none)
    # Rows that are fetched again find their place by the same numbers.
    for order in ORDERS:
        whole = dict(numbers(rows(client, filtro="todas", ordem=order)))
        parts = rows(client, filtro="todas", ordem=order, conversa=ids(low, high, none, ended))
        by_number = sorted(numbers(parts), key=lambda one: -one[1])
        assert [pk for pk, _number in by_number] == list(whole), order


def test_who_was_read_and_not_answered_stands_out(enter: Enter, beto: Membership, channel: Channel):
    read, answered = talks(channel, 20, 10)
    for conversation in (read, answered):
        conversation_take(conversation=conversation, attendant=beto)
        conversation_mark_read(conversation=conversation, up_to=99)
    say(answered, beto)
    page = rows(enter(beto), filtro="minhas").content.decode()
    assert re.findall(r'class="card( awaits)?" data-conversation="([\w-]+)"', page) == [
        (" awaits", str(read.pk)),
        ("", str(answered.pk)),
    ]


@pytest.mark.parametrize("place", ["1.2.3", "x", "9" * 40 + f".{'0' * 32}.0.1", "1.z.0.1"])
def test_a_damaged_place_is_the_beginning(
    enter: Enter, beto: Membership, channel: Channel, place: str
):
    talks(channel, 1)
    for order in ORDERS:
        assert rows(enter(beto), filtro="livres", ordem=order, depois=place).status_code == 200


# --- unread again --------------------------------------------------------------------------------


def test_a_conversation_marked_as_unread_counts_again_until_it_is_seen(
    enter: Enter, beto: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    conversation_mark_read(conversation=conversation, up_to=99)
    client = enter(beto)
    page = rows(client, filtro="minhas").content.decode()
    address = reverse("inbox:unread", args=[conversation.pk])
    assert address in page and 'data-unread="0"' in page
    assert client.post(address, headers={"HX-Request": "true"}).status_code == 204
    page = rows(client, filtro="minhas").content.decode()
    assert 'data-unread="1"' in page and "1 não lida<" in page and address not in page
    stage = client.get(
        reverse("inbox:conversation", args=[conversation.pk]), headers={"HX-Request": "true"}
    )
    assert 'id="nao-lidas"' in stage.content.decode()
    conversation_mark_read(conversation=again(conversation), up_to=99)
    assert again(conversation).unread_count == 0
    assert not Message.unscoped.inbound().filter(read_at=None).exists()


def test_only_who_holds_a_conversation_marks_it_as_unread(
    beto: Membership, carla: Membership, ana: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    conversation_mark_read(conversation=conversation, up_to=99)
    for stranger in (carla, ana):
        with pytest.raises(Forbidden):
            conversation_mark_unread(conversation=conversation, reader=stranger)
    assert conversation_mark_unread(conversation=conversation, reader=beto)
    # Twice is once, and nothing is counted that was not written.
    assert not conversation_mark_unread(conversation=conversation, reader=beto)
    assert again(conversation).unread_count == 1


@pytest.mark.parametrize(("unread", "pages"), [(3, 1), (90, 1), (230, 2)])
def test_the_line_stands_above_the_first_unread_one_however_many_there_are(
    enter: Enter, beto: Membership, channel: Channel, conversation: Conversation, unread, pages
):
    conversation_take(conversation=conversation, attendant=beto)
    make.inbound(channel, text="antes")
    conversation_mark_read(conversation=conversation, up_to=99)
    person = make.person(conversation.identity.value)
    for n in range(unread):
        make.inbound(channel, text=f"nova {n}", person=person)
    client = enter(beto)
    address = reverse("inbox:conversation", args=[conversation.pk])
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    # By the time older ones are fetched, what is on screen was read.
    conversation_mark_read(conversation=again(conversation), up_to=9999)
    for _ in range(pages - 1):
        assert 'id="nao-lidas"' not in page
        cursor = re.search(r'data-(?:older|cursor)="([^"]+)"', page)
        assert cursor is not None
        older = reverse("inbox:messages", args=[conversation.pk])
        page = client.get(
            older, {"antes": cursor[1]}, headers={"HX-Request": "true"}
        ).content.decode()
    line = re.search(r'id="nao-lidas".*?class="text[^"]*">([^<]+)<', page, re.S)
    assert line is not None and line[1] == "nova 0"


def test_the_line_goes_with_my_answer_and_stays_with_a_note(
    enter: Enter, beto: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    client = enter(beto)
    for mode, goes in (("nota", False), ("resposta", True)):
        answer = client.post(
            reverse("inbox:messages", args=[conversation.pk]),
            {"texto": "Olá", "modo": mode, "client_id": mode, "desde": 0},
            headers={"HX-Request": "true"},
        )
        assert ('id="nao-lidas" data-gone' in answer.content.decode()) is goes


def test_with_us_since_the_first_conversation_even_if_the_record_is_younger(
    enter: Enter, beto: Membership, channel: Channel
):
    (conversation,) = talks(channel, 60 * 24 * 4)
    page = enter(beto).get(
        reverse("inbox:conversation", args=[conversation.pk]), headers={"HX-Request": "true"}
    )
    day = timezone.localtime(conversation.opened_at).strftime("%d/%m/%Y")
    assert f"<dt>Conosco desde</dt><dd>{day}</dd>" in page.content.decode()
