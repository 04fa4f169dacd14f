"""Which hints to pages are worth telling a browser without one: those that are somebody's own.

Hears what is published, after the commit, and rings for `inbox.push.telling`. A process looks every
few seconds who has such browsers at all; for all others nothing is rung.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from accounts.models import PushDevice
from common import rooms
from common.realtime import Event
from common.tasks import ring_now

TELL = "inbox.tasks.push_tell"
LOOK_SECONDS = 15.0
# One bell may not grow without bound.
AT_ONCE = 50


class PushKind(StrEnum):
    """What somebody is told of; each but the first two is a preference of its own."""

    MINE = "mine"
    BACK = "back"
    PASSED = "passed"
    MENTIONED = "mentions"
    QUEUE = "queue"


_subscribers: dict[UUID, tuple[float, frozenset[str]]] = {}


def forget() -> None:
    """Look anew who has browsers to be told."""
    _subscribers.clear()


def hear(events: Sequence[Event]) -> None:
    """Ring for whatever of these is somebody's own who has a browser to be told."""
    found: dict[UUID, dict[tuple[str, str, str], None]] = defaultdict(dict)
    for event in events:
        company_id = rooms.company_of(event.groups)
        if company_id is None or event.conversation is None:
            continue
        for kind, member in _whose(event):
            having = _having(company_id)
            if having and (not member or UUID(member).hex in having):
                found[company_id][kind, str(event.conversation), member] = None
    for company_id, news in found.items():
        told = list(news)
        for start in range(0, len(told), AT_ONCE):
            ring_now(TELL, str(company_id), [list(one) for one in told[start : start + AT_ONCE]])


def _whose(event: Event) -> Iterator[tuple[str, str]]:
    """Give what an event is to whom; nobody stands for who serves the queue."""
    data = event.data
    if event.type == "new_message":
        for member in rooms.members_of(event.groups):
            yield PushKind.MINE, member
    elif event.type in ("ticket_assigned", "ticket_transferred"):
        # Who had it before hears it too, and is not told: it is theirs no more.
        for member in rooms.members_of(event.groups):
            yield PushKind.PASSED, member
    elif event.type == "new_ticket":
        yield PushKind.QUEUE, ""
    elif data.get("woke") and data.get("attendant"):
        yield PushKind.BACK, str(data["attendant"])
    mentioned: Iterable[Any] = data.get("mentioned", ())
    for member in mentioned:
        yield PushKind.MENTIONED, str(member)


def _having(company_id: UUID) -> frozenset[str]:
    now = time.monotonic()
    looked_at, having = _subscribers.get(company_id, (float("-inf"), frozenset[str]()))
    if now - looked_at > LOOK_SECONDS:
        rows = PushDevice.objects.for_company(company_id).values_list("membership_id", flat=True)
        having = frozenset(one.hex for one in rows.distinct())
        _subscribers[company_id] = now, having
    return having
