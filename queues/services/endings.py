"""What is asked when a ticket is finished: set by who manages, checked at every door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import DomainError, Forbidden, NotFound
from queues.models import EndingPlan, Queue

MOST_REASONS, MOST_FIELDS = 30, 10
REASON_LENGTH, NAME_LENGTH, VALUE_LENGTH = 100, 60, 500


class EndingIncomplete(DomainError):
    """Something that is asked at the end is missing; `fields` has each by its name."""

    code = "finalizacao_incompleta"
    message = _("Falta preencher o que a finalização pede.")


class EndingRefused(DomainError):
    """What was given makes no plan."""

    code = "finalizacao_invalida"
    message = _("Confira motivos e campos.")


def ending_plan_of(queue: Queue) -> EndingPlan | None:
    """Return what is asked at the end in a queue: its own plan, else the company's."""
    rows = EndingPlan.objects.for_company(queue.company_id).filter(queue=queue)
    company = EndingPlan.objects.for_company(queue.company_id).filter(queue=None)
    return rows.first() or company.first()


def ending_check(queue: Queue, reason: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of the fields that were filled in. Raises EndingIncomplete naming each
    that is missing or not asked, and a reason that is not of the list.
    """
    plan = ending_plan_of(queue)
    asked = {one["name"]: one["is_required"] for one in plan.fields} if plan else {}
    values = {name: str(value).replace("\x00", "").strip() for name, value in given.items()}
    problems: dict[str, list[Any]] = {}
    if plan and plan.is_closed and plan.reasons and reason not in plan.reasons:
        problems["reason"] = [gettext("Escolha um dos motivos da lista.")]
    for name, is_required in asked.items():
        if is_required and not values.get(name):
            problems[name] = [gettext("Falta preencher: %(name)s.") % {"name": name}]
        elif len(values.get(name, "")) > VALUE_LENGTH:
            problems[name] = [gettext("O texto é longo demais para este campo.")]
    for name in values.keys() - asked.keys():
        problems[name[:NAME_LENGTH]] = [gettext("Este campo não é pedido aqui.")]
    if problems:
        lines = [line for found in problems.values() for line in found]
        raise EndingIncomplete(" ".join(lines), fields=problems)
    return {name: values[name] for name in asked if values.get(name)}


@transaction.atomic
def ending_plan_save(
    *,
    actor: Membership,
    queue: Queue | None,
    reasons: Sequence[str],
    is_closed: bool,
    fields: Sequence[Mapping[str, Any]],
) -> EndingPlan:
    """Set what is asked at the end in a queue, or in the company where it is None; nothing at all
    gives the queue the company's again. Raises Forbidden, EndingRefused, NotFound.
    """
    if not actor.is_manager:
        raise Forbidden
    if queue is not None and queue.company_id != actor.company_id:
        raise NotFound
    kept_reasons = _kept(reasons, MOST_REASONS, REASON_LENGTH)
    names = _kept([one["name"] for one in fields], MOST_FIELDS, NAME_LENGTH)
    required = {str(one["name"]).strip() for one in fields if one["is_required"]}
    plan, _is_new = EndingPlan.unscoped.update_or_create(
        company_id=actor.company_id,
        queue=queue,
        defaults={
            "reasons": kept_reasons,
            "is_closed": is_closed and bool(kept_reasons),
            "fields": [{"name": name, "is_required": name in required} for name in names],
        },
    )
    audit_record(
        company=actor.company_id, actor=actor.user, action="fila.finalizacao_salva", target=plan
    )
    if not kept_reasons and not names:
        plan.delete()
    return plan


def _kept(written: Sequence[str], most: int, length: int) -> list[str]:
    cleaned = [one.replace("\x00", "").strip() for one in written]
    found = list(dict.fromkeys(one for one in cleaned if one))
    if len(found) > most or any(len(one) > length for one in found):
        raise EndingRefused
    return found
