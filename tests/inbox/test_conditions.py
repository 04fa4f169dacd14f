"""Conditions on the list: a closed grammar, what each word keeps, pages, and who sees what."""

from __future__ import annotations

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
from common.scoping import company_scope
from contacts.services.tagging import contact_tag, tag_wanted
from inbox.list.conditions import FACETS, LENGTH, conditions_read
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_mark_read, conversation_take
from omnichannel.services.snoozing import conversation_snooze
from queues.models import Ticket
from tests import make
from tests.inbox.test_list import people, rows, shown
from tests.queues.conftest import make_queue

Enter = Callable[[Membership], Client]
ID = "0192f0c1-0000-7000-8000-000000000000"
pytestmark = pytest.mark.usefixtures("bells")


def meets(client: Client, conditions: str, tab: str = "todas") -> set[str]:
    return set(shown(rows(client, filtro=tab, condicoes=conditions)))


def names(talks: list[Conversation], *places: int) -> set[str]:
    return {str(talks[place].pk) for place in places}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("nao_lida", "nao_lida"),
        (f"ou,canal.{ID},nao_lida", f"ou,canal.{ID},nao_lida"),
        ("nao_lida,nao_lida", "nao_lida"),
        ("ou", ""),
        ("nao_lida.1", ""),
        ("canal.1 or 1=1", ""),
        ("contact__company.x,__class__.x,etapa.qualquer", ""),
        ("score.101,score.-1,score.50", "score.50"),
        ("desde.2026-02-31,desde.2026-02-28", "desde.2026-02-28"),
        ("ate.9999-12-31", ""),
        ("janela.<b>,sla.,sla.risco", "sla.risco"),
        ("x" * 5_000, ""),
        (",".join(f"score.{n}" for n in range(99)), ",".join(f"score.{n}" for n in range(16))),
    ],
)
def test_only_words_of_the_grammar_are_read(clinic: Company, text: str, kept: str):
    with company_scope(clinic.pk):
        assert str(conditions_read(text)) == kept
        assert len(str(conditions_read(text))) <= LENGTH


def test_each_word_keeps_what_it_says(
    enter: Enter, beto: Membership, channel: Channel, conversation: Conversation
):
    queue = make_queue(beto.company, beto)
    talks = people(channel, 5)
    with company_scope(beto.company_id):
        contact_tag(
            contact=talks[0].contact, tag=(tag := tag_wanted("VIP", beto.company_id)), actor=beto
        )
    conversation_take(conversation=talks[1], attendant=beto)
    conversation_mark_read(conversation=talks[1], up_to=99)
    conversation_take(conversation=talks[2], attendant=beto)
    conversation_snooze(conversation=talks[2], actor=beto, until=None)
    long_ago = timezone.now() - timedelta(days=3)
    Conversation.unscoped.filter(pk=talks[3].pk).update(last_inbound_at=long_ago)
    Ticket.unscoped.filter(conversation=talks[4]).update(first_response_due_at=long_ago)
    client = enter(beto)
    first = {str(conversation.pk)}
    everyone = names(talks, 0, 1, 2, 3, 4) | first
    today = timezone.localdate(timezone=beto.company.zone)
    told = {
        f"etiqueta.{tag.pk}": names(talks, 0),
        f"atendente.{beto.pk}": names(talks, 1, 2),
        "atendente.ninguem": names(talks, 0, 3, 4) | first,
        "adiada": names(talks, 2),
        "nao_lida": everyone - names(talks, 1),
        "sem_resposta": everyone,
        "janela.fechada": names(talks, 3),
        "janela.aberta": everyone - names(talks, 3),
        "sla.estourado": names(talks, 4),
        "etapa.humano": names(talks, 1, 2),
        "etapa.humano,etapa.fila": everyone,
        f"fila.{queue.pk}": names(talks, 0, 1, 2, 3, 4),
        f"canal.{channel.pk}": everyone,
        f"canal.{uuid4()}": set(),
        f"desde.{today}": everyone,
        f"ate.{today - timedelta(days=1)}": set(),
        "score.100": set(),
        f"adiada,etiqueta.{tag.pk}": set(),
        f"ou,adiada,etiqueta.{tag.pk}": names(talks, 0, 2),
    }
    assert {facet.split(".")[0] for facet in ",".join(told).split(",")} - {"ou"} == set(FACETS)
    assert {word: meets(client, word) for word in told} == told


def test_pages_go_on_and_ask_as_often_at_every_size(
    enter: Enter, beto: Membership, channel: Channel
):
    client, spent = enter(beto), []
    rows(client, filtro="todas", condicoes="ou,nao_lida,adiada")
    for size in (33, 55):
        made = people(channel, size)
        with CaptureQueriesContext(connection) as queries:
            first = rows(client, filtro="todas", condicoes="ou,nao_lida,adiada")
        spent.append(len(queries))
    assert spent[1] <= spent[0] <= 9
    cursor = first.content.decode().partition('"depois": "')[2].partition('"')[0]
    rest = rows(client, filtro="todas", condicoes="ou,nao_lida,adiada", depois=cursor)
    found = shown(first) + shown(rest)
    assert len(found) == len(set(found)) == len({talk.pk for talk in made})


def test_nobody_sees_more_by_asking(
    enter: Enter, beto: Membership, carla: Membership, rui: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=carla)
    company = beto.company
    company.attendants_see_all = False
    company.save()
    for conditions in (f"ou,nao_lida,atendente.{carla.pk}", "", f"canal.{conversation.channel_id}"):
        assert meets(enter(beto), conditions) == set()
        assert meets(enter(rui), conditions) == set()
        assert meets(enter(carla), conditions) == {str(conversation.pk)}


def test_the_address_keeps_them_and_the_dialog_shows_them(
    enter: Enter, beto: Membership, channel: Channel
):
    made = people(channel, 2)
    conversation_take(conversation=made[0], attendant=beto)
    client, where = enter(beto), "ou,atendente.ninguem,adiada,score.70"
    page = client.get(reverse("inbox:home"), {"filtro": "todas", "condicoes": where})
    assert shown(page) == [str(made[1].pk)]
    assert f'value="{where}"' in page.content.decode()
    dialog = client.get(reverse("inbox:narrow"), {"condicoes": where}).content.decode()
    assert 'value="adiada" checked' in dialog and 'value="70"' in dialog
    assert 'value="nao_lida" checked' not in dialog
    everything = client.post(
        reverse("inbox:matching"), {"filtro": "todas", "condicoes": where}
    ).json()
    assert everything["ids"] == [str(made[1].pk)]


def test_a_card_that_no_longer_meets_them_goes(
    enter: Enter, beto: Membership, conversation: Conversation
):
    form = {"filtro": "todas", "condicoes": "nao_lida", "conversa": str(conversation.pk)}
    client = enter(beto)
    assert shown(rows(client, **form)) == [str(conversation.pk)]
    conversation_mark_read(conversation=conversation, up_to=99)
    answer = rows(client, **form)
    assert shown(answer) == [] and f'id="c-{conversation.pk}" data-gone' in answer.content.decode()


def test_what_was_looked_for_meets_them_too(enter: Enter, beto: Membership, channel: Channel):
    made = people(channel, 3)
    make.inbound(channel, person=make.person("5511970000001", "Pessoa 1"), text="Oi de novo")
    conversation_take(conversation=made[1], attendant=beto)
    where = {"filtro": "todas", "q": "pessoa", "condicoes": f"atendente.{beto.pk}"}
    assert shown(rows(enter(beto), **where)) == [str(made[1].pk)]
