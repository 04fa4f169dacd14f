"""Bells of the inbound ledger, and the reader that a worker has beside them."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown

from webhooks import pipeline, retention
from webhooks.reader import LedgerReader
from webhooks.spool import spool_flush

_readers: list[LedgerReader] = []


@worker_ready.connect
def _start(sender: Any, **_: Any) -> None:
    # A worker for campaigns alone takes no messages in.
    queues = sender.app.amqp.queues
    if sender.app.conf.task_default_queue in queues.consume_from:
        _readers.append(LedgerReader(pipeline.work_off))
        _readers[-1].start()


@worker_shutdown.connect
def _stop(**_: Any) -> None:
    while _readers:
        _readers.pop().stop()


def _work_off() -> None:
    # In a flood every bell would else keep a thread of the worker from all other tasks.
    if _readers:
        _readers[-1].ring()
    else:
        pipeline.drain()


@shared_task(name="webhooks.tasks.drain", ignore_result=True)
def drain() -> None:
    """Work off the ledger."""
    _work_off()


@shared_task(name="webhooks.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Move the spool into the ledger and work off what nobody rang for."""
    spool_flush()
    _work_off()


@shared_task(name="webhooks.tasks.purge", ignore_result=True)
def purge() -> None:
    """Forget bodies whose time is over."""
    retention.ledger_purge()
