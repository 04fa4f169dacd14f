"""Quanto custa um texto antes de enviar, onde se paga por parte."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import StrictSerializer, Text
from omnichannel.api.base import ConversationsView
from omnichannel.services.reply_cost import reply_cost
from omnichannel.services.sendable import signed
from omnichannel.services.wording import text_measure

LONGEST = 20_000


class MeasureIn(StrictSerializer):
    """A text that may be sent."""

    text = Text(max_length=LONGEST)


class MeasureOut(serializers.Serializer[dict[str, object]]):
    """What it would be charged as; `price` is null where no rate is known."""

    text = serializers.CharField(help_text="O texto como chega.")
    segments = serializers.IntegerField(help_text="Partes cobradas.")
    left = serializers.IntegerField(help_text="Quanto ainda cabe na última parte.")
    limit = serializers.IntegerField(help_text="Mais partes são recusadas.")
    price = serializers.DecimalField(max_digits=12, decimal_places=6, allow_null=True)
    currency = serializers.CharField()


class Measured(ConversationsView):
    """Medir."""

    serializer_class = MeasureIn

    @extend_schema(
        tags=["mensagens"],
        operation_id="mensagens_medir",
        request=MeasureIn,
        responses={200: MeasureOut, 204: None},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Diz em quantas partes um texto sai, como chega e quanto custa. Nada é enviado.

        Responde 204 nos canais em que não se paga por parte.
        """
        conversation = self.conversation(conversation_id)
        text = self.read(MeasureIn)["text"]
        found = text_measure(conversation.channel, signed(text, conversation, self.membership))
        if found is None:
            return Response(status=204)
        cost = reply_cost(conversation)
        each = cost.price if cost else None
        said = {
            "text": found.text,
            "segments": found.count,
            "left": found.left,
            "limit": found.limit,
            "price": None if each is None else each * found.count,
            "currency": conversation.channel.currency,
        }
        return Response(MeasureOut(said).data)
