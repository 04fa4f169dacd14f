"""How an attendant stands: online, away with a reason, offline."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import Membership, PauseReason, Presence
from accounts.models.presence import PresenceState
from accounts.services.presence import presence_choose, reasons_of
from common.composed import Composed
from common.errors import NotFound
from inbox.shell.base import BadInput, InboxView
from inbox.shell.forms import PresenceForm
from inbox.shell.presenters import label_of
from inbox.shell.shapes import Standing

_PRESENCE = Composed(
    lambda company_id, member_id: (
        Presence.objects.for_company(company_id)
        .filter(membership_id=member_id)
        .select_related("reason")[:1]
    )
)


def presence_of(member: Membership) -> Standing:
    """Draw a member's presence; who never had a page open is offline."""
    row = _PRESENCE.first(member.company_id, member.pk)
    if row is None:
        return Standing(PresenceState.OFFLINE, label_of(PresenceState, PresenceState.OFFLINE))
    reason = row.reason.name if row.reason else ""
    return Standing(row.state, reason or label_of(PresenceState, row.state))


def presence_context(member: Membership) -> dict[str, Any]:
    """Return what the presence menu draws."""
    reasons = reasons_of(member.company_id)
    return {"presence": presence_of(member), "reasons": reasons}


class PresenceView(InboxView):
    """GET draws how the reader stands; POST changes it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the menu."""
        return self.draw("inbox/shell/_presence.html", presence_context(self.membership))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Be at work, away with a reason, or gone."""
        form = PresenceForm(request.POST)
        if not form.is_valid():
            raise BadInput
        data = form.cleaned_data
        reason = None
        if data["motivo"]:
            reason = PauseReason.objects.filter(pk=data["motivo"]).first()
            if reason is None:
                raise NotFound
        presence_choose(membership=self.membership, state=data["estado"], reason=reason)
        return self.get(request)
