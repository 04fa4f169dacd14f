"""Macros."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import Count, Id, OneOf, StrictSerializer, Text
from common.api.pagination import CursorPages
from common.errors import NotFound
from queues.api.several import ActsOut
from queues.choices import ReplyScope, SnoozeFor, StepAct
from queues.models import Macro, Queue
from queues.models.quick_reply import REPLY_LENGTH
from queues.services.macros import macro_delete, macro_run_several, macro_save
from queues.services.several import MOST
from queues.services.steps import MOST_STEPS

TAGS = ["macros"]


class StepIn(StrictSerializer):
    """One action, with what it needs."""

    act = OneOf(choices=StepAct.choices)
    text = Text(max_length=REPLY_LENGTH, required=False, help_text="Para `responder` e `nota`.")
    reply = Id(required=False, help_text="Para `resposta_rapida`.")
    tag = Text(max_length=60, required=False)
    priority = Count(min_value=1, max_value=10, required=False)
    queue = Id(required=False, help_text="Para `transferir`.")
    attendant = Id(required=False, help_text="Para `atribuir`; sem ele, quem executa.")
    moment = OneOf(choices=SnoozeFor.choices, required=False)
    reason = Text(max_length=100, required=False)


class MacroOut(serializers.ModelSerializer[Macro]):
    """A macro as it is kept, the blanks of its texts unfilled."""

    queue = serializers.UUIDField(source="queue_id", allow_null=True)
    steps = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Macro
        fields = ("id", "scope", "queue", "name", "steps", "used_count", "created_at", "updated_at")


class MacroIn(StrictSerializer):
    """A macro as it is written; `queue` belongs to the scope `fila`."""

    scope = OneOf(choices=ReplyScope.choices, required=False)
    queue = Id(required=False, allow_null=True)
    name = Text(max_length=60)
    steps = serializers.ListField(child=StepIn(), max_length=MOST_STEPS)


class MacroRunIn(StrictSerializer):
    """On which conversations."""

    conversations = serializers.ListField(child=Id(), max_length=MOST, allow_empty=True)


class MacrosByName(CursorPages):
    """Macros by name."""

    ordering = ("name", "id")


class MacroView(CompanyView):
    """What list and detail share."""

    queryset = Macro.unscoped.none()
    serializer_class: Any = MacroIn
    pagination_class = MacrosByName

    def rows(self) -> Any:
        """Return those that the caller may run."""
        return Macro.objects.visible_to(self.membership)

    def save(self, macro: Macro | None = None) -> Response:
        """Write what was sent and answer it."""
        given = self.read(MacroIn, partial=macro is not None)
        if given.get("queue"):
            seen = Queue.objects.visible_to(self.membership)
            given["queue"] = seen.filter(pk=given["queue"]).first()
            if given["queue"] is None:
                raise NotFound
        saved = macro_save(actor=self.membership, macro=macro, **given)
        return self.answer(saved.pk, 200 if macro else 201)

    def answer(self, macro_id: UUID, status: int = 200) -> Response:
        """Answer one as it is now."""
        return Response(MacroOut(self.found(self.rows(), macro_id)).data, status=status)


class Macros(MacroView):
    """Lista e criação."""

    names_rows = True

    @extend_schema(tags=TAGS, operation_id="macros_list", responses=MacroOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista as de quem chama, as das filas que vê e as da empresa."""
        return self.page(self.rows(), MacroOut)

    @extend_schema(
        tags=TAGS, operation_id="macros_create", request=MacroIn, responses={201: MacroOut}
    )
    def post(self, request: Request) -> Response:
        """Cria uma macro; as de fila e as da empresa pedem supervisor."""
        return self.save()


class MacroDetail(MacroView):
    """Uma macro."""

    @extend_schema(tags=TAGS, operation_id="macros_retrieve", responses=MacroOut)
    def get(self, request: Request, macro_id: UUID) -> Response:
        """Obtém uma macro."""
        return self.answer(macro_id)

    @extend_schema(tags=TAGS, operation_id="macros_update", request=MacroIn, responses=MacroOut)
    def patch(self, request: Request, macro_id: UUID) -> Response:
        """Altera os campos enviados; `steps` troca todas as ações."""
        return self.save(self.found(self.rows(), macro_id))

    @extend_schema(tags=TAGS, operation_id="macros_destroy", request=None, responses={204: None})
    def delete(self, request: Request, macro_id: UUID) -> Response:
        """Apaga uma macro; o que ela já fez fica."""
        macro_delete(macro=self.found(self.rows(), macro_id), actor=self.membership)
        return Response(status=204)


class MacroExecute(MacroView):
    """Executar."""

    pagination_class: Any = None
    serializer_class: Any = MacroRunIn

    @extend_schema(tags=TAGS, operation_id="macros_executar", request=MacroRunIn, responses=ActsOut)
    def post(self, request: Request, macro_id: UUID) -> Response:
        """Executa a macro em até 100 conversas, com os direitos de quem chama.

        A primeira ação recusada encerra a execução naquela conversa; `refused` diz qual e por quê.
        """
        macro = self.found(self.rows(), macro_id)
        ids = self.read(MacroRunIn)["conversations"]
        outcome = macro_run_several(macro=macro, ids=ids, actor=self.membership)
        refused = [{"detail": why, "count": n} for why, n in sorted(outcome.refused.items())]
        body = {"changed": outcome.changed, "same": outcome.same, "refused": refused}
        return Response(ActsOut(body).data)
