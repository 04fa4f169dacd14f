"""Filas e atendimentos by the API."""

from __future__ import annotations

import pytest

from accounts.services.calendars import calendar_save
from queues.models import Queue, QueueMember, Ticket
from queues.services.processing import queue_drain
from queues.services.tickets import ticket_take
from tests import make
from tests.queues.conftest import again, make_queue, online


@pytest.fixture
def queue(clinic, beto, carla, bells) -> Queue:
    online(beto, carla)
    return make_queue(clinic, beto, carla)


@pytest.fixture
def ticket(queue, channel) -> Ticket:
    return Ticket.unscoped.get(conversation=make.inbound(channel).conversation)


def test_a_manager_makes_changes_and_deletes_a_queue(api, ana, bells):
    client = api(ana)
    made = client.post("filas/", {"name": "Recepção", "distribution": "menos_ocupado"})
    assert made.status_code == 201
    assert made.json()["waiting"] == 0
    where = f"filas/{made.json()['id']}/"
    assert client.patch(where, {"capacity": 7}).json()["capacity"] == 7
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_a_queue_names_its_calendar_and_channels(api, ana, clinic, channel, rival_channel, bells):
    calendar = calendar_save(company=clinic, actor=None, name="Semana")
    client = api(ana)
    given = {"name": "Exames", "calendar": str(calendar.pk), "channels": [str(channel.pk)]}
    made = client.post("filas/", given).json()
    assert (made["calendar"], made["channels"]) == (given["calendar"], given["channels"])
    foreign = {"channels": [str(rival_channel.pk)]}
    assert client.patch(f"filas/{made['id']}/", foreign).status_code == 404
    assert client.patch(f"filas/{made['id']}/", {"calendar": None}).json()["calendar"] is None


def test_a_conversation_names_the_queue_it_stands_in(api, ana, queue, ticket):
    client, where = api(ana), f"conversas/{ticket.conversation_id}/"
    assert client.get(where).json()["queue"] == str(queue.pk)
    assert client.get("conversas/").json()["results"][0]["queue"] == str(queue.pk)
    client.post(f"{where}fechar/")
    assert client.get(where).json()["queue"] is None


@pytest.mark.parametrize(
    ("given", "code", "status"),
    [
        ({"name": ""}, None, 400),
        ({"name": "X", "capacity": 0}, None, 400),
        ({"name": "X", "distribution": "sorte"}, None, 400),
        ({"name": "recepção"}, "fila_existente", 409),
    ],
)
def test_queues_that_make_no_sense_are_refused(api, ana, queue, given, code, status):
    answer = api(ana).post("filas/", given)
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code


def test_an_attendant_sees_their_queues_and_writes_none(api, queue, beto, clinic, carla):
    make_queue(clinic, carla, name="Exames", is_default=False)
    client = api(beto)
    assert [row["name"] for row in client.get("filas/").json()["results"]] == ["Recepção"]
    assert client.post("filas/", {"name": "Minha"}).status_code == 403
    assert client.patch(f"filas/{queue.pk}/", {"capacity": 9}).status_code == 403


