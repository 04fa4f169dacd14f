"""Webhooks para outros sistemas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import NoInput
from common.api.permissions import AdministratorsOnly
from common.happenings import HappeningKind
from integrations.api.serializers import (
    DeliveryDetailOut,
    DeliveryOut,
    ResendIn,
    ResentOut,
    RotateIn,
    WebhookIn,
    WebhookOut,
    WebhookWithSecret,
)
from integrations.models import TEST, EventState, HookSubscription, OutgoingEvent
from integrations.services.subscriptions import (
    events_resend,
    hook_change,
    hook_create,
    hook_delete,
    hook_rotate,
    hook_test,
)

TAGS = ["webhooks para outros sistemas"]


class WebhookView(CompanyView):
    """What all of them share."""

    permission_classes = (AdministratorsOnly,)
    queryset = HookSubscription.unscoped.none()
    serializer_class: Any = WebhookIn

    def hook(self, webhook_id: UUID) -> HookSubscription:
        """Return one of the company's. Raises NotFound."""
        found: HookSubscription = self.found(HookSubscription.objects.all(), webhook_id)
        return found

    def kept(self, response: Response) -> Any:
        """Keep no secret for whoever repeats a write."""
        data = getattr(response, "data", None)
        if isinstance(data, dict) and "secret" in data:
            return {name: value for name, value in data.items() if name != "secret"}
        return data

    def with_secret(self, row: HookSubscription, secret: str, status: int) -> Response:
        """Answer one with its secret."""
        row.secret = secret  # type: ignore[attr-defined]
        return Response(WebhookWithSecret(row).data, status=status)


class Webhooks(WebhookView):
    """Lista e criação."""

    @extend_schema(tags=TAGS, operation_id="integracoes_list", responses=WebhookOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os webhooks da empresa."""
        return self.page(HookSubscription.objects.all(), WebhookOut)

    @extend_schema(
        tags=TAGS,
        operation_id="integracoes_create",
        request=WebhookIn,
        responses={201: WebhookWithSecret},
    )
    def post(self, request: Request) -> Response:
        """Cria um webhook; o segredo vem só nesta resposta."""
        row, secret = hook_create(actor=self.membership, **self.read(WebhookIn))
        return self.with_secret(row, secret, 201)


class WebhookDetail(WebhookView):
    """Um webhook."""

    @extend_schema(tags=TAGS, operation_id="integracoes_retrieve", responses=WebhookOut)
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Obtém um webhook."""
        return Response(WebhookOut(self.hook(webhook_id)).data)

    @extend_schema(
        tags=TAGS, operation_id="integracoes_update", request=WebhookIn, responses=WebhookOut
    )
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        """Altera os campos enviados. Desligar cancela o que espera."""
        row = self.hook(webhook_id)
        given = self.read(WebhookIn, partial=True)
        return Response(WebhookOut(hook_change(row=row, actor=self.membership, **given)).data)

    @extend_schema(
        tags=TAGS, operation_id="integracoes_destroy", request=None, responses={204: None}
    )
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Apaga um webhook e o registro de suas entregas."""
        hook_delete(row=self.hook(webhook_id), actor=self.membership)
        return Response(status=204)


class WebhookSecret(WebhookView):
    """O segredo."""

    serializer_class = RotateIn

    @extend_schema(
        tags=TAGS,
        operation_id="integracoes_segredo",
        request=RotateIn,
        responses={200: WebhookWithSecret},
    )
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Troca o segredo; o novo vem só nesta resposta."""
        row = self.hook(webhook_id)
        given = self.read(RotateIn)
        secret = hook_rotate(row=row, actor=self.membership, **given)
        return self.with_secret(self.hook(webhook_id), secret, 200)


class WebhookTest(WebhookView):
    """O teste."""

    serializer_class = NoInput

    @extend_schema(
        tags=TAGS, operation_id="integracoes_teste", request=None, responses={201: DeliveryOut}
    )
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Envia um evento `teste.ping`."""
        row = self.hook(webhook_id)
        self.read(NoInput)
        sent = hook_test(row=row, actor=self.membership)
        return Response(DeliveryOut(sent).data, status=201)


class WebhookResend(WebhookView):
    """O reenvio."""

    serializer_class = ResendIn

    @extend_schema(
        tags=TAGS,
        operation_id="integracoes_reenviar",
        request=ResendIn,
        responses={200: ResentOut},
    )
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Envia de novo, com os mesmos ids, os eventos citados ou todos os não entregues."""
        row = self.hook(webhook_id)
        given = self.read(ResendIn)
        count = events_resend(row=row, actor=self.membership, events=given.get("events"))
        return Response({"count": count})


class DeliveryFilter(filters.FilterSet):
    """How deliveries are narrowed."""

    state = filters.ChoiceFilter(choices=EventState.choices)
    kind = filters.ChoiceFilter(choices=[*HappeningKind.choices, (TEST, "Teste")])

    class Meta:
        model = OutgoingEvent
        fields = ("state", "kind")


class WebhookDeliveries(WebhookView):
    """As entregas de um webhook."""

    queryset: Any = OutgoingEvent.unscoped.none()
    serializer_class = DeliveryOut
    filterset_class = DeliveryFilter

    @extend_schema(tags=TAGS, operation_id="integracoes_entregas", responses=DeliveryOut(many=True))
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Lista as entregas dos últimos 30 dias."""
        rows = OutgoingEvent.objects.filter(subscription=self.hook(webhook_id))
        return self.page(rows, DeliveryOut)


class WebhookDelivery(WebhookView):
    """Uma entrega."""

    queryset: Any = OutgoingEvent.unscoped.none()
    serializer_class = DeliveryDetailOut

    @extend_schema(tags=TAGS, operation_id="integracoes_entrega", responses=DeliveryDetailOut)
    def get(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Obtém uma entrega com suas tentativas."""
        rows = OutgoingEvent.objects.filter(subscription=self.hook(webhook_id))
        return Response(DeliveryDetailOut(self.found(rows, delivery_id)).data)
