"""Bells of this package."""

from __future__ import annotations

from celery import shared_task

from accounts.services import mails, presence
from accounts.services.changes import changes_purge
from accounts.services.idempotency import keys_purge
from accounts.services.tokens import tokens_purge
from accounts.sessions import SessionStore


@shared_task(name="accounts.tasks.purge")
def purge() -> None:
    """Forget idempotency keys, tokens and sessions that have ended, old mails and old changes."""
    keys_purge()
    tokens_purge()
    mails.mails_purge()
    SessionStore.clear_expired()
    changes_purge()


@shared_task(name="accounts.tasks.presence_expire")
def presence_expire() -> None:
    """Let people who vanished be offline."""
    presence.presence_expire()


@shared_task(name="accounts.tasks.mails_send")
def mails_send() -> None:
    """Send the product's own mails."""
    mails.mails_send()
