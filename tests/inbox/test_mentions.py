"""Menções among the lists: who sees them, what they count, where they lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Company, Membership
from inbox.talk.mention_marks import mentions_marked
from omnichannel.models import Channel, Conversation, Mention, Message
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import note_add
from tests.inbox.test_list import people, rows, shown

Enter = Callable[[Membership], Client]


def name_in(
    conversation: Conversation, by: Membership, whom: Membership, text: str = ""
) -> Message:
    text = text or f"@{whom.user.name} pode ver?"
    return note_add(conversation=conversation, author=by, text=text)


def count_of(page: str) -> str:
    found = re.search(r'data-filter="mencoes".*?class="count">(\d+\+?)<', page, re.S)
    return found[1] if found else "none"


def test_the_list_holds_conversations_by_their_newest_mention_and_leads_to_the_note(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    first, second, _third = people(channel, 3)
    client = enter(carla)
    assert count_of(rows(client, filtro="minhas").content.decode()) == "none"
    old = name_in(first, beto, carla)
    note = name_in(second, beto, carla, f"@{carla.user.name} <b>exame</b>")
    answer = rows(client, filtro="mencoes")
    page = answer.content.decode()
    assert shown(answer) == [str(second.pk), str(first.pk)]
    assert count_of(page) == "2"
    assert f"?mensagem={note.pk}" in page
    assert f"?mensagem={old.pk}" in page
    assert "&lt;b&gt;exame" in page
    assert shown(rows(enter(beto), filtro="mencoes")) == []


def test_what_was_seen_leaves_the_number_and_stays_in_the_list(
    enter: Enter, beto: Membership, carla: Membership, conversation: Conversation
):
    note = name_in(conversation, beto, carla)
    Conversation.unscoped.update(unread_count=0)
    client = enter(carla)
    assert 'class="card unread"' in rows(client, filtro="mencoes").content.decode()
    where = reverse("inbox:mentions-seen", args=[conversation.pk])
    assert client.post(where, {"nota": [str(note.pk), str(uuid4()), "x"]}).status_code == 204
    answer = rows(client, filtro="mencoes")
    assert shown(answer) == [str(conversation.pk)]
    assert count_of(answer.content.decode()) == "0"
    assert 'class="card unread"' not in answer.content.decode()


def test_whoever_may_not_see_the_conversation_any_more_sees_no_mention(
    enter: Enter, clinic: Company, beto: Membership, carla: Membership, conversation: Conversation
):
    name_in(conversation, beto, carla)
    conversation_take(conversation=conversation, attendant=beto)
    clinic.attendants_see_all = False
    clinic.save()
    answer = rows(enter(carla), filtro="mencoes")
    assert shown(answer) == []
    assert count_of(answer.content.decode()) == "0"


def test_pages_of_equal_moments_follow_without_gap_or_repeat(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    everyone = people(channel, 45)
    for each in everyone:
        name_in(each, beto, carla)
    # Twenty in one moment, over the end of the first page.
    moment = timezone.now() - timedelta(hours=1)
    middle = [each.pk for each in everyone[5:25]]
    Mention.unscoped.filter(conversation__in=middle).update(created_at=moment)
    client = enter(carla)
    first = rows(client, filtro="mencoes")
    cursor = re.search(r'"depois": "([^"]+)"', first.content.decode())
    assert cursor is not None
    second = rows(client, filtro="mencoes", depois=cursor[1])
    all_of = shown(first) + shown(second)
    assert len(all_of) == len(set(all_of)) == 45


def test_it_costs_the_same_queries_for_three_and_for_thirty(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    everyone = people(channel, 30)
    client = enter(carla)
    for each in everyone[:3]:
        name_in(each, beto, carla)
    rows(client, filtro="mencoes")
    with CaptureQueriesContext(connection) as few:
        rows(client, filtro="mencoes")
    for each in everyone[3:]:
        name_in(each, beto, carla)
    # What is shown for the first time is written down.
    rows(client, filtro="mencoes")
    with CaptureQueriesContext(connection) as many:
        rows(client, filtro="mencoes")
    assert len(many) == len(few)


def test_the_page_names_who_may_be_named(
    enter: Enter, ana: Membership, beto: Membership, carla: Membership, conversation: Conversation
):
    answer = enter(beto).get(reverse("inbox:mentionable", args=[conversation.pk]))
    assert [one["name"] for one in answer.json()["people"]] == sorted(
        [ana.user.name, carla.user.name]
    )


def test_a_note_that_is_posted_names_and_marks(
    enter: Enter, beto: Membership, carla: Membership, conversation: Conversation
):
    form = {
        "modo": "nota",
        "texto": f"@{carla.user.name} veja https://x.example/@{carla.user.name}",
        "client_id": "a",
        "mencao": [str(carla.pk)],
    }
    where = reverse("inbox:messages", args=[conversation.pk])
    page = enter(beto).post(where, form, headers={"HX-Request": "true"}).content.decode()
    assert f'<b class="mention">@{carla.user.name}</b>' in page
    assert Mention.unscoped.filter(member=carla).count() == 1


def test_a_mark_never_stands_inside_of_a_tag():
    drawn = 'Oi @Ana <a href="https://x/?q=@Ana">aqui</a> @Ana Paula'
    assert mentions_marked(drawn, ["Ana", "Ana Paula"]) == (
        'Oi <b class="mention">@Ana</b> <a href="https://x/?q=@Ana">aqui</a>'
        ' <b class="mention">@Ana Paula</b>'
    )


@pytest.mark.parametrize("bad", ["x", "'; drop table", "a" * 5000])
def test_ids_that_are_none_are_refused(
    enter: Enter, beto: Membership, conversation: Conversation, bad: str
):
    where = reverse("inbox:messages", args=[conversation.pk])
    form = {"modo": "nota", "texto": "@Ana", "client_id": "a", "mencao": [bad]}
    assert enter(beto).post(where, form, headers={"HX-Request": "true"}).status_code == 400
