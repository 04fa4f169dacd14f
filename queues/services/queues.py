"""Queues themselves: their rules, their people, the weights of "Próximo atendimento"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership, User
from accounts.services.audit import audit_record
from common.errors import DomainError, NotFound
from common.files import files_delete
from common.realtime import publish
from common.tasks import ring
from queues import bells, events
from queues.errors import QueueInUse, QueueNameTaken
from queues.models import (
    NextWeights,
    Queue,
    QueueChannel,
    QueueMember,
    QuickReplyFile,
    Ticket,
)


class QueueRefused(DomainError):
    """A rule of the queue makes no sense."""

    code = "fila_invalida"
    message = _("Confira os dados da fila.")


class QueueStillWaited(DomainError):
    """Somebody waits in it."""

    code = "fila_com_espera"
    status = 409
    message = _("Há pacientes esperando nesta fila. Transfira-os antes de desativá-la.")


@transaction.atomic
def queue_save(
    *,
    company: Company,
    actor: User | None,
    queue: Queue | None = None,
    channels: Sequence[Any] | None = None,
    **values: Any,
) -> Queue:
    """Make or change a queue; `channels` replaces those it serves. Raises QueueRefused,
    QueueNameTaken, QueueStillWaited, NotFound for another company's calendar or channel.
    """
    row = queue or Queue(company=company)
    for name, value in values.items():
        setattr(row, name, value)
    _check(row, channels or ())
    mine = Queue.objects.for_company(company)
    if mine.exclude(pk=row.pk).filter(name__iexact=row.name).exists():
        raise QueueNameTaken(fields={"name": [QueueNameTaken.message]})
    if not row.is_active and Ticket.unscoped.waiting().filter(queue_id=row.pk).exists():
        raise QueueStillWaited(fields={"is_active": [QueueStillWaited.message]})
    if row.is_default:
        mine.exclude(pk=row.pk).filter(is_default=True).update(is_default=False)
    row.save()
    if channels is not None:
        _serve(row, channels)
    _changed(row, actor, "fila.salva")
    return row


@transaction.atomic
def queue_delete(*, queue: Queue, actor: User | None) -> None:
    """Delete a queue that never had a ticket. Raises QueueInUse."""
    if Ticket.unscoped.filter(queue=queue).exists():
        raise QueueInUse
    audit_record(company=queue.company_id, actor=actor, action="fila.apagada", target=queue)
    files_delete([one.file for one in QuickReplyFile.unscoped.filter(reply__queue=queue)])
    queue.delete()


@transaction.atomic
def members_set(
    *, queue: Queue, actor: User | None, members: Sequence[dict[str, Any]]
) -> list[QueueMember]:
    """Replace a queue's people: {"membership", "capacity", "order", "is_active"} each. Whoever
    stays keeps their turn. Raises NotFound for somebody of another company.
    """
    people: list[Membership] = [item["membership"] for item in members]
    if any(person.company_id != queue.company_id for person in people):
        raise NotFound
    if len({person.pk for person in people}) != len(people):
        raise QueueRefused(_("A mesma pessoa aparece duas vezes."))
    known = {row.membership_id: row for row in QueueMember.unscoped.filter(queue=queue)}
    # A newcomer is next after everybody who is there, not before everybody for hours.
    last = max((row.turn for row in known.values()), default=0)
    kept: list[QueueMember] = []
    for item in members:
        person = item["membership"]
        row = known.pop(person.pk, None) or QueueMember(
            company_id=queue.company_id, queue=queue, membership=person, turn=last
        )
        row.capacity = item.get("capacity")
        row.order = item.get("order", 0)
        row.is_active = item.get("is_active", True)
        row.save()
        kept.append(row)
    QueueMember.unscoped.filter(pk__in=[row.pk for row in known.values()]).delete()
    _changed(queue, actor, "fila.equipe")
    return kept


@transaction.atomic
def weights_save(*, company: Company, actor: User | None, **values: int) -> NextWeights:
    """Set how a company orders "Próximo atendimento". Raises QueueRefused."""
    if any(not 0 <= value <= 100 for value in values.values()):
        raise QueueRefused(_("Os pesos vão de 0 a 100."))
    row, _made = NextWeights.unscoped.update_or_create(company=company, defaults=values)
    audit_record(company=company, actor=actor, action="fila.pesos", target=row)
    return row


def _serve(queue: Queue, channels: Sequence[Any]) -> None:
    # The relation's own manager would ask for a scope, which the back-office does not have.
    places = QueueChannel._default_manager
    wanted = {channel.pk for channel in channels}
    places.filter(queue_id=queue.pk).exclude(channel_id__in=wanted).delete()
    places.bulk_create(
        [QueueChannel(queue_id=queue.pk, channel_id=pk) for pk in wanted],
        ignore_conflicts=True,
    )


def _check(row: Queue, channels: Sequence[Any]) -> None:
    wrong: dict[str, list[Any]] = {}
    if not row.name.strip():
        wrong["name"] = [_("Informe o nome.")]
    if not 1 <= row.priority <= 10:
        wrong["priority"] = [_("A prioridade vai de 1 a 10.")]
    if row.capacity < 1:
        wrong["capacity"] = [_("Cada atendente precisa poder ter ao menos um atendimento.")]
    if wrong:
        raise QueueRefused(fields=wrong)
    others = [row.calendar, *channels]
    if any(other is not None and other.company_id != row.company_id for other in others):
        raise NotFound


def _changed(queue: Queue, actor: User | None, action: str) -> None:
    audit_record(company=queue.company_id, actor=actor, action=action, target=queue)
    publish(events.queue_changed(queue))
    ring(bells.DRAIN, str(queue.company_id))
