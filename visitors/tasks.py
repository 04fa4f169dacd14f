"""What is done for visitors without anybody asking."""

from __future__ import annotations

from celery import shared_task

from visitors import bells
from visitors.services.sessions import sessions_purge


@shared_task(name=bells.PURGE)
def purge() -> None:
    """Forget browsers that are gone."""
    sessions_purge()
