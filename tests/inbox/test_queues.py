"""Queues in the pages: presence, the next patient, passing on, ending, the board."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import PauseReason, Presence
from accounts.services.presence import reasons_of
from queues.models import Queue, Ticket
from queues.services.processing import queue_drain
from queues.services.tickets import ticket_take
from tests import make
from tests.queues.conftest import again, make_queue, online

HX = {"HX-Request": "true"}


@pytest.fixture
def queue(clinic, beto, carla, bells) -> Queue:
    online(beto, carla)
    return make_queue(clinic, beto, carla)


@pytest.fixture
def ticket(queue, channel) -> Ticket:
    message = make.inbound(channel)
    return Ticket.unscoped.get(conversation=message.conversation)


def post(client, name, *args, **data):
    return client.post(reverse(f"inbox:{name}", args=args), data, headers=HX)


def test_a_clinic_without_queues_sees_none_of_it(enter, ana, conversation):
    page = enter(ana).get(reverse("inbox:conversation", args=[conversation.pk])).content.decode()
    assert "Próximo atendimento" not in page.split("<dialog")[0]
    assert "Protocolo" not in page
    assert "Painel das filas" not in page
    assert "Encerrar" in page


def test_the_thread_shows_the_ticket_and_why(enter, queue, ticket, beto):
    queue_drain(queue=queue)
    holder = again(ticket).attendant
    where = reverse("inbox:conversation", args=[ticket.conversation_id])
    page = enter(holder).get(where).content.decode()
    for words in (ticket.protocol, "Recepção", "Por que este atendente?", "Finalizar", "SLA:"):
        assert words in page
    assert "era a vez no rodízio" in page


@pytest.mark.parametrize("state", Presence.State.values)
def test_presence_is_chosen_in_the_rail(enter, beto, state):
    reason = reasons_of(beto.company_id)[0] if state == "ausente" else None
    answer = post(
        enter(beto), "presence", estado=state, **({"motivo": reason.pk} if reason else {})
    )
    assert answer.status_code == 200
    assert Presence.unscoped.get(membership=beto).state == state
    assert f'data-state="{state}"' in answer.content.decode()


def test_another_companys_reason_is_a_missing_one(enter, beto, rival):
    theirs = PauseReason.unscoped.create(company=rival, name="X")
    assert post(enter(beto), "presence", estado="ausente", motivo=theirs.pk).status_code == 404


def test_next_opens_the_conversation_and_says_why(enter, ticket, beto):
    answer = post(enter(beto), "next")
    assert answer["HX-Push-Url"] == reverse("inbox:conversation", args=[ticket.conversation_id])
    assert again(ticket).attendant == beto
    assert "pontos:" in answer.content.decode()


def test_next_when_nobody_waits_is_a_sentence(enter, queue, beto):
    answer = post(enter(beto), "next")
    assert answer.status_code == 409
    assert "Ninguém está esperando" in answer.content.decode()


def test_a_transfer_from_its_dialog(enter, ticket, beto, carla, clinic):
    other = make_queue(clinic, carla, name="Exames", is_default=False)
    ticket_take(ticket=ticket, attendant=beto)
    client = enter(beto)
    dialog = client.get(reverse("inbox:transfer", args=[ticket.conversation_id]), headers=HX)
    assert f"fila.{other.pk}" in dialog.content.decode()
    answer = post(
        client,
        "transfer",
        ticket.conversation_id,
        destino=f"fila.{other.pk}",
        motivo="Exame",
        desde=0,
    )
    assert answer.status_code == 200
    assert Ticket.unscoped.open().get().queue == other


def test_whoever_may_no_longer_see_it_is_sent_home(enter, ticket, beto, carla, clinic):
    ticket_take(ticket=ticket, attendant=beto)
    clinic.attendants_see_all = False
    clinic.save()
    answer = post(
        enter(beto), "transfer", ticket.conversation_id, destino=f"pessoa.{carla.pk}", motivo="x"
    )
    assert answer["HX-Redirect"] == reverse("inbox:home")
    assert Ticket.unscoped.open().get().attendant == carla


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"destino": "", "motivo": "x"}, "Escolha uma fila ou uma pessoa diferente"),
        ({"destino": "pessoa", "motivo": "x"}, "desatualizada"),
    ],
)
def test_transfers_that_name_nobody_are_refused(enter, ticket, beto, data, sentence):
    ticket_take(ticket=ticket, attendant=beto)
    answer = post(enter(beto), "transfer", ticket.conversation_id, **data)
    assert answer.status_code >= 400
    assert sentence in answer.content.decode()


def test_finishing_goes_on_to_the_next_who_waits(enter, queue, channel, ticket, beto):
    ticket_take(ticket=ticket, attendant=beto)
    other = make.inbound(channel, person=make.person("5511988880001", "Vera")).conversation
    page = enter(beto).get(reverse("inbox:finish", args=[ticket.conversation_id]))
    assert "Finalizar e próximo" in page.content.decode()
    answer = post(enter(beto), "finish", ticket.conversation_id, motivo="Resolvido", proximo="1")
    assert answer["HX-Redirect"] == reverse("inbox:conversation", args=[other.pk])
    assert again(other).attendant_id == beto.pk
    assert again(ticket).status == "finalizado"
    # Nobody waits any more: the reader stays, and is told.
    answer = post(enter(beto), "finish", other.pk, motivo="Resolvido", proximo="1")
    assert "Ninguém está esperando" in answer.content.decode()
    assert again(other).stage == "encerrada"


def test_finishing_asks_for_a_reason(enter, ticket, beto):
    ticket_take(ticket=ticket, attendant=beto)
    client = enter(beto)
    refused = post(client, "finish", ticket.conversation_id, motivo="")
    assert refused.status_code == 422
    assert "Informe o motivo" in refused.content.decode()
    assert post(client, "finish", ticket.conversation_id, motivo="Agendado").status_code == 200
    assert again(ticket).end_reason == "Agendado"


def test_the_board_is_for_managers(enter, queue, ana, beto):
    assert enter(beto).get(reverse("inbox:board")).status_code == 403
    page = enter(ana).get(reverse("inbox:board")).content.decode()
    assert "Recepção" in page
    assert "Beto Reis" in page


def test_the_board_counts_what_there_is(enter, queue, ticket, ana, channel, beto):
    make.inbound(channel, person=make.person("5541990001111", "Rita"))
    ticket_take(ticket=ticket, attendant=beto)
    page = enter(ana).get(reverse("inbox:board"), headers=HX).content.decode()
    assert "<b>1</b>esperando" in page
    assert "<b>1</b>em atendimento" in page
    assert "<b>2</b>online" in page
    assert "1/5" in page


@pytest.mark.parametrize("act", ["pessoa", "fila", "devolver", "urgente", "distribuir"])
def test_a_supervisor_moves_tickets_from_the_board(
    enter, queue, ticket, ana, beto, carla, clinic, act
):
    other = make_queue(clinic, carla, name="Exames", is_default=False)
    client = enter(ana)
    if act == "distribuir":
        assert post(client, "board").status_code == 200
        assert again(ticket).status == "em_atendimento"
        return
    if act == "devolver":
        ticket_take(ticket=ticket, attendant=beto)
    targets = {"pessoa": f"pessoa.{carla.pk}", "fila": f"fila.{other.pk}"}
    answer = post(client, "board-ticket", ticket.pk, acao=targets.get(act, act))
    assert answer.status_code == 200
    row = Ticket.unscoped.open().get()
    expected = {
        "pessoa": (row.attendant_id == carla.pk),
        "fila": (row.queue_id == other.pk),
        "devolver": (row.status == "aguardando"),
        "urgente": (row.priority == 10),
    }
    assert expected[act]


def test_the_board_costs_the_same_for_one_ticket_and_for_many(
    enter, queue, ana, channel, django_assert_max_num_queries
):
    client = enter(ana)
    make.inbound(channel)
    client.get(reverse("inbox:board"), headers=HX)
    for number in range(12):
        make.inbound(channel, person=make.person(f"55419900020{number:02}", "X"))
    with django_assert_max_num_queries(14):
        client.get(reverse("inbox:board"), headers=HX)


def test_a_manager_who_reads_along_is_told_so(enter, ticket, ana, beto):
    ticket_take(ticket=ticket, attendant=beto)
    where = reverse("inbox:conversation", args=[ticket.conversation_id])
    assert "Espiando" in enter(ana).get(where).content.decode()
    assert "Espiando" not in enter(beto).get(where).content.decode()
