"""Bells of this package."""

from __future__ import annotations

from celery import shared_task

from accounts.services import idempotency


@shared_task(name="accounts.tasks.idempotency_purge")
def idempotency_purge() -> None:
    """Forget old idempotency keys."""
    idempotency.keys_purge()
