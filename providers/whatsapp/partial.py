"""Messages that are not in their documented shape: what is known of them is kept and shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from providers.facts import Json, ProviderFault
from providers.tolerant import ident, label, mapping, text

# Where the kinds keep what a person would read, in the order it is read.
TELLING = (
    *("caption", "body", "text", "title", "description", "name", "address", "filename"),
    *("formatted_name", "phone", "payload", "response_json"),
)
LINES = 20


def kind_of(raw: Json, known: Iterable[str]) -> Any:
    """Return a message's type; one that names none is of the kind whose object it brings."""
    kind = raw.get("type")
    if isinstance(kind, str) and kind:
        return kind
    return next((name for name in known if isinstance(raw.get(name), dict | list)), kind)


def unsupported(raw: Json, kind: Any, errors: Iterable[ProviderFault]) -> Json:
    """Return what is told of a message of a kind we cannot show."""
    shown: Json = {"type": label(kind)}
    if inner := label(mapping(raw.get("unsupported")).get("type")):
        shown["inner_type"] = inner
    told = [{"code": one.code, "title": one.title, "detail": one.detail} for one in errors]
    return {**shown, "errors": told} if told else shown


def words_of(raw: Json, kind: Any) -> str:
    """Return the words that a message without its documented shape still brings."""
    if not isinstance(kind, str):
        return ""
    lines = dict.fromkeys(_words(raw.get(kind), 4))
    return "\n".join(list(lines)[:LINES])


def _words(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, list) and depth:
        for one in value[:LINES]:
            yield from _words(one, depth - 1)
    elif isinstance(value, dict) and depth:
        for key in TELLING:
            yield from _words(value.get(key), depth - 1)
        for key, one in list(value.items())[:LINES]:
            if key not in TELLING and isinstance(one, dict | list):
                yield from _words(one, depth - 1)
    elif found := text(value).strip() or ident(value):
        yield found
