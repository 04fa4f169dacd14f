"""Bells of the outbox. Work and state are in the database; any number of workers may run."""

from __future__ import annotations

from celery import shared_task

from common.tasks import ring_now
from integrations import bells
from integrations.sending import SLICE_SECONDS, send_slice
from integrations.services.settling import events_purge


@shared_task(name=bells.DELIVER, ignore_result=True)
def deliver() -> None:
    """Tell what is due; ring again at once while there may be more."""
    if send_slice(SLICE_SECONDS):
        ring_now(bells.DELIVER)


@shared_task(name="integrations.tasks.purge", ignore_result=True)
def purge() -> None:
    """Forget deliveries whose time is over."""
    events_purge()
