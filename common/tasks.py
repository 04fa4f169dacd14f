"""How work is rung for: after commit, by id, inside its company's scope."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import current_app, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from common.scoping import company_scope

logger = logging.getLogger(__name__)


def ring(task: str, *args: Any, countdown: float | None = None) -> None:
    """Ring for a task, by name, once the transaction has committed."""
    transaction.on_commit(lambda: ring_now(task, *args, countdown=countdown), robust=True)


def ring_now(task: str, *args: Any, countdown: float | None = None) -> None:
    """Ring for a task without waiting for a commit. A broker that is down costs a sweep's delay."""
    try:
        current_app.send_task(task, args=args, countdown=countdown, retry=False, ignore_result=True)
    except (OperationalError, OSError):
        logger.warning("bell not rung for %s; the sweep will", task)


def company_task(name: str, **options: Any) -> Callable[[Callable[..., None]], Any]:
    """Make a Celery task whose first argument is a company id; the body runs inside its scope."""

    def decorate(function: Callable[..., None]) -> Any:
        @shared_task(name=name, **options)
        @wraps(function)
        def run(company_id: str, *args: Any, **kwargs: Any) -> None:
            with company_scope(company_id):
                function(company_id, *args, **kwargs)

        return run

    return decorate
