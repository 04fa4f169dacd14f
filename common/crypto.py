"""Secrets at rest: AES-256-GCM, one key id per value, bound to the row they belong to.

Keys come from CREDENTIALS_KEYS, `kid:base64,...`; the first seals, the others only open. A value
moved to another row or column does not open: table, column and primary key are authenticated with
it.
"""

from __future__ import annotations

import base64
import json
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

VERSION = "v1"


class SecretUnreadable(RuntimeError):
    """The value was sealed with a key we no longer have, or it was moved or altered."""


@lru_cache
def _ring(configured: tuple[str, ...]) -> dict[str, AESGCM]:
    ring: dict[str, AESGCM] = {}
    for item in configured:
        kid, _, encoded = item.partition(":")
        key = base64.b64decode(encoded, validate=True)
        if not kid or len(key) != 32:
            raise ImproperlyConfigured("CREDENTIALS_KEYS: each key is kid:base64 of 32 bytes")
        ring[kid] = AESGCM(key)
    if not ring:
        raise ImproperlyConfigured("CREDENTIALS_KEYS is empty: run `make run` once, or set it")
    return ring


def keyring() -> dict[str, AESGCM]:
    """Return key id -> cipher in the configured order. Raises ImproperlyConfigured on a bad
    setting.
    """
    return _ring(tuple(settings.CREDENTIALS_KEYS))


def current_key_id() -> str:
    """Return the id of the key that seals."""
    return next(iter(keyring()))


def seal(value: Any, place: str) -> str:
    """Encrypt a JSON value for one place ("table:column:pk") and return `v1:<kid>:<base64>`."""
    kid, nonce = current_key_id(), os.urandom(12)
    sealed = keyring()[kid].encrypt(nonce, json.dumps(value).encode(), place.encode())
    return f"{VERSION}:{kid}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(token: str, place: str) -> Any:
    """Decrypt what `seal` made for the same place. Raises SecretUnreadable."""
    version, _, rest = token.partition(":")
    kid, _, encoded = rest.partition(":")
    cipher = keyring().get(kid)
    if version != VERSION or cipher is None:
        raise SecretUnreadable(f"no key {kid!r}")
    try:
        raw = base64.b64decode(encoded, validate=True)
        return json.loads(cipher.decrypt(raw[:12], raw[12:], place.encode()))
    except (InvalidTag, ValueError) as exc:
        raise SecretUnreadable("altered or moved") from exc


class _Sealed:
    """Attribute that opens on reading and seals on saving."""

    def __init__(self, field: EncryptedJSONField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            # Left out by only() or defer(): an absent secret must not look like an empty one.
            instance.refresh_from_db(fields=[self.field.attname])
        stored = instance.__dict__[self.field.attname]
        if isinstance(stored, str) and stored.startswith(f"{VERSION}:"):
            return unseal(stored, self.field.place(instance))
        return {} if stored in (None, "") else stored

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]
    """A JSON object stored sealed. Opened only when the attribute is read, so lists stay cheap."""

    def place(self, instance: models.Model) -> str:
        """Name the only place where the value opens."""
        return f"{instance._meta.db_table}:{self.column}:{instance.pk}"

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        """Install the attribute."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, _Sealed(self))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Seal what is still open."""
        stored = model_instance.__dict__.get(self.attname)
        if isinstance(stored, str) and stored.startswith(f"{VERSION}:"):
            return stored
        token = seal(stored or {}, self.place(model_instance))
        model_instance.__dict__[self.attname] = token
        return token

    def get_prep_value(self, value: Any) -> Any:
        """Let only sealed values reach the database: update(), bulk_update() and lookups see the
        open one, and would store it so. Raises ValueError.
        """
        if isinstance(value, str) and value.startswith(f"{VERSION}:"):
            return value
        raise ValueError(f"{self.name} is sealed for its row: assign it and save()")

    def value_to_string(self, obj: models.Model) -> str:
        """Serialise sealed: a dump never holds an open secret."""
        return self.pre_save(obj, add=False)


def key_id_of(instance: models.Model, field_name: str) -> str:
    """Return the id of the key that sealed a stored value, "" when it is not sealed."""
    stored = instance.__dict__.get(field_name)
    return stored.split(":", 2)[1] if isinstance(stored, str) and stored.count(":") >= 2 else ""


def reseal(instance: models.Model, field_name: str) -> None:
    """Seal a stored value again with the current key; the caller saves."""
    instance.__dict__[field_name] = getattr(instance, field_name)
