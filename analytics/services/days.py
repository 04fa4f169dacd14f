"""Days are counted from facts, whole and anew: what a rebuild gives is what stands."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Company
from analytics.measures import NAMES, counted
from analytics.models import CompanyClock, DaySnapshot, DirtyDay, StartedHour
from analytics.ranges import DAY, day_start, today
from analytics.services.facts import facts_rebuild
from common.locks import lock_all, lock_key

# Days in one statement.
BATCH = 31

SUMS = ", ".join(f"sum(c.{name})::bigint" for name in NAMES)
COUNT = f"""
SELECT c.day, c.queue_id, c.channel_id, c.attendant_id, {SUMS}
FROM ({counted("{day} = ANY(%(days)s)")}) c
GROUP BY c.day, c.queue_id, c.channel_id, c.attendant_id
"""  # noqa: S608
HOURS = """
SELECT extract(hour FROM opened_at AT TIME ZONE %(zone)s)::int, channel_id, count(*)
FROM omnichannel_conversation
WHERE company_id = %(company)s AND opened_at >= %(since)s AND opened_at < %(until)s
GROUP BY 1, 2
"""


@transaction.atomic
def days_recount(company_id: UUID) -> int:
    """Count the days of a company anew whose facts changed; return how many. A day that is marked
    while this runs stays marked.
    """
    lock_all([lock_key("analytics", company_id)])
    company = Company.objects.get(pk=company_id)
    clock_follow(company)
    marked = DirtyDay.unscoped.filter(company=company).select_for_update(skip_locked=True)
    marks = list(marked.order_by("day")[:BATCH])
    days = [mark.day for mark in marks]
    DirtyDay.unscoped.filter(pk__in=[mark.pk for mark in marks]).delete()
    DaySnapshot.unscoped.filter(company=company, day__in=days).delete()
    StartedHour.unscoped.filter(company=company, day__in=days).delete()
    DaySnapshot.unscoped.bulk_create(
        DaySnapshot(
            company=company,
            day=day,
            queue_id=queue,
            channel_id=channel,
            attendant_id=attendant,
            counts=dict(zip(NAMES, sums, strict=True)),
        )
        for day, queue, channel, attendant, *sums in _asked(
            COUNT, {"company": company_id, "days": days}
        )
    )
    StartedHour.unscoped.bulk_create(
        StartedHour(company=company, day=day, hour=hour, channel_id=channel, conversations=number)
        for day in days
        for hour, channel, number in _asked(HOURS, _hours_of(company, day))
    )
    return len(days)


def clock_follow(company: Company) -> None:
    """Where a company's clock was changed, count everything anew by the new one."""
    clock, is_new = CompanyClock.unscoped.get_or_create(
        company=company, defaults={"zone": company.time_zone}
    )
    if not is_new and clock.zone != company.time_zone:
        clock.zone = company.time_zone
        clock.save(update_fields=["zone", "updated_at"])
        facts_rebuild(company.pk)


def yesterday_mark() -> None:
    """Mark the day that ended for every company: conversations began on it that no ticket tells of,
    and who came back within a week is known by now.
    """
    now = timezone.now()
    companies = Company.objects.filter(is_active=True)
    DirtyDay.unscoped.bulk_create(
        (
            DirtyDay(company=company, day=today(company.zone, now) - DAY)
            for company in companies.iterator()
        ),
        ignore_conflicts=True,
    )


def companies_due() -> list[UUID]:
    """Return the companies with days to count."""
    return list(DirtyDay.unscoped.order_by().values_list("company_id", flat=True).distinct())


def _asked(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _hours_of(company: Company, day: date) -> dict[str, Any]:
    return {
        "company": company.pk,
        "zone": company.time_zone,
        "since": day_start(day, company.zone),
        "until": day_start(day + DAY, company.zone),
    }
