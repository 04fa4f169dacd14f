"""Atendimentos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import NoInput
from common.api.pagination import CursorPages, NewestFirst
from queues.api.base import ManagersWrite, QueuesView
from queues.api.filters import TicketFilter
from queues.api.serializers import (
    AssignIn,
    FinishIn,
    PriorityIn,
    ReturnIn,
    TicketEventOut,
    TicketOut,
    TicketRoutedOut,
    TransferIn,
)
from queues.models import Queue, Ticket, TicketEvent
from queues.services import tickets

TAGS = ["atendimentos"]


class Tickets(QueuesView):
    """Todos os atendimentos."""

    queryset = Ticket.unscoped.none()
    filterset_class = TicketFilter
    serializer_class = TicketOut
    pagination_class = NewestFirst

    @extend_schema(tags=TAGS, operation_id="atendimentos_list", responses=TicketOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os atendimentos de todas as filas que quem chama pode ver, os novos primeiro."""
        return self.page(Ticket.objects.visible_to(self.membership), TicketOut)


class TicketDetail(QueuesView):
    """Um atendimento."""

    queryset = Ticket.unscoped.none()
    serializer_class = TicketRoutedOut

    @extend_schema(tags=TAGS, operation_id="atendimentos_retrieve", responses=TicketRoutedOut)
    def get(self, request: Request, ticket_id: UUID) -> Response:
        """Obtém um atendimento, com o porquê de ter ido a quem foi."""
        return Response(TicketRoutedOut(self.ticket(ticket_id)).data)


class AsItHappened(CursorPages):
    """A history from its beginning."""

    ordering = ("at", "id")


class History(QueuesView):
    """Histórico."""

    queryset = TicketEvent.unscoped.none()
    serializer_class = TicketEventOut
    pagination_class = AsItHappened

    @extend_schema(
        tags=TAGS,
        operation_id="atendimentos_historico",
        responses=TicketEventOut(many=True),
        filters=False,
    )
    def get(self, request: Request, ticket_id: UUID) -> Response:
        """Lista o que aconteceu com o atendimento, em ordem."""
        return self.page(TicketEvent.objects.filter(ticket=self.ticket(ticket_id)), TicketEventOut)


class TicketAct(QueuesView):
    """Does one thing to a ticket and answers it as it is afterwards."""

    queryset = Ticket.unscoped.none()
    serializer_class: Any = NoInput

    def run(self, ticket_id: UUID) -> Response:
        """Read the input, call the service, answer."""
        ticket = self.ticket(ticket_id)
        after = self.act(ticket, **self.read(self.serializer_class))
        return Response(TicketRoutedOut(after).data)

    def act(self, ticket: Ticket, **given: Any) -> Ticket:
        """Call the service."""
        raise NotImplementedError


class TicketTake(TicketAct):
    """Assumir."""

    @extend_schema(
        tags=TAGS, operation_id="atendimentos_assumir", request=None, responses=TicketRoutedOut
    )
    def post(self, request: Request, ticket_id: UUID) -> Response:
        """Dá a quem chama um atendimento que espera."""
        return self.run(ticket_id)

    def act(self, ticket: Ticket, **given: Any) -> Ticket:
        """Take it."""
        return tickets.ticket_take(ticket=ticket, attendant=self.membership)


class Assign(TicketAct):
    """Atribuir."""

    permission_classes = (ManagersWrite,)
    serializer_class = AssignIn

    @extend_schema(
        tags=TAGS,
        operation_id="atendimentos_atribuir",
        request=AssignIn,
        responses=TicketRoutedOut,
    )
    def post(self, request: Request, ticket_id: UUID) -> Response:
        """Dá o atendimento a uma pessoa da fila."""
        return self.run(ticket_id)

    def act(self, ticket: Ticket, **given: Any) -> Ticket:
        """Give it."""
        wanted = given.get("attendant")
        person = self.person(wanted) if wanted else self.membership
        return tickets.ticket_assign(ticket=ticket, attendant=person, actor=self.membership)


class Transfer(TicketAct):
    """Transferir."""

    serializer_class = TransferIn

    @extend_schema(
        tags=TAGS,
        operation_id="atendimentos_transferir",
        request=TransferIn,
        responses=TicketRoutedOut,
    )
    def post(self, request: Request, ticket_id: UUID) -> Response:
        """Encerra este como `transferido` e responde com o que o continua."""
        return self.run(ticket_id)

    def act(self, ticket: Ticket, **given: Any) -> Ticket:
        """Pass it on."""
        queue, person = given.get("queue"), given.get("attendant")
        return tickets.ticket_transfer(
            ticket=ticket,
            actor=self.membership,
            reason=given["reason"],
            queue=self.row_of(Queue, queue) if queue else None,
            attendant=self.person(person) if person else None,
        )


class Return(TicketAct):
    """Devolver."""

    serializer_class = ReturnIn

    @extend_schema(
        tags=TAGS,
        operation_id="atendimentos_devolver",
        request=ReturnIn,
        responses=TicketRoutedOut,
    )
    def post(self, request: Request, ticket_id: UUID) -> Response:
        """Devolve o atendimento à fila, com a hora de entrada que tinha."""
        return self.run(ticket_id)

    def act(self, ticket: Ticket, **given: Any) -> Ticket:
        """Let it wait."""
        reason = given.get("reason", "")
        return tickets.ticket_return(ticket=ticket, actor=self.membership, reason=reason)


class Finish(TicketAct):
    """Finalizar."""

    serializer_class = FinishIn

    @extend_schema(
        tags=TAGS,
        operation_id="atendimentos_finalizar",
        request=FinishIn,
        responses=TicketRoutedOut,
    )
    def post(self, request: Request, ticket_id: UUID) -> Response:
        """Encerra o atendimento e a conversa, com um motivo e os campos que a fila pede.

        O que falta volta em `fields`, pelo nome.
        """
        return self.run(ticket_id)

    def act(self, ticket: Ticket, **given: Any) -> Ticket:
        """End it."""
        return tickets.ticket_finish(
            ticket=ticket,
            actor=self.membership,
            reason=given["reason"],
            fields=given.get("fields"),
        )


class Priority(TicketAct):
    """Prioridade."""

    permission_classes = (ManagersWrite,)
    serializer_class = PriorityIn

    @extend_schema(
        tags=TAGS,
        operation_id="atendimentos_prioridade",
        request=PriorityIn,
        responses=TicketRoutedOut,
    )
    def post(self, request: Request, ticket_id: UUID) -> Response:
        """Muda a prioridade, de 1 a 10."""
        return self.run(ticket_id)

    def act(self, ticket: Ticket, **given: Any) -> Ticket:
        """Move it."""
        return tickets.ticket_prioritise(
            ticket=ticket, actor=self.membership, priority=given["priority"]
        )
