"""What may be written in a message that is to be sent."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from common.api.fields import Count, Flag, Id, JSONObject, OneOf, StrictSerializer, Text
from omnichannel.api.content_schema import ASKING, CARDS, PLACE
from providers.choices import MEDIA_KINDS, MessageKind

SENDABLE = [
    (kind.value, kind.label)
    for kind in MessageKind
    if kind not in (MessageKind.SYSTEM, MessageKind.UNSUPPORTED, MessageKind.ORDER)
]
# Which input belongs to which kind; a text may go with any of the others.
PARTS = {
    "template": MessageKind.TEMPLATE,
    "interactive": MessageKind.INTERACTIVE,
    "location": MessageKind.LOCATION,
    "contacts": MessageKind.CONTACT,
    "reaction": MessageKind.REACTION,
}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "additionalProperties": {}},
            {"type": "array", "items": {"type": "string"}},
        ]
    }
)
class Variables(JSONObject):
    """Values by name, or in the order of the numbers: `["Ana"]` is `{"1": "Ana"}`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the values by name."""
        if isinstance(data, list):
            data = {str(place): value for place, value in enumerate(data, 1)}
        return super().to_internal_value(data)


class TemplateIn(StrictSerializer):
    """An approved template and what fills it."""

    name = Text(max_length=512)
    language = Text(max_length=16, default="pt_BR")
    variables = Variables(
        default=dict, help_text="Por chave, como em `variables` de `whatsapp/templates/`."
    )


class ReactionIn(StrictSerializer):
    """An emoji for a message of this conversation; an empty one takes it away."""

    message_id = Id(help_text="`id` da mensagem, nesta API.")
    emoji = Text(max_length=32, allow_blank=True)


@extend_schema_field(CARDS)
class CardList(JSONObject):
    """Contact cards, see content_schema.py."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the cards."""
        if not isinstance(data, list):
            self.fail("invalid")
        return super().to_internal_value({"contacts": data})["contacts"]


@extend_schema_field(PLACE)
class PlaceObject(JSONObject):
    """A place."""


@extend_schema_field(ASKING)
class AskingObject(JSONObject):
    """A question with choices, a link or a request."""


class ContentIn(StrictSerializer):
    """The structured part of a location, of contacts or of a reaction."""

    location = PlaceObject(required=False, help_text="`{latitude, longitude, name?, address?}`")
    contacts = CardList(required=False, help_text="`[{name: {formatted_name}, phones: [{phone}]}]`")
    reaction = ReactionIn(required=False)


# More than any kind of channel carries.
MOST_FILES = 50


class MessageIn(StrictSerializer):
    """A message to be sent. `kind` may be left out: it follows from the other fields."""

    kind = OneOf(choices=SENDABLE, required=False)
    text = Text(max_length=100_000, required=False, allow_blank=True, trim_whitespace=False)
    client_id = Text(
        max_length=64,
        required=False,
        help_text="Seu identificador da mensagem: repeti-lo devolve a primeira.",
    )
    reply_to = Id(required=False, help_text="Mensagem citada, desta conversa.")
    attachment = Id(required=False, help_text="Anexo enviado antes em `anexos/`.")
    attachments = serializers.ListField(
        child=Id(),
        required=False,
        min_length=1,
        max_length=MOST_FILES,
        help_text="Vários anexos, onde o canal leva mais de um por mensagem.",
    )
    cc = serializers.ListField(
        child=Text(max_length=254),
        required=False,
        max_length=50,
        help_text="Endereços em cópia, em canais de e-mail. Voltam em `metadata.letter.copies`.",
    )
    template = TemplateIn(required=False)
    interactive = AskingObject(
        required=False,
        help_text=(
            "Uma pergunta com opções (`button`, `list`), um link (`cta_url`) ou um pedido"
            " (`location_request_message`, `contact_request`)."
        ),
    )
    content = ContentIn(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give a message its kind, and refuse parts of another kind, which would get lost."""
        content = attrs.get("content", {})
        parts = [name for name in PARTS if name in attrs or name in content]
        given = attrs.get("kind")
        named = [name for name in ("attachment", "attachments") if name in attrs]
        if len(parts) + len(named) > 1:
            raise serializers.ValidationError({"kind": [_("Envie um conteúdo por mensagem.")]})
        if parts:
            implied = PARTS[parts[0]]
            if given not in (None, implied):
                sentence = _("Este campo não combina com o tipo da mensagem.")
                name = parts[0] if parts[0] in attrs else f"content.{parts[0]}"
                raise serializers.ValidationError({name: [sentence]})
            attrs["kind"] = implied
        elif named and given is not None and given not in MEDIA_KINDS:
            sentence = _("Este campo não combina com o tipo da mensagem.")
            raise serializers.ValidationError({named[0]: [sentence]})
        attrs.setdefault("kind", MessageKind.TEXT)
        return attrs


class UploadIn(StrictSerializer):
    """A file for a message that is being written."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)
    is_voice = Flag(
        required=False, default=False, help_text="Um áudio que vai como mensagem de voz."
    )
    is_sticker = Flag(
        required=False,
        default=False,
        help_text="Um WEBP que vai como figurinha; sem isto, vira foto.",
    )


class SeenIn(StrictSerializer):
    """Up to which message the reader saw."""

    up_to = Count(
        required=False, min_value=0, max_value=2**62, help_text="`seq`; sem ele, até a última."
    )


MESSAGE_EXAMPLES = [
    OpenApiExample(
        "Texto",
        value={"kind": "texto", "text": "Bom dia! Como posso ajudar?", "client_id": "a1b2"},
        request_only=True,
    ),
    OpenApiExample(
        "Modelo",
        value={
            "kind": "template",
            "template": {
                "name": "lembrete_consulta",
                "language": "pt_BR",
                "variables": {"1": "Joana", "2": "amanhã às 10h"},
            },
        },
        request_only=True,
    ),
    OpenApiExample(
        "Botões",
        value={
            "kind": "interativo",
            "interactive": {
                "type": "button",
                "body": {"text": "Confirma a consulta?"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "sim", "title": "Sim"}},
                        {"type": "reply", "reply": {"id": "nao", "title": "Não"}},
                    ]
                },
            },
        },
        request_only=True,
    ),
    OpenApiExample(
        "Localização",
        value={
            "kind": "localizacao",
            "content": {"location": {"latitude": -25.43, "longitude": -49.27, "name": "Clínica"}},
        },
        request_only=True,
    ),
    OpenApiExample(
        "Reação",
        value={
            "kind": "reacao",
            "content": {
                "reaction": {
                    "message_id": "0192f0c1-0000-7000-8000-000000000000",
                    "emoji": "👍",
                }
            },
        },
        request_only=True,
    ),
]
