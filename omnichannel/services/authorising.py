"""Connecting a channel by its owner's login at the provider: the same claim and the same proof as
by a form, with an account and credentials that the provider gives.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership
from common.errors import DomainError
from omnichannel.models import Channel
from omnichannel.services.channels import ENDS_AT, channel_save
from omnichannel.services.proving import channel_validate
from providers import registry
from providers.authorising import Authorised, Authorising
from providers.outgoing import SendError

# 256 bits, said back by the provider.
STATE_BYTES = 32


class AnotherAccount(DomainError):
    """The login opened other accounts than the channel's own."""

    code = "outra_conta"
    message = _(
        "O login não dá acesso à conta deste canal. Entre com quem administra a conta e permita-a."
    )


class NoAccount(DomainError):
    """The login opened nothing that can be a channel."""

    code = "sem_conta"
    message = _(
        "O login não dá acesso a nenhuma conta que possa ser um canal. Confira se escolheu a Página"
        " e se a conta é profissional."
    )


@dataclass(frozen=True, slots=True)
class LoginBegun:
    """A login that began: what the provider must say back, and where the person goes."""

    state: str
    url: str


def login_words(kind: str, chosen: Mapping[str, Any]) -> Any:
    """Return the words of the button that begins, "" where a channel has no login."""
    if not registry.has_face(kind, Authorising):
        return ""
    return registry.face_of(kind, Authorising).authorise_words(chosen)


def login_begin(*, kind: str, chosen: Mapping[str, Any], address: str) -> LoginBegun:
    """Begin a login that returns to `address`. Raises ContentRefused where the kind has none."""
    state = secrets.token_urlsafe(STATE_BYTES)
    face = registry.face_of(kind, Authorising)
    return LoginBegun(state, face.authorise_url(chosen, state=state, address=address))


def login_accounts(
    *, kind: str, chosen: Mapping[str, Any], code: str, address: str, wanted: str = ""
) -> Sequence[Authorised]:
    """Return the accounts that a code opens, only `wanted` where a channel is connected again.
    Raises DomainError, AnotherAccount, NoAccount.
    """
    face = registry.face_of(kind, Authorising)
    try:
        found = face.authorised(chosen, code=code, address=address)
    except SendError as refused:
        raise DomainError(refused.detail, code=refused.code) from refused
    if wanted:
        found = [one for one in found if one.account_id == wanted]
        if not found:
            raise AnotherAccount
    if not found:
        raise NoAccount
    return found


def account_connect(
    *,
    company: Company,
    actor: Membership | None,
    kind: str,
    chosen: Mapping[str, Any],
    account: Authorised,
) -> Channel:
    """Connect an account: the company's channel of it gets the new credentials, or a new one is
    made; the provider's answer proves it, and one that was down is subscribed again. Raises what
    saving and validating raise.
    """
    rows = Channel.objects.for_company(company).filter(kind=kind, account_id=account.account_id)
    known = rows.first()
    values: dict[str, Any] = {"settings": {**chosen, **account.settings}}
    values["credentials"] = dict(account.secrets)
    if known is None:
        values |= {"kind": kind, "name": account.name or account.account_id}
        values["account_id"] = account.account_id
        values |= account.columns
    channel = channel_save(company=company, actor=actor, channel=known, **values)
    channel_validate(channel=channel, actor=actor)
    if account.ends_at is not None:
        _ends_keep(channel, int(account.ends_at.timestamp()))
    return channel


@transaction.atomic
def _ends_keep(channel: Channel, ends: int) -> None:
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    held.health = {**held.health, ENDS_AT: ends}
    held.save(update_fields=["health", "updated_at"])
    channel.health = held.health
