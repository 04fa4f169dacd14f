"""Mudanças: acompanhar a central sem soquetes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from accounts.models import RowChange
from accounts.models.change import ChangeKind
from accounts.services.changes import changes_since
from common.api.fields import OneOf, StrictSerializer, Text
from common.api.permissions import ManagersOnly

MOST = 500
USUAL = 100


class ChangesAsked(StrictSerializer):
    """From where, how many, of which kind."""

    desde = Text(required=False, max_length=80)
    limite = serializers.IntegerField(required=False, min_value=1, max_value=MOST)
    tipo = OneOf(choices=ChangeKind.choices, required=False)


class ChangeOut(serializers.ModelSerializer[RowChange]):
    """One row that a transaction made, changed or deleted."""

    id = serializers.UUIDField(source="object_id")
    conversation = serializers.UUIDField(
        source="within_id", allow_null=True, help_text="De uma mensagem ou de um atendimento."
    )
    at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = RowChange
        fields = ("kind", "id", "conversation", "act", "at")


class ChangesOut(serializers.Serializer[Any]):
    """What changed, and from where to ask next."""

    results = ChangeOut(many=True)
    next = serializers.CharField(help_text="O `desde` do próximo pedido; guarde-o.")
    has_more = serializers.BooleanField(help_text="Há mais já agora: peça de novo sem esperar.")


EXAMPLE = OpenApiExample(
    "Uma mensagem chegou",
    value={
        "results": [
            {
                "kind": "mensagem",
                "id": "0190a6f2-7c1e-7000-8000-000000000001",
                "conversation": "0190a6f2-7c1e-7000-8000-000000000002",
                "act": "criado",
                "at": "2026-03-02T09:15:00-03:00",
            }
        ],
        "next": "AAAAAAAAAAAAAAAAAAAAAQAAAABpAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "has_more": False,
    },
    response_only=True,
)


class ChangesView(CompanyView):
    """Mudanças."""

    permission_classes = (ManagersOnly,)
    serializer_class = ChangesOut
    pagination_class = None
    query_names = tuple(ChangesAsked._declared_fields)
    more_refusals = ("410",)

    @extend_schema(
        tags=["mudanças"],
        operation_id="mudancas_list",
        parameters=[
            OpenApiParameter("desde", str, description="O `next` da resposta anterior."),
            OpenApiParameter("limite", int, description="De 1 a 500; sem ele, 100."),
            OpenApiParameter("tipo", str, enum=ChangeKind.values, description="Só deste tipo."),
        ],
        responses=ChangesOut,
        examples=[EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        """Diz o que mudou em conversas, mensagens, contatos e atendimentos desde um cursor.

        Comece sem `desde`: a resposta traz só o cursor de agora; leia então as listas e siga dele.
        Nada se perde, e o mesmo pode vir duas vezes. Mudanças aparecem quando nenhuma transação
        anterior está aberta, em geral em menos de um segundo, e são guardadas por 30 dias: depois
        disso, ou se os dados voltaram a uma cópia, 410 `cursor_antigo`. Só administradores e
        supervisores.
        """
        asked = ChangesAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        found = changes_since(
            given.get("desde"), most=given.get("limite", USUAL), kind=given.get("tipo")
        )
        told = {"results": found.rows, "next": found.cursor, "has_more": found.has_more}
        return Response(ChangesOut(told).data)
