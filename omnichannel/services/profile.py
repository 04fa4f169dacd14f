"""The public business profile of a number. It lives at the provider; nothing is kept here."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import DomainError
from omnichannel.adapters import registry
from omnichannel.adapters.outgoing import SendError
from omnichannel.models import Channel


def profile_read(*, channel: Channel) -> dict[str, Any]:
    """Return the profile as the provider has it. Raises DomainError when it refuses."""
    try:
        return registry.adapter_for(channel.kind).profile(channel.account())
    except SendError as exc:
        raise DomainError(exc.detail, code=exc.code) from exc


def profile_update(
    *, channel: Channel, actor: Membership, changes: dict[str, Any]
) -> dict[str, Any]:
    """Change the profile and return it. Raises ContentRefused, and DomainError when the provider
    refuses.
    """
    try:
        profile = registry.adapter_for(channel.kind).profile_update(channel.account(), changes)
    except SendError as exc:
        raise DomainError(exc.detail, code=exc.code) from exc
    audit_record(
        company=channel.company_id,
        actor=actor.user,
        action="canal.perfil_alterado",
        target=channel,
        detail={"campos": sorted(changes)},
    )
    return profile
