"""Bells of this package."""

from __future__ import annotations

from celery import shared_task

from accounts.services import presence
from accounts.services.idempotency import keys_purge
from accounts.services.tokens import tokens_purge


@shared_task(name="accounts.tasks.purge")
def purge() -> None:
    """Forget idempotency keys and tokens that have ended."""
    keys_purge()
    tokens_purge()


@shared_task(name="accounts.tasks.presence_expire")
def presence_expire() -> None:
    """Let people who vanished be offline."""
    presence.presence_expire()
