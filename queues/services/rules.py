"""Rules: written, tried out, switched on and off by who manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError, Forbidden
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from queues.choices import RuleEvent, StepAct
from queues.models import Rule
from queues.services.rule_conditions import (
    ConditionMet,
    conditions_ask,
    conditions_read,
    situation_of,
)
from queues.services.steps import steps_read

MOST_RULES = 100
# So many conversations a dry run looks back.
LOOKED_BACK = 50


class RuleRefused(DomainError):
    """What was given makes no rule."""

    code = "regra_invalida"
    message = _("Confira os dados da regra.")


class RuleTaken(Conflict):
    """Another one has the name."""

    code = "regra_repetida"
    message = _("Já existe uma regra com este nome.")


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have done with a conversation, and why."""

    conversation: Conversation
    is_met: bool
    reasons: list[ConditionMet]


def _manages(actor: Membership) -> None:
    if not actor.is_manager:
        raise Forbidden


@transaction.atomic
def rule_save(
    *,
    actor: Membership,
    rule: Rule | None = None,
    conditions: Sequence[Mapping[str, Any]] = (),
    steps: Sequence[Mapping[str, Any]] = (),
    **values: Any,
) -> Rule:
    """Make or change one: name, event, match, position, is_last. A new one is off until somebody
    switches it on. The actor answers for it from now on. Raises Forbidden, RuleRefused, RuleTaken,
    ConditionRefused, StepRefused, NotFound.
    """
    _manages(actor)
    row = rule or Rule(company_id=actor.company_id)
    for name, value in values.items():
        setattr(row, name, value)
    row.name = row.name.replace("\x00", "").strip()
    if not row.name or len(row.name) > 60:
        raise _wrong("name", gettext("Dê um nome de até 60 letras."))
    if row.event not in RuleEvent:
        raise _wrong("event", gettext("Escolha quando a regra vale."))
    mine = Rule.objects.for_company(actor.company_id)
    if row._state.adding and mine.count() >= MOST_RULES:
        raise _wrong("name", gettext("São até 100 regras."))
    row.conditions = conditions_read(conditions, actor.company_id)
    row.steps = steps_read(steps, actor, is_shared=True)
    if any(one["act"] == StepAct.ASSIGN and "attendant" not in one for one in row.steps):
        raise _wrong("steps", gettext("Numa regra, diga a quem atribuir."))
    row.keeper, row.failures = actor, 0
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise RuleTaken(fields={"name": [RuleTaken.message]}) from None
    _write_down(row, actor, "fila.regra_salva")
    return row


@transaction.atomic
def rule_switch(*, rule: Rule, actor: Membership, is_on: bool) -> Rule:
    """Switch a rule on or off; who switches it on answers for it. Raises Forbidden."""
    _manages(actor)
    row = Rule.objects.for_company(actor.company_id).select_for_update().get(pk=rule.pk)
    row.is_on, row.off_reason = is_on, ""
    if is_on:
        row.keeper, row.failures = actor, 0
    row.save()
    _write_down(row, actor, "fila.regra_ligada" if is_on else "fila.regra_desligada")
    return row


@transaction.atomic
def rule_delete(*, rule: Rule, actor: Membership) -> None:
    """Delete one with its log. Raises Forbidden."""
    _manages(actor)
    _write_down(rule, actor, "fila.regra_apagada")
    rule.delete()


def rule_try(*, rule: Rule, actor: Membership) -> list[Tried]:
    """Ask a rule's conditions of the last conversations its event may be about, as they are now.
    Changes nothing. Raises Forbidden.
    """
    _manages(actor)
    rows = Conversation.objects.for_company(actor.company_id).visible_to(actor)
    rows = rows.select_related("contact", "channel", "attendant__user").order_by("-created_at")
    if rule.event == RuleEvent.FINISHED:
        rows = rows.filter(stage=Stage.CLOSED)
    elif rule.event != RuleEvent.NEW:
        rows = rows.exclude(stage=Stage.CLOSED)
    now = timezone.now()
    tried = []
    for row in rows[:LOOKED_BACK]:
        is_met, reasons = conditions_ask(rule.conditions, rule.match, situation_of(row, (), now))
        tried.append(Tried(row, is_met, reasons))
    return tried


def _wrong(name: str, said: str) -> RuleRefused:
    return RuleRefused(said, fields={name: [said]})


def _write_down(row: Rule, actor: Membership, action: str) -> None:
    audit_record(company=row.company_id, actor=actor.user, action=action, target=row)
