"""Addresses of other systems: made, changed, given another secret, tried out, sent to again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError, Forbidden, NotFound
from common.happenings import Happening, HappeningKind
from common.tasks import ring
from integrations import bells
from integrations.guard import address_check
from integrations.models import (
    TEST,
    EventState,
    HookSubscription,
    OutgoingEvent,
    StopReason,
)
from integrations.services.outbox import outbox_keep
from integrations.signing import secret_new

# More addresses than any clinic has; each costs every change a row.
MOST = 20
# How long the secret before the last one goes on signing, for receivers to be given the new one.
BOTH_FOR = timedelta(hours=24)
RESEND_MOST = 10_000


class HookRefused(DomainError):
    """What was given makes no subscription."""

    code = "webhook_invalido"
    message = _("Confira os dados do webhook.")


class HookOff(Conflict):
    """It is switched off, so nothing is sent."""

    code = "webhook_desligado"
    message = _("Este webhook está desligado. Ligue-o antes de enviar.")


class HookEarly(Conflict):
    """Two secrets sign already."""

    code = "segredo_em_troca"
    message = _(
        "O segredo foi trocado há menos de 24 horas e o anterior ainda assina. Espere ou encerre o"
        " anterior."
    )


def secrets_of(row: HookSubscription, now: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first. Raises SecretUnreadable."""
    found = []
    for one in row.sealed.get("secrets", []):
        until = one.get("until")
        if until is None or datetime.fromisoformat(until) > now:
            found.append(str(one["value"]))
    return found


@transaction.atomic
def hook_create(
    *, actor: Membership, name: str, url: str, events: Iterable[str], is_active: bool = True
) -> tuple[HookSubscription, str]:
    """Make a subscription; return it with its secret, which is shown this once. Raises Forbidden,
    HookRefused, AddressRefused.
    """
    _require_administrator(actor)
    rows = HookSubscription.objects.for_company(actor.company_id)
    if rows.count() >= MOST:
        raise HookRefused(_("Há webhooks demais. Apague os que não se usam."))
    row = HookSubscription(company_id=actor.company_id, is_active=is_active)
    _fill(row, name=name, url=url, events=events)
    secret = secret_new()
    row.sealed = {"secrets": [{"value": secret, "until": None}]}
    row.save(force_insert=True)
    _note(row, actor, "integracao.criada", eventos=row.events)
    return row, secret


@transaction.atomic
def hook_change(*, row: HookSubscription, actor: Membership, **values: Any) -> HookSubscription:
    """Change name, url, events or is_active. Switched off, what waits is cancelled; switched on, it
    begins with what happens from then on. Raises Forbidden, HookRefused, AddressRefused.
    """
    _require_administrator(actor)
    held = _held(row)
    was_active = held.is_active
    _fill(held, **{name: values[name] for name in ("name", "url", "events") if name in values})
    held.is_active = values.get("is_active", held.is_active)
    if was_active and not held.is_active:
        waiting_cancel(held)
    if held.is_active and not was_active:
        held.stop_reason, held.stopped_at = StopReason.NONE, None
        held.failure_count, held.failing_since, held.next_probe_at = 0, None, None
        held.lost_count = 0
    held.save()
    _note(held, actor, "integracao.alterada", campos=sorted(values))
    return held


@transaction.atomic
def hook_delete(*, row: HookSubscription, actor: Membership) -> None:
    """Delete a subscription with all it was sent. Raises Forbidden."""
    _require_administrator(actor)
    held = _held(row)
    _note(held, actor, "integracao.apagada")
    held.delete()


@transaction.atomic
def hook_rotate(*, row: HookSubscription, actor: Membership, at_once: bool = False) -> str:
    """Give it another secret and return that, shown this once. The one before signs too for
    BOTH_FOR; `at_once` ends it now, for one that leaked. Raises Forbidden, HookEarly.
    """
    _require_administrator(actor)
    held, now = _held(row), timezone.now()
    signing = secrets_of(held, now)
    if len(signing) > 1 and not at_once:
        raise HookEarly
    secret = secret_new()
    kept = [{"value": secret, "until": None}]
    if not at_once:
        until = (now + BOTH_FOR).isoformat()
        kept += [{"value": one, "until": until} for one in signing[:1]]
    held.sealed = {"secrets": kept}
    held.save(update_fields=["sealed", "updated_at"])
    _note(held, actor, "integracao.segredo_trocado")
    return secret


