"""Filas."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import BusinessCalendar
from common.api.fields import NoInput
from common.api.pagination import CursorPages
from omnichannel.models import Channel
from queues.api.base import ManagersWrite, QueuesView
from queues.api.filters import TicketFilter
from queues.api.serializers import (
    MemberOut,
    MembersIn,
    NumbersOut,
    QueueIn,
    QueueOut,
    TicketOut,
    TicketRoutedOut,
)
from queues.models import Queue, QueueMember, Ticket
from queues.selectors import queue_numbers
from queues.services.processing import queue_drain
from queues.services.queues import members_set, queue_delete, queue_save
from queues.services.tickets import ticket_next

TAGS = ["filas"]


class QueuesByName(CursorPages):
    """Queues by name."""

    ordering = ("name", "id")


class TicketsInOrder(CursorPages):
    """Tickets, the newest entry first."""

    ordering = ("-entered_at", "-id")


class QueueView(QueuesView):
    """What list and detail share."""

    permission_classes = (ManagersWrite,)
    serializer_class: Any = QueueIn
    pagination_class: Any = QueuesByName

    def shown(self, queues: list[Queue]) -> Any:
        """Return the JSON of queues, their numbers counted in three statements."""
        numbers = queue_numbers(queues, zone=self.membership.company.time_zone)
        return QueueOut(queues, many=True, context={"numbers": numbers}).data

    def rows(self) -> Any:
        """Return the queues the caller may see."""
        return Queue.objects.visible_to(self.membership).prefetch_related("members", "channels")

    def written(self, **options: Any) -> dict[str, Any]:
        """Return what was sent, ids replaced by rows of the company. Raises NotFound."""
        given = self.read(QueueIn, **options)
        if given.get("calendar"):
            given["calendar"] = self.row_of(BusinessCalendar, given["calendar"])
        if "channels" in given:
            given["channels"] = [self.row_of(Channel, pk) for pk in given["channels"]]
        return given

    def answer(self, queue_id: Any, status: int = 200) -> Response:
        """Answer one queue as it is now."""
        return Response(self.shown([self.rows().get(pk=queue_id)])[0], status=status)


class Queues(QueueView):
    """Lista e criação."""

    names_rows = True

    @extend_schema(tags=TAGS, operation_id="filas_list", responses=QueueOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista as filas que quem chama pode ver, com seus números de agora."""
        found = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.shown(list(found or [])))

    @extend_schema(
        tags=TAGS, operation_id="filas_create", request=QueueIn, responses={201: QueueOut}
    )
    def post(self, request: Request) -> Response:
        """Cria uma fila."""
        queue = queue_save(
            company=self.membership.company, actor=self.membership.user, **self.written()
        )
        return self.answer(queue.pk, 201)


class QueueDetail(QueueView):
    """Uma fila."""

    @extend_schema(tags=TAGS, operation_id="filas_retrieve", responses=QueueOut)
    def get(self, request: Request, queue_id: UUID) -> Response:
        """Obtém uma fila."""
        return self.answer(self.queue(queue_id).pk)

    @extend_schema(tags=TAGS, operation_id="filas_update", request=QueueIn, responses=QueueOut)
    def patch(self, request: Request, queue_id: UUID) -> Response:
        """Altera os campos enviados."""
        queue = self.queue(queue_id)
        queue_save(
            company=self.membership.company,
            actor=self.membership.user,
            queue=queue,
            **self.written(partial=True),
        )
        return self.answer(queue.pk)

    @extend_schema(tags=TAGS, operation_id="filas_destroy", request=None, responses={204: None})
    def delete(self, request: Request, queue_id: UUID) -> Response:
        """Apaga uma fila que nunca teve atendimentos; senão recusa com 409 `fila_em_uso`."""
        queue = self.queue(queue_id)
        self.read(NoInput)
        queue_delete(queue=queue, actor=self.membership.user)
        return Response(status=204)


class QueueMetrics(QueuesView):
    """Métricas."""

    serializer_class = NumbersOut

    @extend_schema(tags=TAGS, operation_id="filas_metricas", responses=NumbersOut)
    def get(self, request: Request, queue_id: UUID) -> Response:
        """Conta como a fila está agora e como foi o dia, no fuso da empresa."""
        queue = self.queue(queue_id)
        numbers = queue_numbers([queue], zone=self.membership.company.time_zone)[queue.pk]
        return Response(NumbersOut(asdict(numbers)).data)


class QueueTickets(QueuesView):
    """Atendimentos de uma fila."""

    queryset = Ticket.unscoped.none()
    filterset_class = TicketFilter
    serializer_class = TicketOut
    pagination_class = TicketsInOrder

    @extend_schema(tags=TAGS, operation_id="filas_atendimentos", responses=TicketOut(many=True))
    def get(self, request: Request, queue_id: UUID) -> Response:
        """Lista os atendimentos da fila que quem chama pode ver, do mais novo ao mais antigo."""
        rows = Ticket.objects.visible_to(self.membership).filter(queue=self.queue(queue_id))
        return self.page(rows, TicketOut)


class NextTicket(QueuesView):
    """Próximo atendimento."""

    serializer_class = NoInput

    @extend_schema(tags=TAGS, operation_id="filas_proximo", request=None, responses=TicketRoutedOut)
    def post(self, request: Request, queue_id: UUID) -> Response:
        """Dá a quem chama o atendimento mais urgente da fila.

        Recusa com 409 `ninguem_esperando` ou `atendente_lotado`.
        """
        queue = self.queue(queue_id)
        self.read(NoInput)
        ticket, _ranked = ticket_next(membership=self.membership, queue=queue)
        return Response(TicketRoutedOut(ticket).data)


class Members(QueueView):
    """Quem atende."""

    serializer_class = MembersIn
    # They are read and written as a whole.
    pagination_class: Any = None

    @extend_schema(tags=TAGS, operation_id="filas_membros", responses=MemberOut(many=True))
    def get(self, request: Request, queue_id: UUID) -> Response:
        """Lista quem atende na fila."""
        rows = QueueMember.objects.filter(queue=self.queue(queue_id))
        return Response(MemberOut(rows.select_related("membership__user"), many=True).data)

    @extend_schema(
        tags=TAGS,
        operation_id="filas_membros_update",
        request=MembersIn,
        responses=MemberOut(many=True),
    )
    def put(self, request: Request, queue_id: UUID) -> Response:
        """Troca quem atende na fila; quem fica mantém a vez."""
        queue = self.queue(queue_id)
        given = self.read(MembersIn)["members"]
        members = [{**item, "membership": self.person(item["membership"])} for item in given]
        members_set(queue=queue, actor=self.membership.user, members=members)
        return self.get(request, queue_id)


class Drain(QueueView):
    """Distribuir."""

    serializer_class = NoInput

    @extend_schema(tags=TAGS, operation_id="filas_distribuir", request=None, responses=QueueOut)
    def post(self, request: Request, queue_id: UUID) -> Response:
        """Distribui agora quem espera."""
        queue = self.queue(queue_id)
        self.read(NoInput)
        queue_drain(queue=queue)
        return self.answer(queue.pk)
