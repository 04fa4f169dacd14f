"""What is asked when a ticket is finished, at every door."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Company, Membership
from common.errors import Forbidden, NotFound
from omnichannel.models import Channel
from queues.models import EndingPlan, Queue, Ticket
from queues.services.endings import (
    EndingIncomplete,
    EndingRefused,
    ending_plan_of,
    ending_plan_save,
)
from queues.services.queues import queue_save
from queues.services.tickets import ticket_finish
from tests import make
from tests.api.conftest import Caller

pytestmark = pytest.mark.usefixtures("bells")
FIELDS = [{"name": "Convênio", "is_required": True}, {"name": "Obs", "is_required": False}]


@pytest.fixture
def queue(clinic: Company, channel: Channel) -> Queue:
    return queue_save(company=clinic, actor=None, name="Exames", channels=[channel])


@pytest.fixture
def ticket(queue: Queue, channel: Channel) -> Ticket:
    make.inbound(channel)
    return Ticket.unscoped.get()


def plan(actor: Membership, queue: Queue | None, **values: Any) -> EndingPlan:
    given = {"reasons": ["Agendado"], "is_closed": True, "fields": FIELDS, **values}
    return ending_plan_save(actor=actor, queue=queue, **given)


def test_what_is_missing_is_named_and_what_is_given_is_kept(
    ana: Membership, queue: Queue, ticket: Ticket
):
    plan(ana, queue)
    with pytest.raises(EndingIncomplete) as refused:
        ticket_finish(ticket=ticket, actor=ana, reason="Engano", fields={"Outro": "x"})
    assert set(refused.value.fields) == {"reason", "Convênio", "Outro"}
    ticket.refresh_from_db()
    assert ticket.is_open
    ticket_finish(
        ticket=ticket, actor=ana, reason="Agendado", fields={"Convênio": " Vida ", "Obs": ""}
    )
    ticket.refresh_from_db()
    assert (ticket.end_reason, ticket.end_fields) == ("Agendado", {"Convênio": "Vida"})


def test_a_queue_without_its_own_asks_what_the_company_asks(ana: Membership, queue: Queue):
    assert ending_plan_of(queue) is None
    plan(ana, None, reasons=["Da empresa"])
    found = ending_plan_of(queue)
    assert found is not None and found.reasons == ["Da empresa"]
    plan(ana, queue, reasons=["Da fila"])
    found = ending_plan_of(queue)
    assert found is not None and found.reasons == ["Da fila"]
    plan(ana, queue, reasons=[], fields=[])
    found = ending_plan_of(queue)
    assert found is not None and found.reasons == ["Da empresa"]


def test_only_who_manages_sets_it_and_only_here(
    ana: Membership, beto: Membership, rui: Membership, queue: Queue
):
    with pytest.raises(Forbidden):
        plan(beto, queue)
    with pytest.raises(NotFound):
        plan(rui, queue)
    with pytest.raises(EndingRefused):
        plan(ana, queue, reasons=["x" * 101])


def test_the_api_asks_the_same(ana: Membership, queue: Queue, ticket: Ticket):
    plan(ana, queue)
    client: Any = Caller(ana)
    where = f"atendimentos/{ticket.pk}/finalizar/"
    refused = client.post(where, {"reason": "Agendado"})
    assert refused.status_code == 422
    assert refused.json()["code"] == "finalizacao_incompleta"
    assert "Convênio" in refused.json()["fields"]
    done = client.post(where, {"reason": "Agendado", "fields": {"Convênio": "Vida"}})
    assert done.json()["end_fields"] == {"Convênio": "Vida"}


def test_the_dialog_asks_the_same(ana: Membership, queue: Queue, ticket: Ticket):
    plan(ana, queue)
    client = Client()
    client.force_login(ana.user, backend="django.contrib.auth.backends.ModelBackend")
    where = reverse("inbox:finish", args=[ticket.conversation_id])
    dialog = client.get(where).content.decode()
    assert "<option>Agendado</option>" in dialog and 'name="campo_0"' in dialog
    script = {"HX-Request": "true"}
    refused = client.post(where, {"motivo": "Agendado"}, headers=script)
    assert refused.status_code == 422 and 'data-field="campo_0"' in refused.content.decode()
    client.post(where, {"motivo": "Agendado", "campo_0": "Vida"}, headers=script)
    ticket.refresh_from_db()
    assert ticket.end_fields == {"Convênio": "Vida"}


def test_the_page_sets_it(ana: Membership, beto: Membership, queue: Queue):
    client = Client()
    client.force_login(ana.user, backend="django.contrib.auth.backends.ModelBackend")
    where = reverse("inbox:endings")
    sent = {
        "fila": str(queue.pk),
        "motivos": "Um\n\nDois\n",
        "fechada": "on",
        "campos": "CPF*\nObs",
    }
    assert client.post(where, sent).status_code == 302
    found = ending_plan_of(queue)
    assert found is not None
    assert (found.reasons, found.is_closed) == (["Um", "Dois"], True)
    assert found.fields == [
        {"name": "CPF", "is_required": True},
        {"name": "Obs", "is_required": False},
    ]
    assert "CPF*" in client.get(where).content.decode()
    client.force_login(beto.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(where).status_code == 403
