"""A person's additional fields as lines of text that staff can edit: "Convênio: Unimed"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from common.api.fields import JSON_LIMIT
from common.errors import DomainError


class CustomRefused(DomainError):
    """A line has no name, or all of them are too much."""

    code = "dados_adicionais_invalidos"
    status = 400
    message = _("Escreva um dado por linha, com nome e valor, como Convênio: Unimed.")


def lines_of(custom: Mapping[str, Any]) -> str:
    """Return one line for each field; values that are no plain text are written as JSON."""
    return "\n".join(_line(name, value) for name, value in custom.items())


def custom_read(
    text: str, *, shown: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the fields that lines name. A line that stands as it was `shown` keeps what is
    `stored`, of whatever type. Raises CustomRefused.
    """
    kept = {_line(name, value): name for name, value in shown.items()}
    found: dict[str, Any] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line in kept:
            found[kept[line]] = stored[kept[line]]
            continue
        name, colon, value = line.partition(":")
        if not (colon and name.strip()):
            raise CustomRefused
        found[name.strip()] = value.strip()
    if len(orjson.dumps(found)) > JSON_LIMIT:
        raise CustomRefused
    return found


def _line(name: str, value: Any) -> str:
    is_plain = isinstance(value, str) and value == value.strip() and len(value.splitlines()) <= 1
    return f"{name}: {value if is_plain else orjson.dumps(value).decode()}".strip()
