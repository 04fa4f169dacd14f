"""Bilhetes para o tempo real."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import TokenAuthentication
from accounts.api.base import CompanyView
from accounts.services.socket_tickets import TICKET_SECONDS, socket_ticket_issue
from common.api.fields import NoInput


class SocketTicketOut(serializers.Serializer[Any]):
    """A ticket, shown this once, and where it is for."""

    ticket = serializers.CharField()
    address = serializers.CharField(help_text="Caminho do soquete, já com o bilhete.")
    expires_at = serializers.DateTimeField()


class SocketTickets(CompanyView):
    """Bilhete."""

    authentication_classes = (TokenAuthentication,)
    serializer_class = NoInput
    pagination_class = None
    # A ticket that was used up helps nobody who repeats the call.
    honours_idempotency = False
    more_refusals = ("503",)

    @extend_schema(
        tags=["eu"], operation_id="eu_ticket", request=None, responses={201: SocketTicketOut}
    )
    def post(self, request: Request) -> Response:
        """Dá um bilhete que abre um soquete, uma vez, em até 30 segundos.

        O navegador não manda `Authorization` ao abrir um WebSocket, e um token num endereço ficaria
        em registros. Só com token; páginas desta central usam a própria sessão.
        """
        self.read(NoInput)
        token: Any = request.auth
        ticket = socket_ticket_issue(membership=self.membership, digest=token.digest)
        told = {
            "ticket": ticket,
            "address": f"/ws/atendimento/{self.membership.company_id}/?ticket={ticket}",
            "expires_at": timezone.now() + timedelta(seconds=TICKET_SECONDS),
        }
        return Response(SocketTicketOut(told).data, status=201)
