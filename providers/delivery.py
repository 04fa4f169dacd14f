"""One request of a provider, as it came, and what its body can be read as."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

ADDRESS = re.compile(r"/(?:api/v1/)?webhooks/[a-z]+/([^/?]+)/?(?:\?|$)")
# Providers send a few dozen fields; each part of several media is one.
MOST_FIELDS = 1000


class Unreadable(Exception):
    """The body is not what its provider documents; the text says what is wrong, never what it
    holds.
    """


@dataclass(slots=True)
class Delivery:
    """One request of a provider.

    address   path and query as they were asked for, still percent-encoded ("/webhooks/sms/K/?a=1");
              "" where the door has no key: then it says no more than the kind
    headers   those that the door asks for (`Door.headers`), names in lower case; one that came
              twice is joined by ", ", so no signature fits it
    """

    method: str = "POST"
    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def key(self) -> str:
        """The key in the address, "" where there is none."""
        found = ADDRESS.match(self.address) if self.address else None
        return found[1] if found else ""

    @property
    def query(self) -> str:
        """What follows the address's question mark, as it came."""
        return self.address.partition("?")[2]

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters; "" when the door does not ask for
        "content-type".
        """
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the JSON value of the body. Raises Unreadable."""
        return json_value(self.body)

    def json_object(self) -> dict[str, Any]:
        """Return the JSON object that the body is. Raises Unreadable."""
        value = self.json()
        if not isinstance(value, dict):
            raise Unreadable("não é um objeto JSON")
        return value

    def form(self) -> dict[str, str]:
        """Return the fields of a form body, of a name that came twice the last. Raises Unreadable
        for too many of them.
        """
        return _fields(self.body.decode("utf-8", "replace"))

    def parameters(self) -> dict[str, str]:
        """Return the fields of the query. Raises Unreadable for too many of them."""
        return _fields(self.query)


def json_value(body: bytes) -> Any:
    """Return the JSON value of a body. Raises Unreadable.

    What the strict parser refuses (NaN, lone surrogates, huge numbers) is given to the lenient one,
    so that one odd character does not cost a batch.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body)
    except RecursionError:
        raise Unreadable("JSON aninhado demais") from None
    except ValueError:
        raise Unreadable("não é JSON") from None


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unreadable("campos demais no formulário") from None
    return dict(pairs)
