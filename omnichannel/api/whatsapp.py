"""Configuração do WhatsApp."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import Id, JSONObject, StrictSerializer, Text
from common.api.pagination import CursorPages
from common.api.permissions import AdministratorsOnly, AdministratorsWrite
from common.crypto import SecretUnreadable
from omnichannel.api.base import ConversationsView
from omnichannel.api.filters import TemplateFilter
from omnichannel.api.sending import TemplateIn
from omnichannel.api.serializers import MessageOut
from omnichannel.models import Channel, Template
from omnichannel.selectors import channel_named
from omnichannel.services.outbound import message_send_to_phone
from omnichannel.services.profile import profile_read, profile_update
from omnichannel.services.proving import warnings_of
from omnichannel.services.template_filling import template_info
from omnichannel.services.templates import templates_sync
from providers import base as faces
from providers import registry
from providers.choices import ChannelKind, MessageKind

TAGS = ["whatsapp"]
CHANNEL = OpenApiParameter(
    "canal", UUID, description="Id do canal; sem ele, o padrão ou o único de WhatsApp."
)


class ChannelAsked(StrictSerializer):
    """Which channel an act is for."""

    canal = Id(required=False, help_text="Sem ele, o canal padrão ou o único de WhatsApp.")


class WhatsAppView(CompanyView):
    """What the set-up calls share."""

    names_rows = True
    query_names = ("canal",)

    def asked(self, request: Request) -> Channel:
        """Return the channel of `?canal=`. Raises NotFound, ValidationError, NoDefaultChannel."""
        given = ChannelAsked(data={k: v for k, v in request.query_params.items() if k == "canal"})
        given.is_valid(raise_exception=True)
        return channel_named(ChannelKind.WHATSAPP, given.validated_data.get("canal"))


class VariableOut(serializers.Serializer[Any]):
    """A setting of the server: whether it has a value, never which."""

    name = serializers.CharField()
    is_set = serializers.BooleanField()


class ConfiguredChannelOut(serializers.Serializer[Any]):
    """How far a channel is connected."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.CharField()
    status_detail = serializers.CharField(help_text="O que o provedor disse, se há erro.")
    account_id = serializers.CharField()
    waba_id = serializers.CharField()
    is_default = serializers.BooleanField()
    has_access_token = serializers.BooleanField()
    checked_at = serializers.DateTimeField(allow_null=True)
    proven_at = serializers.DateTimeField(
        allow_null=True, help_text="Desde quando o provedor confirma a conta; sem isso nada chega."
    )
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="O que falta à conexão, em frases."
    )
    last_webhook_at = serializers.DateTimeField(allow_null=True)


class ConfigOut(serializers.Serializer[Any]):
    """What to paste at Meta, and what is still missing here."""

    webhook_url = serializers.CharField()
    webhook_fields = serializers.ListField(child=serializers.CharField())
    graph_version = serializers.CharField()
    variables = VariableOut(many=True)
    channels = ConfiguredChannelOut(many=True)


class Config(WhatsAppView):
    """O que falta configurar."""

    permission_classes = (AdministratorsOnly,)
    serializer_class = ConfigOut

    @extend_schema(tags=TAGS, operation_id="whatsapp_config", responses=ConfigOut)
    def get(self, request: Request) -> Response:
        """Diz o que está configurado e o endereço do webhook. Segredos não aparecem."""
        rows = Channel.objects.filter(kind=ChannelKind.WHATSAPP).order_by("name", "id")
        provider = registry.face_of(ChannelKind.WHATSAPP, faces.Subscription)
        shown = {
            "webhook_url": f"{settings.PUBLIC_URL}/webhooks/whatsapp/",
            "webhook_fields": provider.webhook_fields,
            "graph_version": settings.META_GRAPH_VERSION,
            "variables": [
                {"name": "META_APP_SECRET", "is_set": bool(settings.META_APP_SECRETS)},
                {"name": "META_VERIFY_TOKEN", "is_set": bool(settings.META_VERIFY_TOKEN)},
                {"name": "CREDENTIALS_KEYS", "is_set": bool(settings.CREDENTIALS_KEYS)},
                {"name": "PUBLIC_URL", "is_set": settings.PUBLIC_URL.startswith("https://")},
            ],
            "channels": [_configured(row) for row in rows],
        }
        return Response(ConfigOut(shown).data)


