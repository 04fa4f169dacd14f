"""The cache: how values stand in it, and what happens while it hangs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from common.away import Patience

# Nothing is true only in the cache, so a request does without it rather than wait again.
_patience = Patience(seconds=5.0)


class JsonSerializer:
    """Keeps numbers, texts, lists and dicts of them; nothing that comes back can be code."""

    def dumps(self, value: Any) -> bytes | int:
        """Write a value; a number stays one, for INCR."""
        if type(value) is int:
            return value
        return orjson.dumps(value)

    def loads(self, data: bytes) -> Any:
        """Read a value; what another version wrote in another form is as good as missing."""
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return None


def _patient(name: str) -> Callable[..., Any]:
    call = getattr(RedisCacheClient, name)

    @wraps(call)
    def once(self: Any, *args: Any, **kwargs: Any) -> Any:
        with _patience.spent():
            return call(self, *args, **kwargs)

    return once


class PatientClient(RedisCacheClient):
    """Django's client, whose every call fails at once for some seconds after one that hung.

    Raises RedisError, as Django's does.
    """

    add = _patient("add")
    get = _patient("get")
    set = _patient("set")
    touch = _patient("touch")
    delete = _patient("delete")
    get_many = _patient("get_many")
    has_key = _patient("has_key")
    incr = _patient("incr")
    set_many = _patient("set_many")
    delete_many = _patient("delete_many")
    clear = _patient("clear")


class PatientCache(RedisCache):
    """Django's cache in Redis (the setting CACHES names it)."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PatientClient