def test_a_queue_with_history_is_not_deleted(api, ana, queue, ticket):
    answer = api(ana).delete(f"filas/{queue.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "fila_em_uso")


def test_metrics_count_what_there_is(api, queue, ticket, ana):
    found = api(ana).get(f"filas/{queue.pk}/metricas/").json()
    assert (found["waiting"], found["serving"], found["online"]) == (1, 0, 2)
    assert found["longest_wait"] >= 0


def test_members_are_replaced_and_keep_their_turn(api, ana, queue, beto, carla, rui):
    QueueMember.unscoped.filter(membership=beto).update(turn=9)
    client, where = api(ana), f"filas/{queue.pk}/membros/"
    assert len(client.get(where).json()) == 2
    answer = client.put(where, {"members": [{"membership": str(beto.pk), "capacity": 2}]})
    assert [row["capacity"] for row in answer.json()] == [2]
    assert QueueMember.unscoped.get(queue=queue).turn == 9
    refused = client.put(where, {"members": [{"membership": str(rui.pk)}]})
    assert refused.status_code == 404


def test_the_next_ticket_and_then_nobody(api, queue, ticket, beto):
    client, where = api(beto), f"filas/{queue.pk}/proximo-atendimento/"
    assert client.post(where).json()["id"] == str(ticket.pk)
    refused = client.post(where)
    assert (refused.status_code, refused.json()["code"]) == (409, "ninguem_esperando")


def test_a_drained_ticket_says_why(api, queue, ticket, ana):
    client = api(ana)
    assert client.post(f"filas/{queue.pk}/distribuir/").json()["serving"] == 1
    routing = client.get(f"atendimentos/{ticket.pk}/").json()["routing"]
    assert routing["rule"] == "rodizio"
    assert routing["chosen"] == str(again(ticket).attendant_id)
    assert {one["reason"] for one in routing["considered"]} == {"", "vez_depois"}


def test_a_ticket_s_life(api, queue, ticket, beto, carla, ana, clinic):
    other = make_queue(clinic, carla, name="Exames", is_default=False)
    mine, boss, where = api(beto), api(ana), f"atendimentos/{ticket.pk}/"
    assert mine.post(f"{where}assumir/").json()["status"] == "em_atendimento"
    assert mine.post(f"{where}devolver/", {}).json()["status"] == "aguardando"
    assert boss.post(f"{where}prioridade/", {"priority": 9}).json()["priority"] == 9
    given = boss.post(f"{where}atribuir/", {"attendant": str(beto.pk)})
    assert given.json()["attendant"] == str(beto.pk)
    moved = mine.post(f"{where}transferir/", {"queue": str(other.pk), "reason": "Exame"}).json()
    assert (moved["previous"], moved["queue"]) == (str(ticket.pk), str(other.pk))
    ended = boss.post(f"atendimentos/{moved['id']}/finalizar/", {"reason": "Resolvido"})
    assert ended.json()["status"] == "finalizado"
    kinds = [row["kind"] for row in boss.get(f"{where}historico/").json()["results"]]
    assert kinds == ["aberto", "assumido", "devolvido", "prioridade", "atribuido", "transferido"]


def test_a_colleague_s_ticket_is_a_missing_one(api, queue, ticket, beto, carla):
    ticket_take(ticket=ticket, attendant=beto)
    assert api(carla).get(f"atendimentos/{ticket.pk}/").status_code == 404
    assert api(carla).post(f"atendimentos/{ticket.pk}/assumir/").status_code == 404


def test_lists_cost_the_same_for_one_and_for_many(
    api, queue, clinic, ana, channel, django_assert_max_num_queries
):
    for number in range(6):
        make_queue(clinic, name=f"Fila {number}", is_default=False)
        make.inbound(channel, person=make.person(f"55419900030{number:02}", "X"))
    queue_drain(queue=queue)
    client = api(ana)
    with django_assert_max_num_queries(9):
        assert len(client.get("filas/").json()["results"]) == 7
    with django_assert_max_num_queries(7):
        assert len(client.get(f"filas/{queue.pk}/atendimentos/").json()["results"]) == 6


def test_a_queue_s_tickets_by_state_and_attendant(api, queue, ticket, beto, ana):
    boss = api(ana)
    where = f"filas/{queue.pk}/atendimentos/"

    def found(query: str) -> int:
        answer = boss.get(f"{where}?{query}")
        assert answer.status_code == 200, answer.json()
        return len(answer.json()["results"])

    assert (found("status=aguardando"), found("attendant=none")) == (1, 1)
    api(beto).post(f"atendimentos/{ticket.pk}/assumir/")
    assert (found("status=aguardando"), found(f"attendant={beto.pk}")) == (0, 1)
    assert (found("attendant=me"), found(f"contact={ticket.contact_id}")) == (0, 1)
    assert boss.get(f"{where}?status=sumido").status_code == 400
