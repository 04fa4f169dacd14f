"""Bells of the reports. Each only starts a service; what it would have done is due until it is."""

from __future__ import annotations

from celery import shared_task

from analytics.services.days import companies_due, days_recount, yesterday_mark
from analytics.services.facts import facts_follow
from common.tasks import apart


@shared_task(name="analytics.tasks.follow", ignore_result=True)
def follow() -> None:
    """Let facts follow the tickets, and days the facts."""
    while facts_follow():
        pass
    recount()


@shared_task(name="analytics.tasks.recount", ignore_result=True)
def recount() -> None:
    """Count the days that changed, one company after the other; one that fails stops no other."""
    for company_id in companies_due():
        with apart("days of", company_id):
            while days_recount(company_id):
                pass


@shared_task(name="analytics.tasks.day_end", ignore_result=True)
def day_end() -> None:
    """Count the day that ended."""
    yesterday_mark()
    recount()
