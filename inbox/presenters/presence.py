"""How an attendant stands: online, away with a reason, offline."""

from __future__ import annotations

from accounts.models import Membership, Presence
from accounts.models.presence import PresenceState
from inbox.presenters.common import label_of
from inbox.shapes import Standing


def presence_of(member: Membership) -> Standing:
    """Draw a member's presence; who never had a page open is offline."""
    row = Presence.objects.filter(membership=member).select_related("reason").first()
    if row is None:
        return Standing(PresenceState.OFFLINE, label_of(PresenceState, PresenceState.OFFLINE))
    reason = row.reason.name if row.reason else ""
    return Standing(row.state, reason or label_of(PresenceState, row.state))
