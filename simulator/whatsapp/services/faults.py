"""Faults on demand: set one, and the next operations meet it."""

from __future__ import annotations

from django.db.models import F, Q

from simulator.whatsapp.models import SimFault, SimNumber

Kind = SimFault.Kind


def fault_set(
    *,
    kind: str,
    number: SimNumber | None = None,
    code: int = 131000,
    seconds: float = 15,
    remaining: int | None = 1,
) -> SimFault:
    """Make something go wrong for the next `remaining` operations, or until removed when None.

    `code` is Meta's error code (for refusals and failed statuses), `seconds` the delay (for slow
    answers and late statuses).
    """
    return SimFault.objects.create(
        kind=Kind(kind), number=number, code=code, seconds=seconds, remaining=remaining
    )


def faults_clear() -> None:
    """Remove every fault."""
    SimFault.objects.all().delete()


def faults_for(number: SimNumber) -> dict[str, SimFault]:
    """List the faults in force for a number, the oldest of each kind, without using them up."""
    active = SimFault.objects.filter(Q(number=None) | Q(number=number)).exclude(remaining=0)
    found: dict[str, SimFault] = {}
    for fault in active.order_by("created_at", "id"):
        found.setdefault(fault.kind, fault)
    return found


def fault_take(faults: dict[str, SimFault], kind: str) -> SimFault | None:
    """Use one count of a fault up. Returns None when it is not in force or just ran out."""
    fault = faults.get(kind)
    if fault is None or fault.remaining is None:
        return fault
    left = SimFault.objects.filter(pk=fault.pk, remaining__gt=0)
    return fault if left.update(remaining=F("remaining") - 1) else None