def _configured(row: Channel) -> dict[str, Any]:
    names = ConfiguredChannelOut().fields.keys() - {"has_access_token", "warnings"}
    try:
        token = bool(row.credentials.get("access_token"))
    except SecretUnreadable:
        # Sealed with a key that is gone: for sending, the same as none.
        token = False
    shown = {name: getattr(row, name) for name in names}
    return {**shown, "has_access_token": token, "warnings": warnings_of(row)}


class ProfileOut(serializers.Serializer[Any]):
    """The profile that patients see; a field that the provider does not tell is null."""

    about = serializers.CharField(allow_null=True, default=None)
    address = serializers.CharField(allow_null=True, default=None)
    description = serializers.CharField(allow_null=True, default=None)
    email = serializers.CharField(allow_null=True, default=None)
    vertical = serializers.CharField(allow_null=True, default=None)
    websites = serializers.ListField(child=serializers.CharField(), default=list)
    profile_picture_url = serializers.CharField(allow_null=True, default=None)


class ProfileIn(StrictSerializer):
    """What may be changed of the profile; the lengths are Meta's."""

    about = Text(max_length=139, required=False)
    address = Text(max_length=256, required=False, allow_blank=True)
    description = Text(max_length=512, required=False, allow_blank=True)
    email = Text(max_length=128, required=False, allow_blank=True)
    vertical = Text(max_length=40, required=False, allow_blank=True)
    websites = serializers.ListField(child=Text(max_length=256), max_length=2, required=False)


class BusinessProfile(WhatsAppView):
    """Perfil do negócio."""

    permission_classes = (AdministratorsWrite,)
    serializer_class = ProfileIn

    @extend_schema(
        tags=TAGS, operation_id="whatsapp_perfil", parameters=[CHANNEL], responses=ProfileOut
    )
    def get(self, request: Request) -> Response:
        """Lê o perfil público do número, na Meta."""
        return Response(_profile(profile_read(channel=self.asked(request))))

    @extend_schema(
        tags=TAGS,
        operation_id="whatsapp_perfil_update",
        parameters=[CHANNEL],
        request=ProfileIn,
        responses=ProfileOut,
    )
    def patch(self, request: Request) -> Response:
        """Altera o perfil público do número, na Meta. Só administradores."""
        channel = self.asked(request)
        changes = self.read(ProfileIn, partial=True)
        if not changes:
            raise serializers.ValidationError({"about": [_("Envie ao menos um campo.")]})
        return Response(
            _profile(profile_update(channel=channel, actor=self.membership, changes=changes))
        )


