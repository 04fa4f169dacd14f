"""Who is at work. A page says so every 20 seconds; whoever was not heard of for a minute is
offline, because a killed browser never says goodbye (reliability, queue and attendants).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, PauseReason, Presence, PresenceLog
from common import rooms
from common.composed import Composed
from common.errors import DomainError
from common.realtime import Event, publish
from common.slots import Slot
from common.tasks import apart

State = Presence.State

SEEN = timedelta(seconds=60)
DEFAULT_REASONS = ("Almoço", "Pausa", "Reunião", "Treinamento")

# Called inside the transaction, with the presence and the state before: packages above react.
presence_changed: Slot[Callable[[Presence, str], None]] = Slot()


class ReasonUnknown(DomainError):
    """The reason is not on the company's list."""

    code = "motivo_desconhecido"
    message = _("Escolha um dos motivos de pausa da empresa.")


def presence_beat(*, membership: Membership) -> bool:
    """Note that a person's page is there; return whether that brought them back to work.

    The usual case is one UPDATE and no lock that anybody waits for.
    """
    now = timezone.now()
    known = Presence.objects.for_company(membership.company_id).filter(membership=membership)
    if known.exclude(state=State.OFFLINE).update(last_seen_at=now):
        return False
    return _come_back(membership)


@transaction.atomic
def _come_back(membership: Membership) -> bool:
    row = presence_lock(membership)
    row.last_seen_at = timezone.now()
    if row.state == row.chosen:
        row.save(update_fields=["last_seen_at", "updated_at"])
        return False
    _enter(row, row.chosen)
    return True


@transaction.atomic
def presence_choose(
    *, membership: Membership, state: str, reason: PauseReason | None = None
) -> Presence:
    """Record what a person says about themselves. Raises ReasonUnknown."""
    if reason is not None and (
        reason.company_id != membership.company_id or not reason.is_active or state != State.AWAY
    ):
        raise ReasonUnknown
    row = presence_lock(membership)
    row.last_seen_at = timezone.now()
    row.chosen = state
    if row.state == state and row.reason_id == (reason.pk if reason else None):
        row.save(update_fields=["last_seen_at", "chosen", "updated_at"])
        return row
    row.reason = reason
    _enter(row, state)
    return row


def presence_lock(membership: Membership) -> Presence:
    """Return a person's presence, made when they come for the first time, held until the
    transaction ends.
    """
    mine = Presence.unscoped.select_for_update().filter(membership=membership)
    found = mine.first()
    if found is not None:
        return found
    Presence.unscoped.bulk_create(
        [Presence(company_id=membership.company_id, membership=membership, state=State.OFFLINE)],
        ignore_conflicts=True,
    )
    return mine.get()


def gone() -> QuerySet[Presence]:
    """Return those who were not seen for a minute and are not offline yet, of all companies."""
    seen = timezone.now() - SEEN
    # A sweep over all companies: each row is changed on its own, in its own company.
    return Presence.unscoped.exclude(state=State.OFFLINE).filter(last_seen_at__lt=seen)


def presence_expire() -> int:
    """Let everybody who was not seen for a minute be offline; return how many."""
    count = 0
    for pk in gone().values_list("pk", flat=True):
        with apart("presence", pk):
            count += _vanish(pk)
    return count


@transaction.atomic
def _vanish(pk: Any) -> bool:
    row = (
        Presence.unscoped.select_for_update(skip_locked=True)
        .exclude(state=State.OFFLINE)
        .filter(pk=pk, last_seen_at__lt=timezone.now() - SEEN)
        .first()
    )
    if row is None:
        return False
    _enter(row, State.OFFLINE)
    return True


def _enter(row: Presence, state: str) -> None:
    """Change a locked presence: the row, the log, whoever listens, open pages."""
    before, now = row.state, timezone.now()
    row.state, row.since, row.cleared_at = state, now, None
    if state != State.AWAY:
        row.reason = None
    row.save()
    mine = PresenceLog.unscoped.filter(membership_id=row.membership_id, ended_at=None)
    mine.update(ended_at=now, updated_at=now)
    PresenceLog.unscoped.create(
        company_id=row.company_id,
        membership_id=row.membership_id,
        state=state,
        reason=row.reason.name if row.reason else "",
        started_at=now,
    )
    for listener in presence_changed:
        listener(row, before)
    publish(
        Event(
            type="system_message",
            groups=(rooms.everything(row.company_id), rooms.own(row.membership_id)),
            data={"what": "presence", "member": str(row.membership_id), "state": state},
        )
    )


# Every page of the inbox asks.
_REASONS = Composed(lambda company_id: PauseReason.objects.for_company(company_id))


def reasons_of(company_id: Any) -> list[PauseReason]:
    """Return a company's reasons for a pause; a company that has none yet gets the usual ones."""
    mine = _REASONS.rows(company_id)
    if not mine:
        PauseReason.unscoped.bulk_create(
            [PauseReason(company_id=company_id, name=name) for name in DEFAULT_REASONS],
            ignore_conflicts=True,
        )
        mine = _REASONS.rows(company_id)
    return [reason for reason in mine if reason.is_active]
