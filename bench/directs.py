"""Webhook bodies of Instagram and Messenger as Meta posts them, about invented people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# The app that the product sends by, in these runs.
APP_ID = "100000000000009"
OBJECTS = ("instagram", "page")


@dataclass(frozen=True)
class DirectAccount:
    """An Instagram account or a Page of one company."""

    account_id: str
    obj: str


def direct_account(number: int, obj: str) -> DirectAccount:
    """Give the number-th company's account; the same number gives the same one."""
    return DirectAccount(f"{'1784' if obj == 'instagram' else '1000'}{number:013d}", obj)


def person(number: int) -> str:
    """Give the id of the number-th person."""
    return f"999{number:013d}"


def said(
    to: DirectAccount, sender: int, mid: str, moment: int, *, by: str = "", app_id: str = ""
) -> bytes:
    """Give a body with one message: of a person or, with `by`, an echo of the clinic's (`app`) or
    of our own (`us`).
    """
    ends = [{"id": person(sender)}, {"id": to.account_id}]
    message: dict[str, Any] = {"mid": mid, "text": f"Oi {mid}"}
    if by:
        ends.reverse()
        message["is_echo"] = True
    if app_id:
        message["app_id"] = app_id
    event = {"sender": ends[0], "recipient": ends[1], "timestamp": moment * 1000}
    return envelope(to, {"messaging": [{**event, "message": message}]}, moment)


def comment(to: DirectAccount, sender: int, key: str, moment: int, *, is_boosted: bool) -> bytes:
    """Give a body with one comment, as a boosted post tells it a second time."""
    if to.obj == "page":
        value: dict[str, Any] = {
            **{"item": "comment", "verb": "add", "comment_id": key, "post_id": "1_1"},
            **{"from": {"id": person(sender), "name": "Rita Lago"}, "message": "Quanto custa?"},
            "created_time": moment,
        }
        if is_boosted:
            value["post"] = {"promotion_status": "active"}
        change = {"field": "feed", "value": value}
    else:
        media = {"id": "55", **({"ad_id": "9", "ad_title": "Anúncio"} if is_boosted else {})}
        who = {"id": person(sender), "username": f"p{sender}"}
        value = {"id": key, "text": "Quanto custa?", "from": who, "media": media}
        change = {"field": "comments", "value": value}
    return envelope(to, {"changes": [change]}, moment)


def envelope(to: DirectAccount, box: dict[str, Any], moment: int) -> bytes:
    """Give a body as Meta writes it."""
    entry = {"id": to.account_id, "time": moment, **box}
    return json.dumps({"object": to.obj, "entry": [entry]}, separators=(",", ":")).encode()
