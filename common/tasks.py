"""How work is rung for: after commit, by id, inside its company's scope."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from celery import current_app, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from common.away import Hung, Patience
from common.scoping import company_scope

logger = logging.getLogger(__name__)
# Whoever writes waits for a broker that hangs once; the sweeps find what nobody rang for.
_patience = Patience(seconds=15.0)


@contextmanager
def apart(what: str, key: object) -> Iterator[None]:
    """Let a walk over companies, channels or their rows go on past one that fails.

    The failure is told in the log, with `what` was done and the id it was done to. The walk must
    not stand in a transaction: the work of each item needs its own.
    """
    try:
        yield
    except Exception:
        # One clinic's trouble is no reason to stop the work of all others.
        logger.exception("%s %s: failed; the others go on", what, key)


@contextmanager
def company_apart(what: str, company_id: Any) -> Iterator[None]:
    """Work inside a company's scope, in a walk that goes on past a company that fails (`apart`)."""
    with apart(f"{what} of company", company_id), company_scope(company_id):
        yield


def ring(task: str, *args: Any, countdown: float | None = None) -> None:
    """Ring for a task, by name, once the transaction has committed."""
    transaction.on_commit(lambda: ring_now(task, *args, countdown=countdown), robust=True)


def ring_now(task: str, *args: Any, countdown: float | None = None) -> None:
    """Ring for a task without waiting for a commit. A broker that is down costs a sweep's delay."""
    try:
        with _patience.spent():
            current_app.send_task(
                task, args=args, countdown=countdown, retry=False, ignore_result=True
            )
    except (OperationalError, OSError, Hung):
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
