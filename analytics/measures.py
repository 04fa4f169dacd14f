"""What is counted, each thing once: on which of a ticket's days it counts, and how.

Days and live numbers are counted by the same words, so that a day counted last year and one counted
now mean the same. Every measure adds up over days, queues, channels and attendants.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from queues.choices import TicketStatus

# Satisfied is who gave at least so many of five stars.
SATISFIED = 4


@dataclass(frozen=True, slots=True)
class DayMeasure:
    """One additive number over the facts `f` whose `day` falls on the day that is counted; those
    for which `condition` holds are what it is made of.
    """

    name: str
    day: str
    sql: str
    condition: str


def _count(name: str, day: str, condition: str = "true") -> DayMeasure:
    return DayMeasure(name, day, f"count(*) FILTER (WHERE {condition})", condition)


def _sum(name: str, day: str, column: str) -> DayMeasure:
    return DayMeasure(name, day, f"coalesce(sum({column}), 0)::bigint", f"{column} IS NOT NULL")


MEASURES: tuple[DayMeasure, ...] = (
    _count("tickets", "entered"),
    _count("entered", "entered", "f.is_first"),
    _count("reopened", "entered", "f.is_reopened"),
    _count("started", "started"),
    _sum("wait_seconds", "started", "f.wait_seconds"),
    _count("answered", "answered"),
    _sum("response_seconds", "answered", "f.response_seconds"),
    _sum("response_working_seconds", "answered", "f.response_working_seconds"),
    _count("finished", "ended", f"f.status = '{TicketStatus.FINISHED}'"),
    _count("abandoned", "ended", f"f.status = '{TicketStatus.ABANDONED}'"),
    _count("transferred", "ended", f"f.status = '{TicketStatus.TRANSFERRED}'"),
    _count("served", "ended", "f.service_seconds IS NOT NULL"),
    _sum("service_seconds", "ended", "f.service_seconds"),
    _sum("resolution_seconds", "ended", "f.resolution_seconds"),
    _count("solved_at_first", "ended", "f.is_solved_at_first"),
    _count("rated", "ended", "f.rating IS NOT NULL"),
    _sum("rating_sum", "ended", "f.rating"),
    _count("satisfied", "ended", f"f.rating >= {SATISFIED}"),
    _count("response_met", "response", "f.response_met"),
    _count("response_missed", "response", "NOT f.response_met"),
    _count("resolution_met", "resolution", "f.resolution_met"),
    _count("resolution_missed", "resolution", "NOT f.resolution_met"),
)
NAMES: tuple[str, ...] = tuple(one.name for one in MEASURES)

# What the middle and the slowest tenth are asked of, and on which day it counts.
SPREAD: dict[str, tuple[str, str]] = {
    "wait": ("started", "wait_seconds"),
    "response": ("answered", "response_seconds"),
    "response_working": ("answered", "response_working_seconds"),
    "service": ("ended", "service_seconds"),
    "resolution": ("ended", "resolution_seconds"),
}
DIMENSIONS = "f.queue_id, f.channel_id, f.attendant_id"
FACTS = "analytics_ticketfact f WHERE f.company_id = %(company)s"


def counted(days: str) -> str:
    """Return SQL for rows (day, queue_id, channel_id, attendant_id, counts) over the facts of
    `%(company)s` on days for which the condition holds; `{day}` in it stands for the day's column.
    """
    by_day: dict[str, list[DayMeasure]] = defaultdict(list)
    for one in MEASURES:
        by_day[one.day].append(one)
    return " UNION ALL ".join(
        f"SELECT f.{day}_day AS day, {DIMENSIONS}, {columns(ones)} FROM {FACTS}"  # noqa: S608
        f" AND {days.format(day=f'f.{day}_day')} GROUP BY 1, 2, 3, 4"
        for day, ones in by_day.items()
    )


def columns(ones: list[DayMeasure]) -> str:
    """Return one column for each measure, in the order of NAMES; 0 for those of other days."""
    mine = {one.name: one.sql for one in ones}
    return ", ".join(f"{mine.get(name, '0::bigint')} AS {name}" for name in NAMES)
