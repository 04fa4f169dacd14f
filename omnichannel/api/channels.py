"""Canais."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import Flag, JSONObject, NoInput, OneOf, Pattern, StrictSerializer, Text
from common.api.permissions import AdministratorsWrite
from common.errors import NotFound
from omnichannel.api.accounts import AccountPart, column_words, owner_check
from omnichannel.api.filters import ChannelFilter
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel
from omnichannel.services.channels import channel_delete, channel_rekey, channel_save
from omnichannel.services.proving import channel_register, channel_subscribe, channel_validate
from omnichannel.services.trying import channel_try
from providers import registry
from providers.choices import ChannelKind
from providers.offers import offers

TAGS = ["canais"]
# What a person may set; the system itself says when a channel is in error.
SETTABLE = [choice for choice in ChannelStatus.choices if choice[0] != ChannelStatus.ERROR]


class ChannelOut(serializers.ModelSerializer[Channel]):
    """A connection to a provider, without its secrets.

    `proven_at` is when the provider first answered that the credentials read the account; without
    it nothing is received or sent. `health.warnings` holds codes of what the connection lacks.
    `settings` and `callback_url`, where the provider is to post, are for administrators: for others
    they are empty.
    """

    health = JSONObject()
    settings = serializers.SerializerMethodField(
        help_text="O que foi informado e não é segredo; só para administradores."
    )
    callback_url = serializers.SerializerMethodField(
        help_text="Para onde o provedor deve enviar; só para administradores."
    )

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
            "sign_messages",
            "currency",
            "time_zone",
            "settings",
            "callback_url",
            "health",
            "checked_at",
            "proven_at",
            "is_waba_proven",
            "last_webhook_at",
            "created_at",
            "updated_at",
        )

    @extend_schema_field(AccountPart(is_secret=False))
    def get_settings(self, row: Channel) -> dict[str, Any]:
        """Return what was given that is no secret."""
        return row.settings if self._is_administrator() else {}

    def get_callback_url(self, row: Channel) -> str:
        """Return the address that may hold a key."""
        is_shown = self._is_administrator() and registry.has_door(row.kind)
        return row.callback_url() if is_shown else ""

    def _is_administrator(self) -> bool:
        return bool(self.context["request"].membership.is_administrator)


class ChannelIn(StrictSerializer):
    """What may be said of a channel: a claim, until the provider proves it. Number, currency and
    time zone come from the provider and cannot be written.
    """

    kind = OneOf(choices=ChannelKind.choices, help_text="Só na criação.")
    name = Text(max_length=100)
    status = OneOf(
        choices=SETTABLE,
        required=False,
        help_text="`ativo` só depois de validar: sem isso responde 409 `canal_nao_validado`.",
    )
    account_id = Text(
        max_length=100,
        required=False,
        help_text=column_words("account_id"),
    )
    waba_id = Text(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text=column_words("waba_id"),
    )
    is_default = Flag(required=False)
    sign_messages = Flag(
        required=False,
        allow_null=True,
        help_text="O nome de quem escreve acima do texto; nulo faz como a empresa.",
    )
    settings = AccountPart(
        is_secret=False,
        required=False,
        help_text="O que o tipo pede, campo a campo: o ausente fica como está, o vazio sai.",
    )
    credentials = AccountPart(
        is_secret=True,
        required=False,
        write_only=True,
        help_text="Segredos: só se escrevem. O ausente ou vazio fica como está.",
    )

    def validate_kind(self, kind: str) -> str:
        """A channel stays what it is, and needs somebody who speaks for its kind."""
        if self.partial:
            raise serializers.ValidationError(_("O tipo de um canal não muda. Crie outro canal."))
        registry.adapter_for(kind)
        return kind


EXAMPLES = [OpenApiExample(one.label, value=one.example(), request_only=True) for one in offers()]


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

    def shown(self, channel: Channel, status: int = 200) -> Response:
        """Answer with a channel as the caller may see it."""
        shown = ChannelOut(channel, context=self.get_serializer_context())
        return Response(shown.data, status=status)


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
        examples=EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Conecta um canal, que nasce `configurando`: valide-o para ativar. Só administradores."""
        given = self.read(ChannelIn)
        owner_check(given["kind"], given)
        channel = channel_save(company=self.membership.company, actor=self.membership, **given)
        return self.shown(channel, status=201)


