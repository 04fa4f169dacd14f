"""Rules at work: what was noted is claimed once, asked, done and written down.

A claim is committed before anything is done, and one whose process died is never done again: what
it did is not known, and a patient must not read the same twice.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from common.errors import DomainError
from common.locks import lock_all, lock_key
from omnichannel.models import Conversation
from queues.choices import RuleState, StepState
from queues.models import Rule, RuleRun
from queues.services.rule_conditions import conditions_ask, situation_of
from queues.services.rule_events import rule_acts
from queues.services.steps import step_do

logger = logging.getLogger(__name__)
# A rule acts on a conversation so often within an hour: whoever answers each other by machine ends.
MOST_AN_HOUR = 5
MOST_FAILURES = 10
CLAIM_LASTS = timedelta(minutes=10)
# In one go; the sweep rings again for the rest.
AT_ONCE = 200


def runs_due() -> QuerySet[RuleRun]:
    """Return what waits, and claims whose process died, of every company: for the sweep."""
    waiting = RuleRun.unscoped.filter(state=RuleState.WAITING)
    return waiting | runs_lost()


def runs_lost() -> QuerySet[RuleRun]:
    """Return claims that nobody works on any more."""
    before = timezone.now() - CLAIM_LASTS
    return RuleRun.unscoped.filter(state=RuleState.RUNNING, claimed_at__lt=before)


def company_rules_run(*, company_id: Any) -> int:
    """Run what waits in a company, event by event; return how many were looked at."""
    _bury(company_id)
    count = 0
    while count < AT_ONCE:
        runs = _claim(company_id)
        if not runs:
            break
        _event(runs)
        count += len(runs)
    return count


def _bury(company_id: Any) -> None:
    lost = runs_lost().filter(company_id=company_id)
    lost.update(state=RuleState.FAILED, ended_at=timezone.now(), updated_at=timezone.now())


@transaction.atomic
def _claim(company_id: Any) -> list[RuleRun]:
    """Take all rules of the oldest event that waits, in their order."""
    # Short, and one worker at a time: two would each take a part of one event.
    lock_all([lock_key("rules", company_id)])
    waiting = RuleRun.unscoped.filter(company_id=company_id, state=RuleState.WAITING)
    first = waiting.order_by("id").first()
    if first is None:
        return []
    rows = waiting.filter(event_key=first.event_key).select_related("rule__keeper__user")
    taken = sorted(rows, key=lambda run: (run.rule.position, run.rule_id))
    now = timezone.now()
    for run in taken:
        run.state, run.claimed_at = RuleState.RUNNING, now
    RuleRun.unscoped.filter(pk__in=[run.pk for run in taken]).update(
        state=RuleState.RUNNING, claimed_at=now, updated_at=now
    )
    return taken


def _event(runs: list[RuleRun]) -> None:
    is_stopped = False
    for run in runs:
        if is_stopped:
            _end(run, RuleState.STOPPED)
            continue
        try:
            _run(run)
        except Exception:
            # One rule's trouble is no reason to stop the others.
            logger.exception("rule %s at %s: failed", run.rule_id, run.pk)
            _end(run, RuleState.FAILED)
        _count(run)
        is_stopped = run.rule.is_last and run.state == RuleState.DONE


def _run(run: RuleRun) -> None:
    rule, now = run.rule, timezone.now()
    keeper = rule.keeper
    if not rule.is_on:
        return _end(run, RuleState.STOPPED)
    if keeper is None or not keeper.is_active or not keeper.is_manager:
        _off(rule, gettext("Quem responde por ela não administra mais a empresa."))
        return _end(run, RuleState.STOPPED)
    talk = Conversation.unscoped.select_related("contact", "channel", "attendant").get(
        pk=run.conversation_id
    )
    situation = situation_of(talk, run.message_ids, now)
    is_met, reasons = conditions_ask(rule.conditions, rule.match, situation)
    run.reasons = list(reasons)
    if not is_met:
        return _end(run, RuleState.UNMET)
    if _is_too_often(run, now):
        return _end(run, RuleState.LIMITED)
    _act(run)
    return _end(run, RuleState.DONE)


def _is_too_often(run: RuleRun, now: Any) -> bool:
    before = RuleRun.unscoped.filter(
        rule=run.rule_id,
        conversation=run.conversation_id,
        state=RuleState.DONE,
        ended_at__gt=now - timedelta(hours=1),
    )
    return before.count() >= MOST_AN_HOUR


def _act(run: RuleRun) -> None:
    """Do a rule's actions; the first that is refused ends them, as it ends a macro."""
    keeper = run.rule.keeper
    assert keeper is not None  # looked at before
    is_stopped = False
    for place, step in enumerate(run.rule.steps):
        state, said = StepState.SKIPPED, ""
        if not is_stopped:
            talk = Conversation.unscoped.select_related("contact", "channel", "attendant").get(
                pk=run.conversation_id
            )
            try:
                with rule_acts(), transaction.atomic():
                    is_changed = step_do(
                        step,
                        conversation=talk,
                        actor=keeper,
                        client_id=f"regra.{run.pk}.{place}",
                        is_rule=True,
                    )
                state = StepState.DONE if is_changed else StepState.SAME
            except DomainError as refused:
                state, said, is_stopped = StepState.REFUSED, str(refused), True
        run.outcomes.append({"act": step["act"], "state": str(state), "said": said})
        # Each is written down at once: a process that dies leaves what it did.
        RuleRun.unscoped.filter(pk=run.pk).update(outcomes=run.outcomes)


def _end(run: RuleRun, state: str) -> None:
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["state", "ended_at", "reasons", "outcomes", "updated_at"])


def _count(run: RuleRun) -> None:
    """Count failures in a row; a rule that only fails is switched off."""
    rule = run.rule
    if run.state == RuleState.FAILED:
        rule.failures += 1
        Rule.unscoped.filter(pk=rule.pk).update(failures=rule.failures)
        if rule.failures >= MOST_FAILURES:
            _off(rule, gettext("Falhou dez vezes seguidas."))
    elif rule.failures and run.state == RuleState.DONE:
        rule.failures = 0
        Rule.unscoped.filter(pk=rule.pk).update(failures=0)


def _off(rule: Rule, reason: str) -> None:
    Rule.unscoped.filter(pk=rule.pk).update(
        is_on=False, off_reason=reason, updated_at=timezone.now()
    )
    rule.is_on = False
