"""A provider's body with its people covered: what it is stays readable, who and what they said does
not. Pure.

The rule is to show only what is known to be harmless. Names of members, numbers, truth values and
the provider's own words (types, statuses, codes, ids of our accounts) stay; every other text is
covered. So a field that a provider adds tomorrow is covered without anybody thinking of it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from webhooks.reading import Unreadable, decode

COVER = "•••"
HEAD = 64
# Members whose text is the provider's vocabulary or the id of an account or object.
PLAIN = frozenset(
    {
        "object",
        "field",
        "messaging_product",
        "phone_number_id",
        "waba_id",
        "type",
        "status",
        "event",
        "timestamp",
        "time",
        "mime_type",
        "sha256",
        "animated",
        "voice",
        "code",
        "category",
        "pricing_model",
        "pricing_category",
        "billable",
        "expiration_timestamp",
        "source_type",
        "media_type",
        "message_template_id",
        "message_template_name",
        "message_template_language",
        "message_template_category",
        "reason",
        "severity",
        "decision",
        "quality_score",
        "previous_category",
        "new_category",
        "ban_state",
        "current_limit",
        "old_limit",
        "platform_type",
        "version",
        "currency",
        "language",
        "format",
        "parameter_format",
        "violation_type",
        "restriction_type",
        "origin_type",
    }
)
# These name a message, a file or an account, and are needed to find it.
IDENTIFIERS = frozenset({"id", "message_id", "original_message_id"})
# Under these an `id` is a person's.
PEOPLE = frozenset({"sender", "recipient", "from", "to", "user", "contacts", "phones"})
MEMBER = re.compile(r"(?!.*\d{5})[A-Za-z_][A-Za-z0-9_.-]{0,59}")
# Beyond this a description stops telling anything and starts costing.
DEEPEST = 60


def masked(value: Any, path: tuple[str, ...] = ()) -> Any:
    """Return the JSON value with every text of people covered; structure, members, small numbers
    and types stay. `path` is the names of the members that lead to the value.
    """
    if len(path) > DEEPEST:
        return COVER
    if isinstance(value, dict):
        return {_member(name): masked(inner, (*path, str(name))) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, path) for inner in value]
    key = path[-1] if path else ""
    if isinstance(value, str):
        return _text(value, key, path[-2] if len(path) > 1 else "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, key)
    return value


def masked_body(body: bytes) -> str:
    """Return a body for people to read, covered. One that is not JSON shows its length and how it
    begins, as hex.
    """
    try:
        return json.dumps(masked(decode(body)), ensure_ascii=True, indent=2).replace("\\u2022", "•")
    except (Unreadable, RecursionError):
        return unparsable(body)


def whole_body(body: bytes) -> str:
    """Return a body for people to read, all of it."""
    try:
        shown = json.dumps(decode(body), ensure_ascii=False, indent=2)
    except (Unreadable, RecursionError):
        return body.decode("utf-8", "backslashreplace")
    # Lone surrogates are legal JSON but no text that a page could carry.
    return shown.encode("utf-8", "replace").decode()


def unparsable(body: bytes) -> str:
    """Describe bytes that are no JSON: their number and, as hex, how they begin."""
    return f"{len(body)} bytes; {body[:HEAD].hex(' ')}{' …' if len(body) > HEAD else ''}"


def _text(value: str, key: str, parent: str) -> str:
    if key in PLAIN and _is_word(value):
        return value
    if key in IDENTIFIERS and parent not in PEOPLE:
        return _identifier(value)
    return f"{COVER} ({len(value)})" if value else value


def _identifier(value: str) -> str:
    """Show accounts and files, which are long plain numbers, and the random end of message ids:
    Meta's hold the person's number in their first half.
    """
    if value.startswith("wamid.") and _is_word(value):
        return f"wamid.{COVER}{value[-10:] if len(value) > 40 else ''}"
    return value if value.isascii() and value.isdigit() and len(value) > 13 else COVER


def _is_word(value: str) -> bool:
    """Whether a text is one technical word, not something a person wrote."""
    return len(value) <= 200 and value.isascii() and not any(c.isspace() for c in value)


def _number(value: float, key: str) -> Any:
    # Places are fractions, and a phone may come as a number too.
    is_small = isinstance(value, int) and abs(value) < 10**6
    return value if key in PLAIN or is_small else COVER


def _member(name: Any) -> str:
    """Show a member's name, unless a person's number is used as one."""
    return str(name) if MEMBER.fullmatch(str(name)) else COVER