def _profile(values: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(ProfileOut().fields, None) | {"websites": []}
    return dict(ProfileOut({**empty, **values}).data)


class TemplateVariableOut(serializers.Serializer[Any]):
    """A place that the sender fills; `key` names it in `template.variables`."""

    key = serializers.CharField()
    place = serializers.ChoiceField(choices=["header", "body", "button"])
    kind = serializers.ChoiceField(
        choices=["text", "image", "video", "document", "location", "payload", "code"]
    )
    name = serializers.CharField()
    example = serializers.CharField()
    is_required = serializers.BooleanField()


class TemplateOut(serializers.ModelSerializer[Template]):
    """A message template, as Meta keeps it."""

    components = serializers.ListField(child=JSONObject())
    variables = serializers.SerializerMethodField()

    class Meta:
        model = Template
        fields = (
            "id",
            "name",
            "language",
            "category",
            "status",
            "components",
            "variables",
            "quality",
            "rejected_reason",
            "synced_at",
        )

    @extend_schema_field(TemplateVariableOut(many=True))
    def get_variables(self, row: Template) -> Any:
        """List what a sender has to fill in."""
        asked = registry.face_of(ChannelKind.WHATSAPP, faces.Templates).template_variables(
            template_info(row)
        )
        return TemplateVariableOut(asked, many=True).data


class TemplatesByName(CursorPages):
    """Names first, then the ids, so that the languages of a name stay together."""

    ordering = ("name", "id")


class TemplateList(WhatsAppView):
    """Modelos de mensagem."""

    # Read by the schema only, which has no company.
    queryset = Template.unscoped.none()
    filterset_class = TemplateFilter
    pagination_class = TemplatesByName
    serializer_class = TemplateOut

    @extend_schema(
        tags=TAGS,
        operation_id="whatsapp_templates",
        parameters=[
            OpenApiParameter("canal", UUID, description="Id do canal; sem ele, os de todos.")
        ],
        responses=TemplateOut(many=True),
    )
    def get(self, request: Request) -> Response:
        """Lista a nossa cópia dos modelos, por nome. Para atualizá-la, `sincronizar/`."""
        rows = Template.objects.all()
        if "canal" in request.query_params:
            rows = rows.filter(waba_id=self.asked(request).waba_id)
        return self.page(rows, TemplateOut)


class SyncedOut(serializers.Serializer[Any]):
    """How many templates the account has."""

    count = serializers.IntegerField()


class TemplatesSync(WhatsAppView):
    """Sincronizar modelos."""

    permission_classes = (AdministratorsWrite,)
    serializer_class = ChannelAsked

    @extend_schema(
        tags=TAGS,
        operation_id="whatsapp_templates_sincronizar",
        request=ChannelAsked,
        responses=SyncedOut,
    )
    def post(self, request: Request) -> Response:
        """Busca os modelos na Meta e iguala a nossa cópia. Só administradores."""
        given = self.read(ChannelAsked)
        channel = channel_named(ChannelKind.WHATSAPP, given.get("canal"))
        return Response({"count": templates_sync(channel=channel)})


class TestIn(StrictSerializer):
    """A message to try a channel with: a text or a template."""

    # Not a test case, whatever the name says.
    __test__: ClassVar[bool] = False

    canal = Id(required=False, help_text="Sem ele, o canal padrão ou o único de WhatsApp.")
    telefone = Text(max_length=40, help_text="Em qualquer formato, com DDD.")
    mensagem = Text(max_length=4096, required=False)
    template = TemplateIn(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("mensagem" in attrs) == ("template" in attrs):
            raise serializers.ValidationError(
                {"mensagem": [_("Envie um texto em mensagem ou um modelo em template.")]}
            )
        return attrs


class TestSend(ConversationsView):
    """Teste de envio."""

    __test__: ClassVar[bool] = False

    names_rows = True
    permission_classes = (AdministratorsOnly,)
    serializer_class = TestIn

    @extend_schema(
        tags=TAGS,
        operation_id="whatsapp_test_envio",
        request=TestIn,
        responses={201: MessageOut},
        examples=[
            OpenApiExample(
                "Modelo",
                value={
                    "telefone": "+55 41 99888-7777",
                    "template": {"name": "hello_world", "language": "en_US"},
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Envia uma mensagem a um telefone, pela mesma porta que todas. Só administradores.

        A quem não escreveu nas últimas 24 horas só um modelo aprovado passa: um texto responde 422
        `janela_fechada` e não deixa nada para trás.
        """
        given = self.read(TestIn)
        template = given.get("template")
        message = message_send_to_phone(
            channel=channel_named(ChannelKind.WHATSAPP, given.get("canal")),
            author=self.membership,
            phone=given["telefone"],
            kind=MessageKind.TEMPLATE if template else MessageKind.TEXT,
            text=given.get("mensagem", ""),
            template=template,
        )
        return Response(self.message_shown(message.pk), status=201)
