"""Reports in the pages: numbers, the tickets behind them, files, the wall."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from analytics.measures import NAMES
from analytics.services.facts import facts_rebuild
from queues.models import Queue, Ticket
from queues.services.processing import queue_drain
from queues.services.tickets import ticket_finish
from tests import make
from tests.queues.conftest import again, make_queue, online

REPORTS, BEHIND, WALL = (reverse(f"inbox:{name}") for name in ("reports", "report-tickets", "wall"))


@pytest.fixture
def queue(clinic, beto, bells) -> Queue:
    online(beto)
    return make_queue(clinic, beto, name="=Recepção")


@pytest.fixture
def finished(queue, channel, beto, clinic) -> Ticket:
    message = make.inbound(channel)
    queue_drain(queue=queue)
    ticket = Ticket.unscoped.get(conversation=message.conversation)
    ticket_finish(ticket=ticket, actor=beto, reason="resolvido")
    facts_rebuild(clinic.pk)
    return again(ticket)


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_page_shows_numbers_what_they_mean_and_where_they_lead(enter, ana, finished):
    page = enter(ana).get(REPORTS).content.decode()
    assert "Tempo de espera" in page
    assert "Da entrada na fila até a primeira pessoa assumir" in page
    assert "numero=entered" in page
    assert "=Recepção" in page
    assert "dados-horas" in page


def test_the_tickets_behind_a_number_are_those_it_counts(enter, ana, finished):
    page = enter(ana).get(BEHIND, {"numero": "finished"}).content.decode()
    assert finished.protocol in page
    assert str(finished.conversation_id) in page
    assert finished.protocol not in enter(ana).get(BEHIND, {"numero": "abandoned"}).content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_every_measure_can_be_asked_for(enter, ana, finished, name):
    assert enter(ana).get(BEHIND, {"numero": name}).status_code == 200


def test_an_attendant_gets_their_own_numbers_only(enter, carla, beto, finished):
    assert finished.protocol in enter(beto).get(BEHIND).content.decode()
    mine = enter(carla).get(BEHIND).content.decode()
    assert finished.protocol not in mine
    page = enter(carla).get(REPORTS).content.decode()
    assert "Estes são os seus números." in page
    assert "Nada aconteceu neste período" in page
    # Whom one may not ask about is no choice.
    asked = enter(carla).get(REPORTS, {"atendente": str(beto.pk)}).content.decode()
    assert "Nada aconteceu neste período" in asked


def test_a_neighbour_sees_nothing_of_it(enter, rival, finished):
    theirs = make.member(rival, "Rui Alves", "administrador")
    assert finished.protocol not in enter(theirs).get(BEHIND).content.decode()
    answer = enter(theirs).get(REPORTS, {"fila": str(finished.queue_id)})
    assert answer.status_code == 400
    assert "=Recepção" not in answer.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"desde": "2026-02-30"},
        {"desde": "2020-01-01", "ate": "2026-01-01"},
        {"desde": "2026-02-02", "ate": "2026-01-01"},
        {"desde": "0001-01-01", "ate": "9999-12-31"},
        {"fila": "x"},
    ],
)
def test_what_cannot_be_asked_is_refused_in_words_and_the_usual_days_stand(enter, ana, asked):
    answer = enter(ana).get(REPORTS, asked)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2035-05-05"])
def test_the_ends_of_the_calendar_answer(enter, ana, day):
    assert enter(ana).get(REPORTS, {"desde": day, "ate": day}).status_code in (200, 400)
    assert enter(ana).get(REPORTS, {"ate": day}).status_code in (200, 400)
    assert enter(ana).get(REPORTS, {"desde": day}).status_code in (200, 400)


def test_pages_of_tickets_go_on_where_the_last_ended(enter, ana, finished, channel, queue, clinic):
    for number in range(55):
        make.inbound(channel, person=make.person(f"55119900{number:05}"))
    facts_rebuild(clinic.pk)
    first = enter(ana).get(BEHIND).content.decode()
    more = first.split('class="pages"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = enter(ana).get(f"{BEHIND}{more}").content.decode()
    seen = [row.protocol for row in Ticket.unscoped.all()]
    assert len(seen) == 56
    assert all((protocol in first) != (protocol in second) for protocol in seen)
    assert 'class="pages"' not in second


@pytest.mark.parametrize("mark", ["x", "2026-01-01.x", "x.01a22ded-b2ee-72d6-903b-93e8bef53488"])
def test_a_place_that_no_page_gave_is_refused(enter, ana, mark):
    assert enter(ana).get(BEHIND, {"depois": mark}).status_code == 400


def test_files_carry_numbers_and_nothing_that_runs(enter, ana, finished):
    rows = list(
        csv.reader(
            io.StringIO(content(enter(ana).get(REPORTS, {"formato": "csv"})).decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert ["Finalizados" in row for row in rows].count(True) >= 1
    names = [row[0] for row in rows if row and "Recepção" in row[0]]
    assert names == ["'=Recepção"]
    sheet = load_workbook(io.BytesIO(content(enter(ana).get(REPORTS, {"formato": "xlsx"})))).active
    found = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    assert found["=Recepção"][0].data_type == "s"
    assert found["=Recepção"][1].value == 1
    pdf = content(enter(ana).get(REPORTS, {"formato": "pdf"}))
    assert pdf.startswith(b"%PDF")


def test_the_wall_says_what_needs_somebody_and_names_no_patient(enter, ana, beto, queue, channel):
    message = make.inbound(channel, person=make.person(name="Zenaide Quimera"))
    page = enter(ana).get(WALL).content.decode()
    assert "esperando" in page
    assert "Zenaide" not in page
    assert str(message.conversation_id) not in page
    assert enter(beto).get(WALL).url == REPORTS


def test_the_cost_does_not_grow(enter, ana, finished, django_assert_max_num_queries):
    client = enter(ana)
    client.get(REPORTS)
    with django_assert_max_num_queries(30):
        client.get(REPORTS)


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("", "/atendimento/dashboard/"),
        ("conversas", "/atendimento/"),
        ("conversas/", "/atendimento/"),
        ("conversas/x", "/atendimento/"),
        ("filas", "/admin/queues/queue/"),
        ("campanhas/", "/atendimento/campanhas/"),
        ("relatorios?desde=2026-01-01", "/atendimento/relatorios/?desde=2026-01-01"),
        ("outra/coisa", "/atendimento/"),
    ],
)
def test_the_addresses_of_the_specification_lead_to_their_pages(client, asked, page):
    assert client.get(f"/admin/atendimento/{asked}").url == page


def test_the_specification_s_address_of_a_conversation_leads_there(client):
    key = "01a22ded-b2ee-72d6-903b-93e8bef53488"
    answer = client.get(f"/admin/atendimento/conversas/{key}")
    assert answer.url == f"/atendimento/conversas/{key}/"
