"""Flows in the REST API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flows.api.serializers import FlowOut, FlowRunOut, FlowStartIn
from flows.models import Flow, FlowRun
from flows.services.starting import flow_start
from omnichannel.api.base import ConversationsView
from omnichannel.models import Conversation
from queues.api.base import ManagersWrite

TAGS = ["fluxos"]


class Flows(ConversationsView):
    """Lista."""

    queryset: Any = Flow.unscoped.none()
    serializer_class = FlowOut

    @extend_schema(tags=TAGS, operation_id="fluxos_list", responses=FlowOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os fluxos da empresa e a versão que está publicada."""
        found = self.paginate_queryset(Flow.objects.select_related("version"))
        return self.get_paginated_response(FlowOut(found, many=True).data)


class FlowStart(ConversationsView):
    """Início."""

    permission_classes = (ManagersWrite,)
    serializer_class = FlowStartIn

    @extend_schema(
        tags=TAGS, operation_id="fluxos_iniciar", request=FlowStartIn, responses={201: FlowRunOut}
    )
    def post(self, request: Request, flow_id: UUID) -> Response:
        """Começa um fluxo numa conversa aberta que ninguém da equipe assumiu.

        O fluxo precisa estar ligado e começar pela API; `variables` preenchem os textos dele.
        """
        flow = self.found(Flow.objects.select_related("version"), flow_id)
        given = self.read(FlowStartIn)
        talk = self.conversation(given["conversation"])
        run = flow_start(
            flow=flow,
            conversation=talk,
            actor=self.membership,
            variables=given.get("variables"),
        )
        return Response(FlowRunOut(run).data, status=201)


class FlowRuns(ConversationsView):
    """Percursos."""

    queryset: Any = FlowRun.unscoped.none()
    serializer_class = FlowRunOut

    @extend_schema(tags=TAGS, operation_id="percursos_list", responses=FlowRunOut(many=True))
    def get(self, request: Request, flow_id: UUID) -> Response:
        """Lista quem passou por um fluxo, nas conversas que quem chama pode ver."""
        flow = self.found(Flow.objects.all(), flow_id)
        seen = Conversation.objects.visible_to(self.membership)
        found = self.paginate_queryset(FlowRun.objects.filter(flow=flow, conversation__in=seen))
        return self.get_paginated_response(FlowRunOut(found, many=True).data)
