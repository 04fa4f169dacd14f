"""Pins of one's own and saved filters: whose they are, what they show, who may take them away."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from common.scoping import company_scope
from omnichannel.models import Channel, Pin
from omnichannel.services.conversations import conversation_take
from omnichannel.services.pinning import MOST, PinsFull, conversation_pin
from queues.models import SavedView
from queues.services.saved_views import SavedViewRefused, SavedViewTaken, saved_view_save
from tests.inbox.test_list import people, rows, shown
from tests.queues.conftest import make_queue

Enter = Callable[[Membership], Client]


def save(client: Client, **form: Any) -> Any:
    given = {"nome": "Convênio", "para": "pessoal", "filtro": "todas", "condicoes": "sem_resposta"}
    where = reverse("inbox:view-save")
    return client.post(where, {**given, **form}, headers={"HX-Request": "true"})


def test_what_i_pin_stands_on_top_of_my_lists_and_of_nobody_elses(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    everyone = people(channel, 40)
    client = enter(beto)
    plain = shown(rows(client, filtro="todas"))
    for row in (everyone[35], everyone[3]):
        where = reverse("inbox:pin", args=[row.pk])
        for _again in range(2):
            assert client.post(where, {"fixada": "sim"}).status_code == 204
    answer = rows(client, filtro="todas")
    listed = shown(answer)
    assert listed[:2] == [str(everyone[3].pk), str(everyone[35].pk)]
    assert shown(rows(enter(carla), filtro="todas")) == plain
    # Each once, over the pages; and the numbers fall as the rows do.
    cursor = re.search(r'"depois": "([^"]+)"', answer.content.decode())
    assert cursor is not None
    listed += shown(rows(client, filtro="todas", depois=cursor[1]))
    assert len(listed) == len(set(listed)) == 40
    numbers = [int(one) for one in re.findall(r'data-order="(\d+)"', answer.content.decode())]
    assert numbers == sorted(numbers, reverse=True)
    # Again by itself it keeps its number.
    again = rows(client, filtro="todas", conversa=[str(everyone[35].pk)]).content.decode()
    assert f'data-order="{numbers[1]}"' in again
    client.post(reverse("inbox:pin", args=[everyone[3].pk]), {"fixada": "nao"})
    assert shown(rows(client, filtro="todas"))[:2] == [str(everyone[35].pk), str(everyone[0].pk)]


def test_a_pin_shows_only_where_the_conversation_belongs(
    enter: Enter, beto: Membership, carla: Membership, channel: Channel
):
    mine, hers = people(channel, 2)
    conversation_take(conversation=mine, attendant=beto)
    conversation_take(conversation=hers, attendant=carla)
    with company_scope(beto.company_id):
        conversation_pin(conversation=hers, member=beto, is_pinned=True)
    client = enter(beto)
    assert shown(rows(client, filtro="minhas")) == [str(mine.pk)]
    assert shown(rows(client, filtro="todas", q="Pessoa 0")) == [str(mine.pk)]


def test_there_is_an_end_to_pins(beto: Membership, channel: Channel):
    everyone = people(channel, MOST + 1)
    with company_scope(beto.company_id):
        for row in everyone[:MOST]:
            conversation_pin(conversation=row, member=beto, is_pinned=True)
        with pytest.raises(PinsFull):
            conversation_pin(conversation=everyone[-1], member=beto, is_pinned=True)
    assert Pin.unscoped.count() == MOST


def test_a_filter_opens_by_its_address_for_whom_it_is(
    enter: Enter, ana: Membership, beto: Membership, carla: Membership, rui: Membership
):
    queue = make_queue(beto.company, beto)
    assert save(enter(beto)).status_code == 200
    assert save(enter(ana), nome="Da fila", para=f"fila.{queue.pk}").status_code == 200
    assert save(enter(ana), nome="De todos", para="empresa", ordem="espera").status_code == 200
    names = {
        who: re.findall(r'vista=[\w-]+" dir="auto">([^<]+)<', narrow(enter(who)))
        for who in (ana, beto, carla, rui)
    }
    assert names == {
        ana: ["Da fila", "De todos"],
        beto: ["Convênio", "Da fila", "De todos"],
        carla: ["De todos"],
        rui: [],
    }
    own = SavedView.unscoped.get(name="Convênio")
    shared = SavedView.unscoped.get(name="De todos")
    page = enter(beto).get(reverse("inbox:home"), {"vista": str(own.pk)}).content.decode()
    assert 'name="condicoes" value="sem_resposta"' in page
    page = enter(carla).get(reverse("inbox:home"), {"vista": str(shared.pk)}).content.decode()
    assert 'data-order="espera"' in page
    # Another's own is no filter of mine, and another company's is none.
    for who, view in ((carla, own), (rui, shared)):
        page = enter(who).get(reverse("inbox:home"), {"vista": str(view.pk)}).content.decode()
        assert 'name="condicoes" value=""' in page


def narrow(client: Client, conditions: str = "") -> str:
    where = reverse("inbox:narrow")
    answer = client.get(where, {"condicoes": conditions}, headers={"HX-Request": "true"})
    return str(answer.content.decode())


def test_only_who_owns_it_deletes_it(
    enter: Enter, ana: Membership, beto: Membership, carla: Membership, rui: Membership
):
    save(enter(beto))
    save(enter(ana), nome="De todos", para="empresa")
    own, shared = SavedView.unscoped.order_by("name")
    for who, view, status in (
        (carla, own, 404),
        (ana, own, 404),
        (rui, shared, 404),
        (beto, shared, 403),
        (beto, own, 200),
        (ana, shared, 200),
    ):
        where = reverse("inbox:view-drop", args=[view.pk])
        assert enter(who).post(where, headers={"HX-Request": "true"}).status_code == status
    assert not SavedView.unscoped.exists()


def test_attendants_keep_only_their_own_and_names_stand_once(
    enter: Enter, ana: Membership, beto: Membership, rui: Membership
):
    queue = make_queue(beto.company, beto)
    assert save(enter(beto), para="empresa").status_code == 403
    assert save(enter(beto), para=f"fila.{queue.pk}").status_code == 403
    assert save(enter(rui), para=f"fila.{queue.pk}").status_code == 404
    assert save(enter(beto), nome=" ").status_code == 422
    assert save(enter(beto)).status_code == 200
    assert save(enter(beto), nome="CONVÊNIO").status_code == 409
    assert save(enter(ana)).status_code == 200
    with company_scope(beto.company_id):
        with pytest.raises(SavedViewTaken):
            saved_view_save(actor=beto, name="convênio", tab="todas")
        with pytest.raises(SavedViewRefused):
            saved_view_save(actor=beto, name="x" * 61, tab="todas")


def test_what_a_filter_names_that_is_gone_is_shown_and_kept(enter: Enter, beto: Membership):
    gone = "etiqueta.01a22eaa-8050-708f-b0a1-23141d1f3f31"
    page = narrow(enter(beto), gone)
    assert "Não existe mais" in page
    assert f'value="{gone}" checked' in page
    assert save(enter(beto), condicoes=f"{gone},<script>").status_code == 200
    assert SavedView.unscoped.get().conditions == gone
