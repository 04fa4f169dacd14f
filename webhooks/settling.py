"""How an event ends: its state, and the items of it that could not be stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Greatest
from django.utils import timezone

from common.files import files_delete
from common.rows import run
from providers.facts import Ignored, Malformed, Parsed
from webhooks.door_keys import FORGED, NOT_CONNECTED, UNKNOWN_KEY, Unproven
from webhooks.models import InboundEvent, InboundIssue
from webhooks.reading import Reading
from webhooks.routing import Routes

State = InboundEvent.State
Reason = InboundIssue.Reason

# A replay tells anew what is still wrong. What was read was proven before.
SETTLE = """
WITH done AS (SELECT * FROM unnest(%s::uuid[], %s::text[]) AS t(id, state)),
forgotten AS (DELETE FROM webhooks_inboundissue i USING done WHERE i.event_id = done.id)
UPDATE webhooks_inboundevent e
SET state = done.state, error = '', attempts = greatest(e.attempts, 1), is_unproven = NULL,
    processed_at = now(), updated_at = now()
FROM done WHERE e.id = done.id
"""


def settle(pk: Any, state: str, *, error: str = "", issues: Sequence[InboundIssue] = ()) -> None:
    """End an event that was not read."""
    now = timezone.now()
    InboundIssue.objects.filter(event=pk).delete()
    InboundEvent.objects.filter(pk=pk).update(
        state=state,
        error=error[:300],
        attempts=Greatest("attempts", 1),
        processed_at=now,
        updated_at=now,
    )
    InboundIssue.objects.bulk_create(issues)


def settle_unproven(event: InboundEvent, stopped: Unproven) -> None:
    """End an event that nobody vouches for. One that came before its channel was connected is
    found again by the channel; a key that nobody has is not written anywhere.
    """
    state = State.QUARANTINED if stopped.error == FORGED else State.UNROUTED
    issues = []
    if stopped.error == NOT_CONNECTED:
        issues.append(
            InboundIssue(
                event=event,
                position=0,
                reason=Reason.UNROUTED,
                account_by="door_key",
                account=str(stopped.channel_id),
            )
        )
    if stopped.error == UNKNOWN_KEY and event.file:
        # A stranger's few large bodies would fill a disk; what is left tells where they came to.
        files_delete([event.file])
        InboundEvent.objects.filter(pk=event.pk).update(file="")
    settle(event.pk, state, error=stopped.error, issues=issues)


def settle_all(readings: Sequence[Reading], issues: dict[InboundEvent, list[InboundIssue]]) -> None:
    """End events that were read, each by what is wrong with its items."""
    states = [_state_of(issues.get(reading.event, [])) for reading in readings]
    if readings:
        run(SETTLE, [reading.event.pk for reading in readings], states)
    InboundIssue.objects.bulk_create([issue for items in issues.values() for issue in items])


def issue_found(
    reading: Reading, position: int, fact: Parsed, routes: Routes
) -> InboundIssue | None:
    """Return what is wrong with an item before it is stored."""
    if isinstance(fact, Malformed):
        return issue_of(reading.event, position, fact, Reason.MALFORMED, fact.reason)
    if isinstance(fact, Ignored) or routes.of(reading, fact):
        return None
    return issue_of(reading.event, position, fact, Reason.UNROUTED, type(fact).__name__)


def issue_of(
    event: InboundEvent, position: int, fact: Parsed, reason: str, detail: str
) -> InboundIssue:
    """Return what is to be noted of an item."""
    return InboundIssue(
        event=event,
        position=position,
        reason=reason,
        account_by=fact.account.by,
        account=fact.account.value[:100],
        detail=detail[:300],
    )


def _state_of(issues: Sequence[InboundIssue]) -> str:
    reasons = {issue.reason for issue in issues}
    if reasons & {Reason.MALFORMED, Reason.FAILED}:
        return State.QUARANTINED
    return State.UNROUTED if reasons else State.DONE
