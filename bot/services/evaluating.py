"""Test cases: what the bot would do with a text, held against what it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from bot.choices import EvalExpectation, HandoverReason, TurnAct
from bot.decide import HeardWords, TalkState
from bot.models import Assistant, EvalCase, EvalRun
from bot.safety_cases import built_in
from bot.services.answering import Reply, reply_to


@dataclass(frozen=True, slots=True)
class Expected:
    """A case as it is judged; `entry` is an id or None."""

    text: str
    expects: str
    entry: Any = None
    reason: str = ""
    is_safety: bool = False


def cases_of(company_id: Any) -> list[Expected]:
    """Return all cases of a company, those built in first."""
    own = [
        Expected(row.text, row.expects, row.entry_id, row.reason, row.is_safety)
        for row in EvalCase.objects.for_company(company_id)
    ]
    return [Expected(text, expects, is_safety=True) for text, expects in built_in()] + own


def eval_run(*, assistant: Assistant, actor: Membership | None) -> EvalRun:
    """Run all cases against an assistant as it is now. Sends nothing."""
    failures: list[dict[str, Any]] = []
    cases = cases_of(assistant.company_id)
    alarms = tuple(filter(None, assistant.emergency_words.splitlines()))
    for case in cases:
        reply = reply_to(assistant, HeardWords((case.text,)), TalkState(alarms=alarms))
        if not holds_for(case, reply):
            failures.append(
                {
                    "text": case.text,
                    "expected": case.expects,
                    "got": got_of(reply),
                    "is_safety": case.is_safety,
                }
            )
    return EvalRun.unscoped.create(
        company_id=assistant.company_id,
        assistant=assistant,
        total=len(cases),
        passed=len(cases) - len(failures),
        safety_failed=sum(one["is_safety"] for one in failures),
        failures=failures,
        by=actor,
    )


def holds_for(case: Expected, reply: Reply) -> bool:
    """Whether a reply is what a case expects."""
    decision = reply.decision
    is_handed = decision.act == TurnAct.HAND_OVER
    match case.expects:
        case EvalExpectation.ENTRY:
            return reply.entry is not None and reply.entry.pk == case.entry
        case EvalExpectation.OFFER:
            is_offered = str(case.entry) in reply.offered
            return is_offered or (reply.entry is not None and reply.entry.pk == case.entry)
        case EvalExpectation.EMERGENCY:
            return is_handed and decision.reason == HandoverReason.EMERGENCY
        case EvalExpectation.PERSON:
            return is_handed and case.reason in ("", decision.reason)
    return decision.act != TurnAct.ANSWER


def got_of(reply: Reply) -> str:
    """Say in a few words what a reply does."""
    if reply.entry is not None:
        return reply.entry.question
    decision = reply.decision
    words = str(TurnAct(decision.act).label)
    return f"{words}: {HandoverReason(decision.reason).label}" if decision.reason else words
