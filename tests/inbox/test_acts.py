"""Acts from the list: the dialogs, the act on several, and which match."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_take
from tests import make
from tests.inbox.test_list import people

Enter = Callable[[Membership], Client]
JSON = {"Accept": "application/json"}
pytestmark = pytest.mark.usefixtures("bells")


def act(client: Client, talks: list[Conversation], **form: str) -> Any:
    data = {**form, "conversa": [str(talk.pk) for talk in talks]}
    return client.post(reverse("inbox:acts"), data, headers=JSON)


@pytest.fixture
def talks(channel: Channel, beto: Membership) -> list[Conversation]:
    return [conversation_take(conversation=talk, attendant=beto) for talk in people(channel, 4)]


@pytest.mark.parametrize(
    "name", ["adiar", "etiquetar", "tirar_etiqueta", "atribuir", "prioridade", "finalizar"]
)
def test_each_act_that_needs_something_asks_for_it(enter: Enter, ana: Membership, name: str):
    where = reverse("inbox:acts")
    page = enter(ana).get(where, {"acao": name}, headers={"HX-Request": "true"})
    assert f'data-act-form="{name}"' in page.content.decode()
    assert enter(ana).get(where, {"acao": "apagar"}).status_code == 400


def test_an_act_tells_what_changed_what_not_and_the_way_back(
    enter: Enter, beto: Membership, talks: list[Conversation], conversation: Conversation
):
    answer = act(enter(beto), [*talks, conversation], acao="adiar", frase="amanhã 9h")
    body = answer.json()
    assert sorted(body["changed"]) == sorted(str(talk.pk) for talk in talks)
    assert [count for _why, count in body["refused"]] == [1]
    assert body["back"] == "retomar"
    again = act(enter(beto), talks, acao=body["back"]).json()
    assert len(again["changed"]) == 4


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"acao": "apagar"}, 400),
        ({"acao": "adiar", "frase": "nunca mais"}, 422),
        ({"acao": "atribuir", "destino": "fila.x"}, 400),
        ({"acao": "transferir"}, 400),
        ({"acao": "prioridade", "prioridade": "9"}, 403),
        ({"acao": "etiquetar", "etiqueta": "  "}, 422),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    enter: Enter, beto: Membership, talks: list[Conversation], form: dict[str, str], status: int
):
    answer = act(enter(beto), talks, **form)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "detail", "fields"}


def test_markup_in_a_tag_stays_text(enter: Enter, beto: Membership, talks: list[Conversation]):
    act(enter(beto), talks[:1], acao="etiquetar", etiqueta="<b>x</b>")
    where = reverse("inbox:acts")
    page = enter(beto).get(where, {"acao": "tirar_etiqueta"}).content.decode()
    assert "<b>x</b>" not in page and "&lt;b&gt;x&lt;/b&gt;" in page


def test_all_that_match_are_those_the_reader_may_see(
    enter: Enter, beto: Membership, rui: Membership, talks: list[Conversation], channel: Channel
):
    make.inbound(channel, person=make.person("5511988880000", "Outra"))
    where = reverse("inbox:matching")
    mine = enter(beto).post(where, {"filtro": "minhas"}, headers=JSON).json()["ids"]
    assert sorted(mine) == sorted(str(talk.pk) for talk in talks)
    some = enter(beto).post(where, {"filtro": "todas", "q": "Pessoa 2"}, headers=JSON).json()
    assert some["ids"] == [str(talks[2].pk)]
    assert enter(rui).post(where, {"filtro": "todas"}, headers=JSON).json()["ids"] == []


def test_a_card_says_what_its_menu_has_to_know(
    enter: Enter, beto: Membership, talks: list[Conversation]
):
    form = {"filtro": "minhas"}
    page = enter(beto).post(reverse("inbox:list"), form, headers={"HX-Request": "true"})
    states = re.findall(r'data-states="([^"]*)"', page.content.decode())
    assert states == ["aberta minha nao_lida atendida"] * 4
