"""Bells of the agenda. The work and its state are in the database; any worker may do it."""

from __future__ import annotations

from celery import shared_task

from agenda import bells
from agenda.services.fetching import feed_fetch, feeds_sweep
from agenda.services.offers import offers_sweep
from agenda.services.reminders import reminders_sweep
from common.tasks import company_task


@shared_task(name=bells.REMIND)
def remind() -> None:
    """Send reminders that are due, and settle those that left."""
    reminders_sweep()


@shared_task(name=bells.OFFER)
def offer(company_id: str = "", slot_id: str = "") -> None:
    """Offer free slots and tell who came late."""
    offers_sweep()


@shared_task(name="agenda.tasks.feeds")
def feeds() -> None:
    """Read the calendars whose turn it is."""
    feeds_sweep()


@company_task(bells.FETCH)
def fetch(company_id: str, feed_id: str) -> None:
    """Read one calendar now."""
    feed_fetch(feed_id)
