"""A provider's delivery with its people covered: what it is stays readable, who and what they said
does not. Pure.

The rule is to show only what the kind calls harmless (providers/harmless.py): names of members,
small numbers, truth values and the provider's own words stay; every other text is covered. Of a
kind that says nothing, nothing is shown but the size.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from providers.delivery import Delivery, Unreadable, json_value
from providers.harmless import COVER, Harmless, is_word

HEAD = 64
MEMBER = re.compile(r"(?!.*\d{5})[A-Za-z_][A-Za-z0-9_.-]{0,59}")
# Beyond this a description stops telling anything and starts costing.
DEEPEST = 60
# More than this is no page.
LONGEST = 4 * 1024 * 1024
FORM = "application/x-www-form-urlencoded"
FIELD = re.compile(rb"[A-Za-z_][A-Za-z0-9_.-]{0,59}=")


def masked(value: Any, harmless: Harmless, path: tuple[str, ...] = ()) -> Any:
    """Return the JSON value with every text of people covered; structure, members, small numbers
    and types stay. `path` is the names of the members that lead to the value.
    """
    if len(path) > DEEPEST:
        return COVER
    if isinstance(value, dict):
        return {
            _member(name): masked(inner, harmless, (*path, str(name)))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [masked(inner, harmless, path) for inner in value]
    key = path[-1] if path else ""
    if isinstance(value, str):
        return _text(value, harmless, key, path[-2] if len(path) > 1 else "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, harmless, key)
    return value


def masked_delivery(delivery: Delivery, harmless: Harmless | None) -> str:
    """Return a delivery for people to read, covered: what its request says, then its body."""
    return _both(_request(delivery, harmless), _masked_body(delivery, harmless))


def whole_delivery(delivery: Delivery) -> str:
    """Return a delivery for people to read, all of it but the secrets: its address has the key, and
    some headers are passwords.
    """
    lines = _request(delivery, Harmless())[:1]
    lines += [f"?{delivery.query}"] if delivery.query else []
    return _both(lines, _whole_body(delivery.body))


def unparsable(body: bytes) -> str:
    """Describe bytes that are not what they should be: their number and, as hex, how they begin."""
    return f"{len(body)} bytes; {body[:HEAD].hex(' ')}{' …' if len(body) > HEAD else ''}"


# --- body ----------------------------------------------------------------------------------------


def _masked_body(delivery: Delivery, harmless: Harmless | None) -> str:
    body = delivery.body
    if harmless is None or len(body) > LONGEST:
        return f"{len(body)} bytes"
    if not body:
        return ""
    try:
        return _written(masked(_read(delivery), harmless))
    except (Unreadable, RecursionError, UnicodeDecodeError):
        return unparsable(body)


def _read(delivery: Delivery) -> Any:
    """Return the fields of a form, also of one that does not say it is one, or a JSON value. Raises
    Unreadable, RecursionError, UnicodeDecodeError.
    """
    if delivery.media_type != FORM:
        try:
            return json_value(delivery.body)
        except Unreadable:
            if not FIELD.match(delivery.body):
                raise
    return _fields(delivery.body.decode())


def _whole_body(body: bytes) -> str:
    try:
        shown = json.dumps(json_value(body[: LONGEST + 1]), ensure_ascii=False, indent=2)
    except (Unreadable, RecursionError):
        shown = body[:LONGEST].decode("utf-8", "backslashreplace")
    # Lone surrogates are legal JSON but no text that a page could carry.
    return shown.encode("utf-8", "replace").decode() + (" …" if len(body) > LONGEST else "")


def _fields(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, indent=2).replace("\\u2022", "•")


# --- request -------------------------------------------------------------------------------------


def _request(delivery: Delivery, harmless: Harmless | None) -> list[str]:
    """Return method and address, the key covered, and the names of the headers."""
    if not delivery.address:
        return []
    path, _mark, query = delivery.address.partition("?")
    lines = [f"{delivery.method} {path.replace(delivery.key, COVER) if delivery.key else path}"]
    if query and harmless is not None:
        lines.append(_written(masked(_fields(query), harmless)))
    lines += [
        f"{name}: {value if name == 'content-type' and is_word(value) else COVER}"
        for name, value in sorted(delivery.headers.items())
    ]
    return lines


def _both(lines: list[str], body: str) -> str:
    return "\n".join([*lines, "", body] if lines else [body])


# --- values --------------------------------------------------------------------------------------


def _text(value: str, harmless: Harmless, key: str, parent: str) -> str:
    if key in harmless.words and is_word(value):
        return value
    if key in harmless.ids and parent not in harmless.people:
        return harmless.shown_id(value)
    return f"{COVER} ({len(value)})" if value else value


def _number(value: float, harmless: Harmless, key: str) -> Any:
    # Places are fractions, and a phone may come as a number too.
    is_small = isinstance(value, int) and abs(value) < 10**6
    return value if key in harmless.words or is_small else COVER


def _member(name: Any) -> str:
    """Show a member's name, unless a person's number is used as one."""
    return str(name) if MEMBER.fullmatch(str(name)) else COVER
