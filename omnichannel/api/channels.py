"""Canais."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import Choice, Flag, JSONObject, NoInput, Pattern, StrictSerializer, Text
from common.api.permissions import AdministratorsWrite
from common.errors import NotFound
from omnichannel.adapters import registry
from omnichannel.api.filters import ChannelFilter
from omnichannel.choices import ChannelKind, ChannelStatus
from omnichannel.models import Channel
from omnichannel.services.channels import channel_delete, channel_save, channel_validate

TAGS = ["canais"]
# What a person may set; the system itself says when a channel is in error.
SETTABLE = [choice for choice in ChannelStatus.choices if choice[0] != ChannelStatus.ERROR]
IDENT = r"^[A-Za-z0-9_.:@-]+$"
# A token travels in a header.
VISIBLE_ASCII = r"^[\x21-\x7e]*$"


class ChannelOut(serializers.ModelSerializer[Channel]):
    """A connection to a provider, without its secrets."""

    health = JSONObject()

    class Meta:
        model = Channel
        fields = (
            "id",
            "kind",
            "name",
            "status",
            "account_id",
            "waba_id",
            "phone_number",
            "is_default",
            "health",
            "last_webhook_at",
            "created_at",
            "updated_at",
        )


class CredentialsIn(StrictSerializer):
    """Secrets: written, never read. An absent or empty one keeps what is stored."""

    access_token = Pattern(
        VISIBLE_ASCII, max_length=1024, required=False, allow_blank=True, write_only=True
    )
    app_secret = Pattern(
        VISIBLE_ASCII, max_length=256, required=False, allow_blank=True, write_only=True
    )


class ChannelIn(StrictSerializer):
    """What may be written of a channel."""

    kind = Choice(choices=ChannelKind.choices, help_text="Só na criação.")
    name = Text(max_length=100)
    status = Choice(choices=SETTABLE, required=False)
    account_id = Pattern(
        IDENT, max_length=100, help_text="No WhatsApp, o id do número (phone number id)."
    )
    waba_id = Pattern(IDENT, max_length=100, required=False, allow_blank=True)
    phone_number = Pattern(r"^\+?[0-9 ()-]*$", max_length=20, required=False, allow_blank=True)
    is_default = Flag(required=False)
    credentials = CredentialsIn(required=False, write_only=True)

    def validate_kind(self, kind: str) -> str:
        """A channel stays what it is, and needs somebody who speaks for its kind."""
        if self.partial:
            raise serializers.ValidationError(_("O tipo de um canal não muda. Crie outro canal."))
        registry.adapter_for(kind)
        return kind


EXAMPLE = OpenApiExample(
    "WhatsApp",
    value={
        "kind": "whatsapp",
        "name": "Recepção",
        "account_id": "100000000000002",
        "waba_id": "100000000000001",
        "credentials": {"access_token": "EAAB..."},
    },
    request_only=True,
)


class ChannelView(CompanyView):
    """What list and detail share."""

    # Read by the schema only, which has no company.
    queryset = Channel.unscoped.none()
    permission_classes = (AdministratorsWrite,)
    serializer_class: Any = ChannelIn

    def one(self, channel_id: UUID) -> Channel:
        """Return a channel of the company. Raises NotFound."""
        row: Channel | None = Channel.objects.filter(pk=channel_id).first()
        if row is None:
            raise NotFound
        return row


class Channels(ChannelView):
    """Lista e criação."""

    filterset_class = ChannelFilter

    @extend_schema(tags=TAGS, operation_id="canais_list", responses=ChannelOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os canais, do mais novo ao mais antigo."""
        return self.page(Channel.objects.all(), ChannelOut)

    @extend_schema(
        tags=TAGS,
        operation_id="canais_create",
        request=ChannelIn,
        responses={201: ChannelOut},
        examples=[EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Conecta um canal, que nasce `configurando`: valide-o para ativar. Só administradores."""
        given = self.read(ChannelIn)
        channel = channel_save(company=self.membership.company, actor=self.membership, **given)
        return Response(ChannelOut(channel).data, status=201)


class ChannelDetail(ChannelView):
    """Um canal."""

    @extend_schema(tags=TAGS, operation_id="canais_retrieve", responses=ChannelOut)
    def get(self, request: Request, channel_id: UUID) -> Response:
        """Obtém um canal."""
        return Response(ChannelOut(self.one(channel_id)).data)

    @extend_schema(tags=TAGS, operation_id="canais_update", request=ChannelIn, responses=ChannelOut)
    def patch(self, request: Request, channel_id: UUID) -> Response:
        """Altera os campos enviados. Só administradores."""
        channel = self.one(channel_id)
        given = self.read(ChannelIn, partial=True)
        saved = channel_save(
            company=self.membership.company, actor=self.membership, channel=channel, **given
        )
        return Response(ChannelOut(saved).data)

    @extend_schema(tags=TAGS, operation_id="canais_destroy", request=None, responses={204: None})
    def delete(self, request: Request, channel_id: UUID) -> Response:
        """Apaga um canal sem conversas; com conversas, recusa com 409 `canal_em_uso`."""
        channel = self.one(channel_id)
        self.read(NoInput)
        channel_delete(channel=channel, actor=self.membership)
        return Response(status=204)


class ChannelValidate(ChannelView):
    """Validar."""

    serializer_class = NoInput

    @extend_schema(tags=TAGS, operation_id="canais_validar", request=None, responses=ChannelOut)
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Pergunta ao provedor se as credenciais funcionam e ativa o canal.

        Se o provedor recusa, responde 422 com o motivo e o canal fica `erro`.
        """
        channel = self.one(channel_id)
        self.read(NoInput)
        channel_validate(channel=channel, actor=self.membership)
        return Response(ChannelOut(self.one(channel_id)).data)
