"""The tickets that a number is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Company
from analytics.measures import FACTS, MEASURES
from analytics.ranges import Range
from analytics.selectors import Only

BY_NAME = {one.name: one for one in MEASURES}
PAGE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """A ticket that counts, the day it counts on, and its own seconds and stars; None where the
    ticket has none.
    """

    ticket: UUID
    day: date
    wait: int | None
    response: int | None
    service: int | None
    resolution: int | None
    rating: int | None


ROWS = """
SELECT f.ticket_id, f.{day}_day, f.wait_seconds, f.response_seconds, f.service_seconds,
    f.resolution_seconds, f.rating
FROM {facts} AND f.{day}_day BETWEEN %(first)s AND %(last)s AND {condition} AND {only} AND {after}
ORDER BY f.{day}_day DESC, f.ticket_id DESC LIMIT %(limit)s
"""


def behind(
    company: Company,
    span: Range,
    name: str,
    only: Only,
    after: tuple[date, UUID] | None = None,
    limit: int = PAGE,
) -> Sequence[Behind]:
    """Return the tickets that a measure counts in a span, the latest day first, from `after` on.

    Raises KeyError for a measure there is not.
    """
    one = BY_NAME[name]
    statement = ROWS.format(
        day=one.day,
        facts=FACTS,
        condition=one.condition,
        only=" AND ".join(f"f.{column} = %({column})s" for column in sorted(only)) or "true",
        after=f"(f.{one.day}_day, f.ticket_id) < (%(day)s, %(ticket)s)" if after else "true",
    )
    values: dict[str, Any] = {
        "company": company.pk,
        "first": span.first,
        "last": span.last,
        "limit": limit,
        **dict(zip(("day", "ticket"), after or (), strict=False)),
        **only,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Behind(*row) for row in cursor.fetchall()]
