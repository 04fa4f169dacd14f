"""What rules wait for, written down in the transaction in which it happens. They run after it is
committed (queues.services.rule_running): nothing here may stop a message or a move.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction

from common.tasks import ring
from omnichannel.choices import Stage
from omnichannel.services.observing import Arrival, Move, Observer
from queues import bells
from queues.choices import RuleEvent
from queues.models import Rule, RuleRun, Ticket

logger = logging.getLogger(__name__)
# What a rule does is no event for rules, so that none goes round in a ring.
_acting: ContextVar[bool] = ContextVar("a rule acts", default=False)


@dataclass(frozen=True, slots=True)
class RuleMoment:
    """One event: `key` names it for good, so that whoever notes it twice notes it once."""

    event: str
    conversation_id: Any
    key: str
    message_ids: list[str] = field(default_factory=list)


@contextmanager
def rule_acts() -> Iterator[None]:
    """Let nothing that happens inside be an event for rules."""
    token = _acting.set(True)
    try:
        yield
    finally:
        _acting.reset(token)


def moments_note(company_id: Any, found: Sequence[RuleMoment]) -> None:
    """Write down what a company's rules wait for, and ring for them after commit. What fails here
    is told in the log and changes nothing for who called.
    """
    if not found or _acting.get():
        return
    try:
        # A savepoint: what fails in here must not undo the message.
        with transaction.atomic():
            _note(company_id, found)
    except DatabaseError:
        logger.exception("rules of company %s: events not noted", company_id)


def _note(company_id: Any, found: Sequence[RuleMoment]) -> None:
    wanted = {one.event for one in found}
    on = Rule.unscoped.filter(company_id=company_id, is_on=True, event__in=wanted)
    rules = list(on.order_by("position", "id").values_list("id", "event"))
    if not rules:
        return
    RuleRun.unscoped.bulk_create(
        [
            RuleRun(
                company_id=company_id,
                rule_id=rule_id,
                conversation_id=one.conversation_id,
                event=one.event,
                event_key=one.key,
                message_ids=one.message_ids,
            )
            for one in found
            for rule_id, event in rules
            if event == one.event
        ],
        ignore_conflicts=True,
    )
    ring(bells.RULES, str(company_id))


class RuleEvents(Observer):
    """Notes what patients write and where conversations go."""

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Note new conversations and messages; an answer to a rating is none."""
        by_company: dict[Any, list[RuleMoment]] = {}
        for arrival in arrivals:
            if arrival.is_courtesy or not arrival.messages:
                continue
            talk, ids = arrival.conversation, [str(one.pk) for one in arrival.messages]
            noted = by_company.setdefault(talk.company_id, [])
            noted.append(RuleMoment(RuleEvent.MESSAGE, talk.pk, f"m.{ids[-1]}", ids))
            if arrival.messages[0].seq == 1:
                noted.append(RuleMoment(RuleEvent.NEW, talk.pk, f"n.{talk.pk}", ids))
        for company_id, found in by_company.items():
            moments_note(company_id, found)

    def moved(self, move: Move) -> None:
        """Note that a conversation went to other hands, or ended."""
        talk = move.conversation
        is_over = talk.stage == Stage.CLOSED
        event = RuleEvent.FINISHED if is_over else RuleEvent.MOVED
        key = f"{'f' if is_over else 'v'}.{talk.pk}.{talk.revision}"
        moments_note(talk.company_id, [RuleMoment(event, talk.pk, key)])


def warning_note(ticket: Ticket, which: str) -> None:
    """Note that a promise of a ticket comes near."""
    key = f"s.{ticket.pk}.{which}"
    moment = RuleMoment(RuleEvent.WARNED, ticket.conversation_id, key)
    moments_note(ticket.company_id, [moment])