class ChannelDetail(ChannelView):
    """Um canal."""

    @extend_schema(tags=TAGS, operation_id="canais_retrieve", responses=ChannelOut)
    def get(self, request: Request, channel_id: UUID) -> Response:
        """Obtém um canal."""
        return self.shown(self.one(channel_id))

    @extend_schema(tags=TAGS, operation_id="canais_update", request=ChannelIn, responses=ChannelOut)
    def patch(self, request: Request, channel_id: UUID) -> Response:
        """Altera os campos enviados. Só administradores.

        Outra conta ou outro segredo encerram a comprovação: o canal volta a `configurando` e nada
        recebe nem envia até ser validado.
        """
        channel = self.one(channel_id)
        given = self.read(ChannelIn, partial=True)
        owner_check(channel.kind, given)
        saved = channel_save(
            company=self.membership.company, actor=self.membership, channel=channel, **given
        )
        return self.shown(saved)

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
        """Pergunta ao provedor de quem é a conta, comprova e ativa o canal.

        Também confere a assinatura dos webhooks, que refaz se faltar, as permissões do token e o
        registro do número: o que falta está em `health.warnings`. Se o provedor recusa, responde
        422 com o motivo e o canal fica `erro`; se outro canal já comprovou a conta, 409
        `conta_em_uso`; se o provedor não confirma contas, 409 `canal_precisa_de_teste`.
        """
        channel = self.one(channel_id)
        self.read(NoInput)
        channel_validate(channel=channel, actor=self.membership)
        return self.shown(self.one(channel_id))


class RegisterIn(StrictSerializer):
    """The code of the number's two-step verification."""

    pin = Pattern(r"^[0-9]{6}$", write_only=True, help_text="Seis dígitos.")


class ChannelRegister(ChannelView):
    """Registrar número."""

    serializer_class = RegisterIn

    @extend_schema(
        tags=TAGS, operation_id="canais_registrar", request=RegisterIn, responses=ChannelOut
    )
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Registra o número no provedor com o PIN da verificação em duas etapas.

        Se o provedor recusa, responde 422 com o motivo (`pin_incorreto`, `numero_nao_verificado`,
        `registros_demais`, ...). O PIN não é guardado.
        """
        channel = self.one(channel_id)
        given = self.read(RegisterIn)
        channel_register(channel=channel, actor=self.membership, pin=given["pin"])
        return self.shown(self.one(channel_id))


class ChannelSubscribe(ChannelView):
    """Assinar webhooks."""

    serializer_class = NoInput

    @extend_schema(tags=TAGS, operation_id="canais_assinar", request=None, responses=ChannelOut)
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Pede ao provedor que entregue aqui os webhooks da conta deste canal."""
        channel = self.one(channel_id)
        self.read(NoInput)
        channel_subscribe(channel=channel, actor=self.membership)
        return self.shown(self.one(channel_id))


class TrialIn(StrictSerializer):
    """Whose phone a test goes to."""

    phone_number = Text(
        max_length=254,
        write_only=True,
        help_text="Seu celular, com DDD; num canal de e-mail, o seu.",
    )


class ChannelTest(ChannelView):
    """Enviar teste."""

    serializer_class = TrialIn

    @extend_schema(tags=TAGS, operation_id="canais_testar", request=TrialIn, responses=ChannelOut)
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Envia uma mensagem de teste, que comprova o canal se o provedor a aceitar.

        Só nos tipos cujo provedor não confirma contas; nos outros, 409: use `validar`. A mensagem
        sai de verdade e pode ser cobrada; uma a cada meio minuto (409 `teste_recente`).
        """
        channel = self.one(channel_id)
        given = self.read(TrialIn)
        channel_try(channel=channel, actor=self.membership, number=given["phone_number"])
        return self.shown(self.one(channel_id))


class ChannelRekey(ChannelView):
    """Trocar endereço."""

    serializer_class = NoInput

    @extend_schema(
        tags=TAGS, operation_id="canais_trocar_endereco", request=None, responses=ChannelOut
    )
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Troca a chave do endereço de webhooks (`callback_url`); o anterior deixa de receber na
        hora. 422 nos tipos sem endereço próprio.
        """
        channel = self.one(channel_id)
        self.read(NoInput)
        channel_rekey(channel=channel, actor=self.membership)
        return self.shown(self.one(channel_id))
