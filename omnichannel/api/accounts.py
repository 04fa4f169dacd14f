"""What a channel's account takes over the API, as its kind declares it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from common.api.fields import JSONObject
from omnichannel.services.accounts import AccountRefused
from providers.account import UNKNOWN, Field
from providers.offers import Offer, offers
from providers.registry import shape_of


class AccountPart(JSONObject):
    """Settings or secrets of a channel by name; the service reads them as the kind declares."""

    # AccountPartSchema says more of it than JSONObject's annotation, which would go before.
    _spectacular_annotation: ClassVar[dict[str, Any]] = {}

    def __init__(self, *, is_secret: bool, **options: Any) -> None:
        super().__init__(**options)
        self.is_secret = is_secret


def owner_check(kind: str, given: dict[str, Any]) -> None:
    """Refuse what only the owner of the installation may set. Raises AccountRefused."""
    fields = shape_of(kind).fields
    theirs = {one.name: one for one in fields if one.is_for_owner and not one.column}
    names = theirs.keys() & {*given.get("settings", {}), *given.get("credentials", {})}
    if names:
        raise AccountRefused(fields={theirs[name].path: [UNKNOWN] for name in sorted(names)})


def column_words(column: str) -> str:
    """Say which kinds take a column of Channel, and as what."""
    kinds = [
        f"{one.label}: {field.label}. {field.help}"
        for one in offers()
        for field in one.fields
        if field.column == column
    ]
    return " ".join(["Só nos tipos que o pedem.", *kinds])


class AccountPartSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Shows in the document what each kind takes."""

    target_class = AccountPart

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Return one object a kind, or a choice of it; an empty one fits all, so any may match."""
        shown = [_object(one, is_secret=self.target.is_secret) for one in offers()]
        return {"anyOf": [one for one in shown if one["properties"]] or [{"type": "object"}]}


def _object(offer: Offer, *, is_secret: bool) -> dict[str, Any]:
    fields = [
        one
        for one in offer.fields
        if one.is_secret == is_secret and not one.column and not one.is_for_owner
    ]
    return {
        "type": "object",
        "title": offer.label,
        "additionalProperties": False,
        "properties": {one.name: _value(one) for one in fields},
    }


def _value(one: Field) -> dict[str, Any]:
    words = [str(one.label), str(one.help), str(_("Obrigatório.")) if one.is_required else ""]
    shown: dict[str, Any] = {"description": " ".join(f"{w.rstrip('.')}." for w in words if w)}
    if one.input == "flag":
        return {"type": "boolean", **shown}
    shown = {"type": "string", "maxLength": one.max_length, **shown}
    if one.input == "choice":
        shown["enum"] = [value for value, _words in one.choices]
    if one.pattern:
        # Empty takes a setting away, and keeps a secret.
        shown["pattern"] = f"^(?:{one.pattern})?$"
    if one.is_secret:
        shown |= {"format": "password", "writeOnly": True}
    if one.example:
        shown["example"] = one.example
    return shown
