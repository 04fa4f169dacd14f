"""Bells of queues. The work and its state are in the database; any number of workers may run."""

from __future__ import annotations

from celery import shared_task

from common.tasks import company_apart, company_task
from queues import bells
from queues.selectors import companies_waiting
from queues.services.courtesy import company_speak
from queues.services.processing import company_drain
from queues.services.rule_running import company_rules_run, runs_due
from queues.services.watch import watch


@company_task(bells.DRAIN)
def drain(company_id: str) -> None:
    """Give away what waits, then tell those who still do."""
    company_drain(company_id=company_id)
    company_speak(company_id=company_id)


@shared_task(name="queues.tasks.tick")
def tick() -> None:
    """Look at everything time brings about, then give away what waits: a queue may have opened."""
    watch()
    for company_id in companies_waiting():
        with company_apart("queues", company_id):
            company_drain(company_id=company_id)
            company_speak(company_id=company_id)


@company_task(bells.RULES)
def rules(company_id: str) -> None:
    """Run what a company's rules wait for."""
    company_rules_run(company_id=company_id)


@shared_task(name="queues.tasks.rules_sweep")
def rules_sweep() -> None:
    """Run what nobody rang for."""
    for company_id in set(runs_due().order_by().values_list("company_id", flat=True)):
        with company_apart("rules", company_id):
            company_rules_run(company_id=company_id)
