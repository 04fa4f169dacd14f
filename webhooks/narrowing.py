"""Taking what names a person out of a body that others may still need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson


def without(body: bytes, values: Sequence[str], accounts: Sequence[str]) -> bytes:
    """Return a body without the innermost items of its lists that hold one of `values`, where they
    belong to one of `accounts`. One that is no JSON is emptied: nobody can read it, or tell whose
    else it would be. One without such an item is returned as it came.
    """
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return b""
    if not isinstance(payload, dict) or not isinstance(payload.get("entry"), list):
        return b""
    entries = [_entry(entry, values, accounts) for entry in payload["entry"]]
    if entries == payload["entry"]:
        return body
    return orjson.dumps({**payload, "entry": entries})


def _entry(entry: Any, values: Sequence[str], accounts: Sequence[str]) -> Any:
    """Narrow one entry; an account is named by the entry, or by the metadata of each change."""
    if not isinstance(entry, dict):
        return entry
    if str(entry.get("id")) in accounts:
        return _narrow(entry, values)
    changes = entry.get("changes")
    if not isinstance(changes, list):
        return entry
    kept = [_narrow(one, values) if _holds(one, accounts) else one for one in changes]
    return {**entry, "changes": kept}


def _narrow(node: Any, values: Sequence[str], *, is_item: bool = False) -> Any:
    """Drop the innermost items that name somebody; words outside of any list are emptied."""
    if isinstance(node, dict):
        return {key: _narrow(child, values, is_item=is_item) for key, child in node.items()}
    if isinstance(node, list):
        narrowed = [_narrow(child, values, is_item=True) for child in node]
        return [child for child in narrowed if not _holds(child, values)]
    return "" if not is_item and _holds(node, values) else node


def _holds(node: Any, values: Sequence[str]) -> bool:
    text = orjson.dumps(node).decode()
    return any(value in text for value in values)
