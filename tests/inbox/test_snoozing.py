"""Adiar on the page: the dialog, the tab, the card, the line in the thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from omnichannel.services.snoozing import conversation_snooze
from tests import make
from tests.inbox.test_list import rows, shown

Enter = Callable[[Membership], Client]
HX = {"HX-Request": "true"}
pytestmark = pytest.mark.usefixtures("bells")


@pytest.fixture
def held(conversation: Conversation, beto: Membership) -> Conversation:
    return conversation_take(conversation=conversation, attendant=beto)


def snooze(client: Client, talk: Conversation, **form: str) -> HttpResponse:
    return client.post(reverse("inbox:snooze", args=[talk.pk]), form, headers=HX)


def fresh(talk: Conversation) -> Conversation:
    return Conversation.unscoped.get(pk=talk.pk)


def test_the_dialog_offers_moments_and_says_what_a_phrase_means(
    enter: Enter, beto: Membership, held: Conversation
):
    client, where = enter(beto), reverse("inbox:snooze", args=[held.pk])
    page = client.get(where, headers=HX).content.decode()
    assert 'value="uma_hora"' in page and 'value="amanha"' in page
    told = client.get(where, {"frase": "amanhã 9h"}, headers=HX).content.decode()
    tomorrow = timezone.localtime(timezone=beto.company.zone) + timedelta(days=1)
    assert f"{tomorrow:%d/%m/%Y}, 09:00" in told
    assert "Não entendi" in client.get(where, {"frase": "<b>"}, headers=HX).content.decode()
    over = client.get(where, {"frase": "ontem 9h"}, headers=HX).content.decode()
    assert "Esse momento já passou" in over


def test_a_moment_that_is_over_is_refused_in_words(
    enter: Enter, beto: Membership, held: Conversation
):
    refused = snooze(enter(beto), held, frase="ontem às 9")
    assert refused.status_code == 422
    assert "Esse momento já passou" in refused.content.decode()
    assert not fresh(held).is_snoozed


@pytest.mark.parametrize(
    ("form", "hours"),
    [
        ({"quando": "uma_hora"}, 1),
        ({"quando": "resposta"}, None),
        ({"frase": "em 3 horas"}, 3),
        ({"quando": "frase", "frase": "daqui a 2 horas"}, 2),
    ],
)
def test_a_conversation_leaves_the_list_until_then(
    enter: Enter, beto: Membership, held: Conversation, form: dict[str, str], hours: int | None
):
    client = enter(beto)
    answer = snooze(client, held, **form)
    assert answer.status_code == 200 and "adiou a conversa" in answer.content.decode()
    until = fresh(held).snoozed_until
    if hours is None:
        assert until is None
    else:
        assert until is not None
        assert abs(until - timezone.now() - timedelta(hours=hours)) < timedelta(minutes=1)
    assert shown(rows(client, filtro="minhas")) == []
    aside = rows(client, filtro="adiadas")
    assert shown(aside) == [str(held.pk)] and "Adiada" in aside.content.decode()
    assert shown(rows(client, filtro="todas")) == [str(held.pk)]


@pytest.mark.parametrize(
    ("form", "status"),
    [({"frase": "qualquer dia"}, 422), ({"quando": "nunca"}, 400), ({}, 422)],
)
def test_what_names_no_moment_is_refused_in_words(
    enter: Enter, beto: Membership, held: Conversation, form: dict[str, str], status: int
):
    answer = snooze(enter(beto), held, **form)
    assert answer.status_code == status
    assert not fresh(held).is_snoozed


def test_from_the_list_nothing_is_drawn_and_it_comes_back_by_hand(
    enter: Enter, beto: Membership, held: Conversation
):
    client = enter(beto)
    assert snooze(client, held, quando="resposta", de="lista").status_code == 204
    page = client.get(reverse("inbox:conversation", args=[held.pk])).content.decode()
    assert "Adiada até o paciente escrever" in page and "Retomar" in page
    answer = client.post(reverse("inbox:wake", args=[held.pk]), headers=HX)
    assert "retomou a conversa adiada" in answer.content.decode()
    assert shown(rows(client, filtro="minhas")) == [str(held.pk)]


def test_whoever_comes_back_first_is_on_top_and_pages_go_on(
    enter: Enter, beto: Membership, channel: Channel
):
    talks = []
    for place in range(35):
        person = make.person(f"55119{70000000 + place}", f"Pessoa {place}")
        talk = make.inbound(channel, person=person).conversation
        conversation_take(conversation=talk, attendant=beto)
        until = timezone.now() + timedelta(hours=40 - place) if place % 5 else None
        conversation_snooze(conversation=talk, actor=beto, until=until)
        talks.append((until, str(talk.pk)))
    client = enter(beto)
    first = rows(client, filtro="adiadas")
    cursor = first.content.decode().partition('"depois": "')[2].partition('"')[0]
    found = shown(first) + shown(rows(client, filtro="adiadas", depois=cursor))
    with_end = sorted((until, pk) for until, pk in talks if until)
    without = [pk for until, pk in talks if until is None]
    assert found == [pk for _until, pk in with_end] + without[::-1]