@transaction.atomic
def hook_test(*, row: HookSubscription, actor: Membership) -> OutgoingEvent:
    """Send it a test event of nobody. Raises Forbidden, HookOff."""
    _require_administrator(actor)
    held = _held(row)
    if not held.is_active:
        raise HookOff
    # A lane of its own: what waits in a conversation does not keep it.
    happening = Happening(TEST, held.pk, {"subscription": held.pk})
    (pk,) = outbox_keep(held.company_id, [(held.pk, happening)], timezone.now())
    # A broken address has one try a minute, which this one is.
    HookSubscription.unscoped.filter(pk=held.pk).update(next_probe_at=None)
    _note(held, actor, "integracao.testada")
    ring(bells.DELIVER)
    return OutgoingEvent.objects.for_company(held.company_id).get(pk=pk)


@transaction.atomic
def events_resend(
    *, row: HookSubscription, actor: Membership, events: Sequence[Any] | None = None
) -> int:
    """Send settled events again under their own ids, each for another day: those named, or all
    that were given up or cancelled, the oldest first, up to RESEND_MOST. Return how many.

    Raises Forbidden, HookOff, NotFound where none of the named is this address's.
    """
    _require_administrator(actor)
    held = _held(row)
    if not held.is_active:
        raise HookOff
    mine = OutgoingEvent.objects.for_company(held.company_id).filter(subscription=held)
    if events is not None:
        mine = mine.filter(pk__in=events)
        if not mine.exists():
            raise NotFound
        mine = mine.exclude(state__in=(EventState.PENDING, EventState.SENDING))
    else:
        mine = mine.filter(state__in=(EventState.EXPIRED, EventState.CANCELLED))
    chosen = list(mine.order_by("number").values_list("pk", flat=True)[:RESEND_MOST])
    now = timezone.now()
    count = OutgoingEvent.unscoped.filter(pk__in=chosen).update(
        state=EventState.PENDING,
        attempts=0,
        begun_at=now,
        next_at=now,
        settled_at=None,
        claimed_at=None,
        updated_at=now,
    )
    _note(held, actor, "integracao.reenviada", quantos=count)
    ring(bells.DELIVER)
    return count


def waiting_cancel(row: HookSubscription) -> int:
    """Cancel what waits for an address; return how much. What is under way is settled by whoever
    sends it.
    """
    now = timezone.now()
    waiting: QuerySet[OutgoingEvent] = OutgoingEvent.objects.for_company(row.company_id).filter(
        subscription=row, state=EventState.PENDING
    )
    return waiting.update(state=EventState.CANCELLED, settled_at=now, updated_at=now)


def _held(row: HookSubscription) -> HookSubscription:
    rows = HookSubscription.objects.for_company(row.company_id).select_for_update()
    held: HookSubscription | None = rows.filter(pk=row.pk).first()
    if held is None:
        raise NotFound
    return held


def _require_administrator(actor: Membership) -> None:
    if not actor.is_administrator:
        raise Forbidden


def _fill(row: HookSubscription, **values: Any) -> None:
    if "name" in values:
        row.name = str(values["name"]).strip()
        if not 1 <= len(row.name) <= 80:
            raise _refused("name", _("Dê um nome de até 80 letras."))
    if "url" in values:
        row.url = str(values["url"]).strip()
        address_check(row.url)
    if "events" in values:
        asked = set(values["events"])
        row.events = [kind for kind in HappeningKind.values if kind in asked]
        if not row.events or len(row.events) != len(asked):
            raise _refused("events", _("Escolha um ou mais eventos da lista."))


def _refused(name: str, said: Any) -> HookRefused:
    return HookRefused(said, fields={name: [said]})


def _note(row: HookSubscription, actor: Membership, action: str, **detail: Any) -> None:
    audit_record(company=row.company_id, actor=actor.user, action=action, target=row, detail=detail)
