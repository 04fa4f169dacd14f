"""Outros canais da pessoa: por onde continuar, a que preço, e continuar."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common import phones
from common.api.fields import StrictSerializer, Text
from contacts.masking import email_masked
from omnichannel.api.base import ConversationsView
from omnichannel.api.serializers import ConversationOut
from omnichannel.services.elsewhere import WayTo, reaches_of
from omnichannel.services.switching import conversation_continue
from providers.choices import ChannelKind

TAGS = ["conversas"]
STATES = ("aberta", "tarde", "modelo", "fechada", "saiu")


class ReachOut(serializers.Serializer[Any]):
    """Um canal pelo qual a pessoa pode ser alcançada."""

    key = serializers.SerializerMethodField(help_text="O que `continuar/` recebe.")
    channel = serializers.UUIDField(source="channel.pk")
    channel_kind = serializers.ChoiceField(choices=ChannelKind.choices, source="channel.kind")
    address = serializers.SerializerMethodField(help_text="Como quem chama pode ver.")
    is_verified = serializers.BooleanField(help_text="Sabe-se que o endereço é da pessoa.")
    state = serializers.ChoiceField(
        choices=[(state, state) for state in STATES],
        help_text="`aberta`: texto livre chega; `tarde`: só a resposta de uma pessoa; `modelo`: só"
        " um modelo aprovado; `fechada`: nada até a pessoa escrever; `saiu`: ela pediu para parar.",
    )
    closed_at = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    parts = serializers.IntegerField(allow_null=True, help_text="Em quantas partes `text` iria.")
    price = serializers.SerializerMethodField(
        help_text="Do modelo, da resposta ou de cada parte; nulo sem tarifa ou sem cobrança."
    )
    currency = serializers.CharField(source="channel.currency")
    conversation = serializers.SerializerMethodField(
        help_text="A conversa que continua lá; nulo se ainda não houve."
    )

    def get_key(self, reach: WayTo) -> str:
        """Name it so that no number stands in it."""
        return reach.key

    def get_address(self, reach: WayTo) -> str:
        """Show it, a number or an e-mail masked where the caller sees them so."""
        if self.context["sees_numbers"]:
            return reach.address
        if "@" in reach.address:
            return email_masked(reach.address)
        number = phones.from_wa_id(reach.address)
        return reach.address if number is None else phones.masked(number)

    def get_price(self, reach: WayTo) -> str | None:
        """Say it as a decimal number."""
        price = reach.price if reach.cost is None else reach.cost.price
        return None if price is None else str(price)

    def get_conversation(self, reach: WayTo) -> UUID | None:
        """Name it."""
        return reach.talk.pk if reach.talk else None


class ReachIn(StrictSerializer):
    """O que seria enviado, para ser medido."""

    text = Text(required=False, allow_blank=True, max_length=100_000)


class ContinueIn(StrictSerializer):
    """Por onde continuar."""

    key = Text(max_length=80, help_text="Uma `key` de `alcances/`.")


class Reaches(ConversationsView):
    """Por onde alcançar a pessoa."""

    serializer_class: Any = ReachIn
    # A handful, told whole.
    pagination_class: Any = None
    # It changes nothing.
    honours_idempotency = False

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_alcances",
        request=ReachIn,
        responses={200: ReachOut(many=True)},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Lista os outros canais da pessoa: onde ela escreveu por último vem primeiro.

        É um POST para que o texto a medir não apareça no endereço.
        """
        conversation = self.conversation(conversation_id)
        found = reaches_of(conversation, self.read(ReachIn).get("text", ""))
        shown = ReachOut(found, many=True, context=self.get_serializer_context())
        return Response(shown.data)


class Continue(ConversationsView):
    """Continuar por outro canal."""

    names_rows = True
    serializer_class: Any = ContinueIn

    @extend_schema(
        tags=TAGS,
        operation_id="conversas_continuar",
        request=ContinueIn,
        responses={201: ConversationOut},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Abre ou retoma a conversa no canal escolhido e encerra esta.

        O atendimento, com protocolo, prazos e tempos, vai junto: não se abre outro.
        """
        conversation = self.conversation(conversation_id)
        key = self.read(ContinueIn)["key"]
        new = conversation_continue(conversation=conversation, key=key, actor=self.membership)
        return Response(self.shown(new.pk).data, status=201)
