"""Reports by the API: each caller their own, each company its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from analytics.definitions import DEFINITIONS
from analytics.services.facts import facts_follow
from queues.services.tickets import ticket_finish, ticket_take
from tests.queues.conftest import make_queue, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(queue, arrive, beto, carla):
    """One patient waits, one is with carla, and beto finished one."""
    arrive()
    for who, is_done in ((beto, True), (carla, False)):
        ticket = arrive()
        ticket_take(ticket=ticket, attendant=who)
        say(ticket.conversation, who)
        if is_done:
            ticket.refresh_from_db()
            ticket_finish(ticket=ticket, actor=who, reason="Resolvido")
    facts_follow()


def get(client: Any, path: str, status: int = 200, **asked: Any) -> Any:
    answer = client.get(f"analytics/{path}", asked)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_now_and_today_have_every_field_of_the_specification(api, ana, day):
    found = get(api(ana), "metricas/tempo-real/")
    assert (found["now"]["waiting"], found["now"]["serving"], found["now"]["online"]) == (1, 1, 2)
    today = found["today"]
    assert today["counts"]["entered"] == 3
    assert today["wait"]["count"] == 2
    assert today["service"]["count"] == 1
    assert today["solved_at_first"] == {"count": 1, "of": 1, "percent": 100.0}
    assert today["response_on_time"]["percent"] == today["resolution_on_time"]["percent"] == 100.0
    kinds = {one["kind"]: one["conversations"] for one in found["kinds"]}
    assert kinds["whatsapp"] == 3
    assert {kinds[other] for other in ("instagram", "webchat", "sms", "email", "facebook")} == {0}
    hours = [one["conversations"] for one in found["hours"]]
    assert len(hours) == 24
    assert sum(one for one in hours if one is not None) == 3
    named = {one["spec"] for one in found["definitions"] if one["spec"]}
    assert len(found["definitions"]) == len(DEFINITIONS)
    assert named == {
        *("aguardandoNaFila", "emAtendimento", "atendentesOnline", "atendimentosHoje"),
        *("tempoMedioEspera", "tempoMedioAtendimento", "taxaResolucaoPrimeiroContato"),
        *("slaRespondido", "slaResolvido", "porCanal", "volumePorHora"),
    }


def test_a_span_with_its_parts_and_the_one_before(api, ana, beto, carla, day, queue):
    found = get(api(ana), "metricas/")
    assert len(found["days"]) == 30
    assert found["days"][-1]["counts"]["entered"] == 3
    assert found["before"] is None
    assert [one["name"] for one in found["queues"]] == [queue.name]
    assert [one["name"] for one in found["attendants"]] == [
        str(beto),
        str(carla),
        "Sem atendente",
    ]
    assert get(api(ana), "relatorio/diario/")["numbers"] == found["numbers"]
    assert len(get(api(ana), "relatorio/semanal/")["days"]) == 7


def test_attendants_get_their_own_numbers_and_nobody_elses(api, ana, beto, carla, day, queue):
    mine = get(api(beto), "metricas/")["numbers"]["counts"]
    assert (mine["entered"], mine["finished"]) == (1, 1)
    assert get(api(beto), f"atendente/{beto.pk}/performance/")["working"]["serving"] >= 0
    assert get(api(beto), f"fila/{queue.pk}/metricas/")["numbers"]["counts"]["entered"] == 1
    get(api(beto), f"atendente/{carla.pk}/performance/", 404)
    get(api(beto), "metricas/", 404, atendente=str(carla.pk))
    assert get(api(ana), "metricas/", atendente=str(carla.pk))["numbers"]["counts"]["entered"] == 1
    assert get(api(ana), f"atendente/{carla.pk}/performance/")["numbers"]["counts"]["started"] == 1


def test_the_neighbour_finds_nothing(api, rui, beto, day, queue, channel):
    assert not any(get(api(rui), "metricas/")["numbers"]["counts"].values())
    get(api(rui), f"fila/{queue.pk}/metricas/", 404)
    get(api(rui), f"atendente/{beto.pk}/performance/", 404)
    get(api(rui), "metricas/", 404, canal=str(channel.pk))


def test_what_cannot_be_meant_is_refused_with_a_sentence(api, ana, clinic, db):
    make_queue(clinic)
    today = timezone.localdate()
    turned = get(api(ana), "metricas/", 400, desde=str(today), ate=str(today - timedelta(days=1)))
    assert turned["code"] == "periodo_invalido"
    get(api(ana), "metricas/", 400, desde="2020-01-01", ate=str(today))
    assert "desde" in get(api(ana), "metricas/", 400, desde="ontem")["fields"]
    assert "cor" in get(api(ana), "metricas/", 400, cor="azul")["fields"]
    assert "dia" in get(api(ana), "metricas/", 400, dia=str(today))["fields"]
