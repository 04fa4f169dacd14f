"""The list column: tabs, counts, search, pages, single rows again."""

from __future__ import annotations

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
from contacts.segments import Asked
from contacts.services.segments import segment_save
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_close, conversation_take
from tests import make

Enter = Callable[[Membership], Client]


def rows(client: Client, **form: Any) -> HttpResponse:
    return client.post(reverse("inbox:list"), form, headers={"HX-Request": "true"})


def shown(answer: HttpResponse) -> list[str]:
    return re.findall(r'data-conversation="([\w-]+)"', answer.content.decode())


def people(channel: Channel, count: int) -> list[Conversation]:
    """Make conversations, each a minute older than the one before."""
    now = timezone.now()
    return [
        make.inbound(
            channel,
            at=now - timedelta(minutes=place),
            person=make.person(f"55119{70000000 + place}", f"Pessoa {place}"),
        ).conversation
        for place in range(count)
    ]


def test_each_tab_holds_what_its_name_says(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    mine, hers, free, ended = people(channel, 4)
    conversation_take(conversation=mine, attendant=beto)
    conversation_take(conversation=hers, attendant=carla)
    conversation_close(conversation=ended, actor=beto)
    client = enter(beto)
    assert shown(rows(client, filtro="minhas")) == [str(mine.pk)]
    assert shown(rows(client, filtro="livres")) == [str(free.pk)]
    assert shown(rows(client, filtro="todas")) == [str(c.pk) for c in (mine, hers, free, ended)]


def test_the_tabs_count_open_conversations(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    first, second, _third = people(channel, 3)
    conversation_take(conversation=first, attendant=beto)
    conversation_take(conversation=second, attendant=carla)
    page = rows(enter(beto), filtro="minhas").content.decode()
    assert re.findall(r'class="count"[^>]*>(\d+)', page) == ["1", "1", "3"]
    assert 'data-unread="1"' in page


@pytest.mark.parametrize("words", ["joana", "JOANA D", "99888-7777", "acupuntura"])
def test_search_finds_people_phones_and_words_of_messages(
    enter: Enter, beto: Membership, channel: Channel, words: str
):
    make.inbound(channel, text="Vocês fazem Acupuntura?", person=make.person())
    make.inbound(channel, text="Bom dia", person=make.person("5511970000001", "Outro"))
    assert len(shown(rows(enter(beto), filtro="todas", q=words))) == 1


def test_words_searched_for_stand_in_no_address(enter: Enter, beto: Membership, channel: Channel):
    people(channel, 51)
    page = rows(enter(beto), filtro="todas", q="Pessoa").content.decode()
    assert "lista-mais" in page
    assert not re.search(r'(?:href|hx-get|hx-post)="[^"]*(?:\?|&amp;)q=', page)


def test_pages_follow_each_other_without_gap_or_repeat(
    enter: Enter, beto: Membership, channel: Channel
):
    everyone = [str(conversation.pk) for conversation in people(channel, 53)]
    client = enter(beto)
    first = rows(client, filtro="todas")
    cursor = re.search(r'"depois": "([^"]+)"', first.content.decode())
    assert cursor is not None
    second = rows(client, filtro="todas", depois=cursor[1])
    assert shown(first) + shown(second) == everyone
    assert "lista-mais" not in second.content.decode()


def test_a_row_asked_for_again_is_drawn_or_taken_out(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    mine, hers = people(channel, 2)
    conversation_take(conversation=mine, attendant=beto)
    conversation_take(conversation=hers, attendant=carla)
    answer = rows(enter(beto), filtro="minhas", conversa=[str(mine.pk), str(hers.pk)])
    assert shown(answer) == [str(mine.pk)]
    assert f'id="c-{hers.pk}" data-gone' in answer.content.decode()
    assert "lista-vazia" not in answer.content.decode()


def test_another_companys_row_is_not_drawn(enter: Enter, beto: Membership, rival_channel: Channel):
    theirs = make.inbound(rival_channel).conversation
    answer = rows(enter(beto), filtro="todas", conversa=[str(theirs.pk)])
    assert shown(answer) == []


def test_the_list_costs_the_same_queries_for_three_rows_and_for_thirty(
    enter: Enter, beto: Membership, channel: Channel
):
    client = enter(beto)
    # The first answer also keeps the tab in the session.
    rows(client, filtro="todas")
    spent = []
    for count in (3, 30):
        people(channel, count)
        with CaptureQueriesContext(connection) as queries:
            rows(client, filtro="todas")
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 9


@pytest.mark.parametrize(
    "damage", ["x", "1.2", "99999999999999999999.00000000000000000000000000000000"]
)
def test_a_damaged_cursor_is_the_beginning(
    enter: Enter, beto: Membership, conversation: Conversation, damage: str
):
    assert shown(rows(enter(beto), filtro="todas", depois=damage)) == [str(conversation.pk)]


def test_the_tab_last_chosen_is_the_one_the_next_page_opens_on(
    enter: Enter, beto: Membership, conversation: Conversation
):
    client = enter(beto)
    rows(client, filtro="livres")
    page = client.get(reverse("inbox:home")).content.decode()
    assert re.search(r'data-filter="livres" aria-current="true"', page)


def test_nul_and_odd_words_do_not_break_the_search(
    enter: Enter, beto: Membership, channel: Channel
):
    for words in ("\x00", "%", "_", "\\", "'; --", "🙂" * 100):
        assert rows(enter(beto), filtro="todas", q=words).status_code == 200


def test_a_segment_narrows_the_list_and_its_refresh(
    enter: Enter, ana: Membership, channel: Channel
):
    lia = make.inbound(channel, person=make.person("5541990000001", "Lia Prado")).conversation
    caio = make.inbound(channel, person=make.person("5541990000002", "Caio Luz")).conversation
    segment = segment_save(
        company=ana.company,
        actor=ana.user,
        name="Só a Lia",
        conditions=[Asked("nome", "contem", "lia")],
    )
    client = enter(ana)
    assert "Só a Lia" in client.get(reverse("inbox:home")).content.decode()
    where = {"filtro": "todas", "segmento": str(segment.pk)}
    page = client.post(reverse("inbox:list"), where).content.decode()
    assert "Lia Prado" in page and "Caio Luz" not in page
    again = {**where, "conversa": [str(lia.pk), str(caio.pk)]}
    rows = client.post(reverse("inbox:list"), again).content.decode()
    assert "Lia Prado" in rows and "Caio Luz" not in rows
    nobodys = {**where, "segmento": "01a21431-c442-73a2-b0c6-7e5eb2c7a5c0"}
    assert "Lia Prado" not in client.post(reverse("inbox:list"), nobodys).content.decode()
