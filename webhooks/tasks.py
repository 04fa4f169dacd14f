"""Bells of the inbound ledger."""

from __future__ import annotations

from celery import shared_task

from webhooks import pipeline, retention
from webhooks.bell import Answer
from webhooks.spool import spool_flush

# The second thread works while the first waits for the database; more would only share one core.
_answer = Answer(lambda: pipeline.drain(), most=2)


@shared_task(name="webhooks.tasks.drain", ignore_result=True)
def drain() -> None:
    """Work off the ledger."""
    _answer()


@shared_task(name="webhooks.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Move the spool into the ledger and work off what nobody rang for."""
    spool_flush()
    _answer()


@shared_task(name="webhooks.tasks.purge", ignore_result=True)
def purge() -> None:
    """Forget bodies whose time is over."""
    retention.ledger_purge()
