"""How urgent conversations are, as a number to sort a list by: the rule of queues.ranking as SQL.

The score of a waiting ticket is what `rank` gives it. A conversation that somebody has waits since
its patient's last words, and counts the promise that is due next; one without a ticket has what a
ticket without promises has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    DurationField,
    F,
    FilteredRelation,
    Func,
    Q,
    Value,
    When,
)
from django.db.models.functions import Least

from common.composed import Composed
from omnichannel.models import Conversation
from providers.choices import ChannelKind
from providers.registry import policy_of
from queues.choices import OPEN_STATUSES, TicketStatus
from queues.models import NextWeights, Ticket
from queues.ranking import PATIENCE, WINDOW, Ranked, Waiting, Weights, rank

# A key is the score, then how long ago it began to wait: whoever came first stands above.
STEP = 10**16
# Seconds are whole, as in queues.ranking, and so is the score, rounded to even halves.
LEFT = "trunc(extract(epoch FROM {due} - {now}))"
WHOLE = "greatest(trunc(extract(epoch FROM {due} - {since})), 1)"
OPEN_FOR = "trunc(extract(epoch FROM {heard} + {hours} - {now}))"
WAITED = "greatest(trunc(extract(epoch FROM {now} - {since})), 0)"
POINTS = f"""
CASE WHEN {{due}} IS NULL THEN 0 WHEN {LEFT} <= 0 THEN {{sla}}
    ELSE {{sla}} * greatest(0, 1 - {LEFT} / {WHOLE}) END
+ CASE WHEN {OPEN_FOR} > 0 THEN
    {{window}} * greatest(0, 1 - {OPEN_FOR} / {int(WINDOW.total_seconds())}.0) ELSE 0 END
+ {{priority}} * (coalesce({{level}}, 5) - 1) / 9.0
+ {{waiting}} * {WAITED} / ({WAITED} + {int(PATIENCE.total_seconds())})"""
SCORE = f"""
round((100.0 * ({POINTS}) / greatest({{sla}} + {{window}} + {{priority}} + {{waiting}}, 1)
)::double precision)::bigint"""
KEY = f"({SCORE} * {STEP} + {STEP} - floor(extract(epoch FROM {{since}}) * 1000000)::bigint)"


class Spelled(Func):
    """A text of SQL with expressions in named blanks, each as often as its name stands there."""

    def __init__(self, text: str, **blanks: Any) -> None:
        self.names, self.parts = tuple(blanks), re.split(r"\{(\w+)\}", text)
        super().__init__(*blanks.values(), output_field=BigIntegerField())

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **_extra: Any) -> Any:
        """Write it with what each blank compiles to."""
        given = {
            name: compiler.compile(one)
            for name, one in zip(self.names, self.get_source_expressions(), strict=True)
        }
        written, values = "", list[Any]()
        for place, part in enumerate(self.parts):
            if place % 2:
                sql, parameters = given[part]
                written += f"({sql})"
                values += parameters
            else:
                written += part
        return written, tuple(values)


@dataclass(frozen=True, slots=True)
class Moment:
    """When urgencies are counted, and by which weights: the same moment gives the same order."""

    now: datetime
    weights: Weights

    @property
    def values(self) -> tuple[Any, ...]:
        """Return it as plain values, as `of` takes them."""
        own = self.weights
        return (self.now, own.sla, own.window, own.priority, own.waiting)

    @classmethod
    def of(cls, now: datetime, *weights: int) -> Moment:
        """Make one of plain values."""
        return cls(now, Weights(*weights))


_WEIGHTS = Composed(
    lambda company_id: NextWeights.objects.for_company(company_id).values_list(
        "sla", "window", "priority", "waiting"
    )[:1]
)


def weights_of(company_id: Any) -> Weights:
    """Return a company's weights, those that everybody has where it chose none."""
    found = _WEIGHTS.first(company_id)
    return Weights(*found) if found else Weights()


def with_ticket(rows: Any) -> Any:
    """Join conversations with their open ticket, `open_ticket`; one has at most one."""
    is_open = Q(tickets__status__in=OPEN_STATUSES)
    return rows.annotate(open_ticket=FilteredRelation("tickets", condition=is_open))


def urgency(moment: Moment) -> Spelled:
    """Return the key of conversations that were given to `with_ticket`; the largest comes next."""
    weights = {
        name: Value(getattr(moment.weights, name), output_field=BigIntegerField())
        for name in ("sla", "window", "priority", "waiting")
    }
    return Spelled(
        KEY,
        due=_DUE,
        since=_SINCE,
        heard=F("last_inbound_at"),
        hours=_hours(),
        level=F("open_ticket__priority"),
        now=Value(moment.now, output_field=DateTimeField()),
        **weights,
    )


def promise() -> Any:
    """Return when the promise of conversations that were given to `with_ticket` is due that is due
    next, as selectors.next_promise says it; null without one.
    """
    first = Case(
        When(
            open_ticket__first_response_at=None,
            then=F("open_ticket__first_response_due_at"),
        ),
        default=None,
    )
    return Least(first, F("open_ticket__resolution_due_at"))


def ranked(conversation: Conversation, ticket: Ticket | None, moment: Moment) -> Ranked:
    """Return the score of one conversation with its reasons, by the same rule."""
    due, since, priority = None, conversation.waiting_since, 5
    if ticket is not None:
        priority = ticket.priority
        if ticket.first_response_at is None:
            due = ticket.first_response_due_at
        elif ticket.status == TicketStatus.SERVING:
            due = ticket.resolution_due_at
        if ticket.status == TicketStatus.WAITING:
            since = ticket.entered_at
    began = since or conversation.moved_at or conversation.opened_at
    closes = conversation.window_closes_at
    waiting = Waiting(conversation.pk, began, priority, due, closes)
    (found,) = rank([waiting], moment.weights, moment.now)
    return found


_DUE = Case(
    When(open_ticket__first_response_at=None, then=F("open_ticket__first_response_due_at")),
    When(open_ticket__status=TicketStatus.SERVING, then=F("open_ticket__resolution_due_at")),
)
_SINCE = Case(
    When(open_ticket__status=TicketStatus.WAITING, then=F("open_ticket__entered_at")),
    When(waiting_since__isnull=False, then=F("waiting_since")),
    When(moved_at__isnull=False, then=F("moved_at")),
    default=F("opened_at"),
)


def _hours() -> Case:
    """Return for how long a conversation's kind of channel lets one answer freely; else null."""
    windows = {kind: policy_of(kind).window for kind in ChannelKind.values}
    cases = [
        When(channel__kind=kind, then=Value(timedelta(hours=window.hours)))
        for kind, window in windows.items()
        if window is not None
    ]
    return Case(*cases, output_field=DurationField())
