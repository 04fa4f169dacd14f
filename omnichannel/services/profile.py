"""The public business profile of a number. It lives at the provider; nothing is kept here."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import DomainError
from omnichannel.models import Channel
from omnichannel.services.proving import proof_check
from providers import registry
from providers.base import Profile
from providers.outgoing import SendError


def profile_read(*, channel: Channel) -> dict[str, Any]:
    """Return the profile as the provider has it. Raises NotProven, and DomainError when it
    refuses.
    """
    proof_check(channel)
    try:
        return registry.face_of(channel.kind, Profile).profile(channel.account())
    except SendError as exc:
        raise DomainError(exc.detail, code=exc.code) from exc


def profile_update(
    *, channel: Channel, actor: Membership, changes: dict[str, Any]
) -> dict[str, Any]:
    """Change the profile and return it. Raises NotProven, ContentRefused, and DomainError when the
    provider refuses.
    """
    proof_check(channel)
    try:
        profile = registry.face_of(channel.kind, Profile).profile_update(channel.account(), changes)
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
