"""Fields and serializers that take a value only as what it is: no number is a string, no unknown
name is ignored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

JSON_LIMIT = 16 * 1024
JSON_DEPTH = 12


def moment_shown(moment: datetime | None) -> str | None:
    """Write a moment as DRF's DateTimeField does: by the open clock, ISO 8601, UTC as Z."""
    if moment is None:
        return None
    written = moment.astimezone(timezone.get_current_timezone()).isoformat()
    return f"{written[:-6]}Z" if written.endswith("+00:00") else written


def id_shown(row_id: UUID | None) -> str | None:
    """Write the id of a row that may be none."""
    return None if row_id is None else str(row_id)


class StrictSerializer(serializers.Serializer[Any]):
    """An input: names it does not declare are refused, so nothing else can be assigned."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the declared fields. Raises ValidationError naming every other one."""
        if isinstance(data, dict) or hasattr(data, "keys"):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = [str(name)[:60] for name in data if name not in known]
            if unknown:
                sentence = _("Este campo não existe ou não pode ser alterado.")
                raise serializers.ValidationError({name: [sentence] for name in unknown})
        return super().to_internal_value(data)


class NoInput(StrictSerializer):
    """The input of an act that takes none."""


class Text(serializers.CharField):
    """A string; numbers and booleans are not turned into one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Pattern(serializers.RegexField):
    """A string of a given form."""

    def to_internal_value(self, data: Any) -> str:
        """Return the string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(
    {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"}
)
class Clock(serializers.TimeField):
    """A time of day without a zone, which JSON Schema's own format of that name wants."""


class Email(serializers.EmailField):
    """An e-mail address, as a string."""

    def to_internal_value(self, data: Any) -> str:
        """Return the string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class OneOf(serializers.ChoiceField):
    """One of the stored values, as a string."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the stored value."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input="")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """JSON's true or false; in a form, the words."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the boolean."""
        in_form = isinstance(data, str) and hasattr(
            getattr(self.parent, "initial_data", None), "getlist"
        )
        if not isinstance(data, bool) and not in_form and not (data is None and self.allow_null):
            self.fail("invalid", input=data)
        return super().to_internal_value(data)


class Count(serializers.IntegerField):
    """A JSON integer."""

    def to_internal_value(self, data: Any) -> int:
        """Return the integer."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    """An id, as a string."""

    def to_internal_value(self, data: Any) -> UUID:
        """Return the id."""
        if not isinstance(data, str):
            self.fail("invalid", value="")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.OBJECT)
class JSONObject(serializers.Field):  # type: ignore[type-arg]
    """A JSON object of bounded size and depth, without NUL, which PostgreSQL does not store."""

    default_error_messages = {  # noqa: RUF012
        "invalid": _("Envie um objeto JSON."),
        "too_large": _("O objeto passa de %(limit)s bytes.") % {"limit": JSON_LIMIT},
        "too_deep": _("O objeto tem níveis demais."),
        "null": _("O texto não pode ter o caractere nulo."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the object."""
        if not isinstance(data, dict):
            self.fail("invalid")
        if len(orjson.dumps(data)) > JSON_LIMIT:
            self.fail("too_large")
        self._walk(data, 1)
        return data

    def to_representation(self, value: Any) -> Any:
        """Return it as stored."""
        return value

    def _walk(self, value: Any, depth: int) -> None:
        if depth > JSON_DEPTH:
            self.fail("too_deep")
        if isinstance(value, str) and "\x00" in value:
            self.fail("null")
        if isinstance(value, dict):
            for key, item in value.items():
                self._walk(key, depth)
                self._walk(item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                self._walk(item, depth + 1)


class SearchIn(StrictSerializer):
    """Words that must not stand in an address."""

    q = Text(max_length=100)
