"""Tasks of flows; they ring for work that stands in the database."""

from __future__ import annotations

from celery import shared_task

from common.tasks import company_task, ring_now
from flows import bells

AT_ONCE = 500


@company_task(bells.ADVANCE, ignore_result=True)
def advance(company_id: str, run_id: str) -> None:
    """Walk on until the run waits or ends."""
    from flows.services.walking import run_advance

    run_advance(run_id)


@shared_task(name=bells.SWEEP, ignore_result=True)
def sweep() -> None:
    """Ring for runs whose moment has come, and for what a dead worker left."""
    from flows.services.walking import runs_due

    for company_id, pk in runs_due().values_list("company_id", "pk").order_by("wake_at")[:AT_ONCE]:
        ring_now(bells.ADVANCE, str(company_id), str(pk))
