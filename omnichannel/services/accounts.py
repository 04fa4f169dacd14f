"""What a person gives of a channel's account, read as the kind declares it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.crypto import SecretUnreadable
from common.errors import DomainError
from omnichannel.models import Channel
from providers import registry
from providers.account import UNKNOWN, Field
from providers.outgoing import Account

# 128 bits, as 22 letters of an address.
KEY_BYTES = 16


class AccountRefused(DomainError):
    """What was given is not what the kind of channel needs; `fields` says where, by Field.path."""

    code = "dados_invalidos"
    status = 400
    message = _("Confira os campos indicados.")


class CredentialsUnreadable(DomainError):
    """The secrets were sealed with a key that is gone."""

    code = "credencial_ilegivel"
    message = _("As credenciais do canal não podem ser lidas. Informe-as de novo.")


def columns_check(channel: Channel, names: Iterable[str]) -> None:
    """Refuse columns that the kind does not declare: it does not know them, or only the provider
    says them. Raises AccountRefused.
    """
    known = {one.column for one in registry.shape_of(channel.kind).columns()}
    if foreign := set(names) - known:
        raise AccountRefused(fields={name: [UNKNOWN] for name in sorted(foreign)})


def account_take(
    channel: Channel, settings: Mapping[str, Any], credentials: Mapping[str, Any]
) -> list[str]:
    """Read what was given as the kind needs it, into a channel that the caller saves. Return the
    names of what changed, without values. Raises AccountRefused.
    """
    shape = registry.shape_of(channel.kind)
    kept_settings, kept_secrets = channel.settings, secrets_of(channel)
    # A channel that is being made was in no currency yet.
    currency = None if channel._state.adding else channel.whole_settings().get("currency")
    given = shape.read(
        settings,
        credentials,
        kept_settings=kept_settings,
        kept_secrets=kept_secrets,
        columns={one.column: getattr(channel, one.column) for one in shape.columns()},
    )
    if given.errors:
        raise AccountRefused(fields=given.errors)
    if given.secrets != kept_secrets:
        channel.credentials = given.secrets
    channel.settings = given.settings
    if (chosen := channel.whole_settings().get("currency")) and chosen != currency:
        # It holds until the provider names another.
        channel.currency = chosen
    if shape.account_id is not None:
        channel.account_id = shape.account_id(channel.whole_settings())
    if shape.makes_id is not None and not channel.account_id:
        channel.account_id = shape.makes_id()
    if channel.door_key is None and registry.has_door_key(channel.kind):
        channel.door_key = key_new()
    return _changed("settings", kept_settings, given.settings) + _changed(
        "credentials", kept_secrets, given.secrets
    )


def account_identity(channel: Channel) -> tuple[Any, ...]:
    """Return what a proof was about: another value of any of it proves nothing."""
    shape = registry.shape_of(channel.kind)
    if shape.makes_id is not None:
        # Nobody else can speak for it, whatever it holds.
        return channel.kind, channel.account_id
    named = shape.naming(channel.whole_settings())
    return channel.kind, channel.account_id, named, secrets_of(channel)


def lacking(channel: Channel) -> list[Field]:
    """Return the required secrets that nobody gave yet, or that no key opens."""
    return registry.shape_of(channel.kind).lacking(channel.settings, secrets_of(channel))


def account_open(channel: Channel) -> Account:
    """Return a channel's account, to ask its provider. Raises CredentialsUnreadable."""
    try:
        return channel.account()
    except SecretUnreadable as exc:
        raise CredentialsUnreadable from exc


def secrets_of(channel: Channel) -> dict[str, Any]:
    """Return a channel's secrets, none when no key opens them."""
    try:
        return dict(channel.credentials)
    except SecretUnreadable:
        # Sealed with a key that is gone: whoever gives them anew is heard.
        return {}


def key_new() -> str:
    """Return a new key for a channel's webhook address."""
    return secrets.token_urlsafe(KEY_BYTES)


def _changed(of: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = sorted(before.keys() | after.keys())
    return [f"{of}.{name}" for name in names if before.get(name) != after.get(name)]
