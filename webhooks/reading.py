"""From bytes to facts."""

from __future__ import annotations

import json

import orjson

from omnichannel.adapters.facts import Parsed
from omnichannel.adapters.registry import ADAPTERS
from webhooks.models import InboundEvent


class Unreadable(Exception):
    """The body is not what its provider documents; the text says what is wrong, never what it
    holds.
    """


def decode(body: bytes) -> object:
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


def read(event: InboundEvent) -> list[Parsed]:
    """Return the facts of an event, in the order of the body. Raises Unreadable."""
    payload = decode(bytes(event.body))
    if not isinstance(payload, dict):
        raise Unreadable("não é um objeto JSON")
    adapter = ADAPTERS.get(event.source)
    if adapter is None:
        raise Unreadable("canal ainda não atendido por esta instalação")
    return list(adapter.parse(payload, received_at=event.created_at))
