"""Conditions on the list, in a closed grammar that stands in the address:
`ou,canal.<id>,etiqueta.<id>,nao_lida`.

Each word is a facet with its value. Words of one facet are alternatives; facets hold together, or
one of them is enough where the first word is `ou`. What is no word of the grammar says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from contacts.models import Contact
from leadscoring.models import LeadScore
from omnichannel.choices import Stage
from providers.choices import ChannelKind
from providers.registry import policy_of
from queues.models import Ticket, is_at_risk, is_broken

ANY = "ou"
MOST = 16
LENGTH = 900
NOBODY = "ninguem"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is asked: words by facet, and whether one facet is enough."""

    words: tuple[tuple[str, str], ...] = ()
    is_any: bool = False

    def __bool__(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.words)

    def __str__(self) -> str:
        """Write them as they stand in the address."""
        parts = [f"{facet}.{value}" if value else facet for facet, value in self.words]
        return ",".join([ANY, *parts] if self.is_any and parts else parts)

    def values(self, facet: str) -> list[str]:
        """Return what is asked of one facet."""
        return [value for name, value in self.words if name == facet]

    def where(self, now: datetime | None = None) -> Q:
        """Return them as a condition on conversations."""
        now = now or timezone.now()
        facets: dict[str, Q] = {}
        for facet, value in self.words:
            asked = FACETS[facet](value, now)
            facets[facet] = facets[facet] | asked if facet in facets else asked
        join = or_ if self.is_any else and_
        return reduce(join, facets.values(), Q()) if facets else Q()


def conditions_read(text: str) -> Conditions:
    """Read what stands in an address or a form."""
    parts = text[:LENGTH].split(",")
    found: dict[tuple[str, str], None] = {}
    for part in parts:
        facet, _dot, value = part.strip().partition(".")
        if facet in FACETS and _is_value(facet, value):
            found[(facet, value)] = None
    return Conditions(tuple(found)[:MOST], is_any=parts[0].strip() == ANY)


def _is_value(facet: str, value: str) -> bool:
    try:
        FACETS[facet](value, timezone.now())
    except (ValueError, OverflowError):
        return False
    return True


def _none(value: str) -> None:
    if value:
        raise ValueError


def _channel(value: str, now: datetime) -> Q:
    return Q(channel=UUID(value))


def _queue(value: str, now: datetime) -> Q:
    return Q(pk__in=Ticket.objects.open().filter(queue=UUID(value)).values("conversation"))


def _attendant(value: str, now: datetime) -> Q:
    return Q(attendant=None) if value == NOBODY else Q(attendant=UUID(value))


def _tag(value: str, now: datetime) -> Q:
    return Q(contact__in=Contact.objects.filter(tags=UUID(value)).values("pk"))


def _stage(value: str, now: datetime) -> Q:
    return Q(stage=Stage(value))


def _unread(value: str, now: datetime) -> Q:
    _none(value)
    return Q(unread_count__gt=0)


def _unanswered(value: str, now: datetime) -> Q:
    _none(value)
    return ~Q(stage=Stage.CLOSED) & Q(waiting_since__isnull=False)


def _snoozed(value: str, now: datetime) -> Q:
    _none(value)
    return Q(snoozed_at__isnull=False)


def _promise(value: str, now: datetime) -> Q:
    asked = {"estourado": is_broken, "risco": is_at_risk}.get(value)
    if asked is None:
        raise ValueError
    return Q(pk__in=Ticket.objects.open().filter(asked(now)).values("conversation"))


def _score(value: str, now: datetime) -> Q:
    least = int(value)
    if not 0 <= least <= 100:
        raise ValueError
    return Q(contact__in=LeadScore.objects.filter(total__gte=least).values("contact"))


def _window(value: str, now: datetime) -> Q:
    if value not in ("aberta", "fechada"):
        raise ValueError
    still = Q(pk__in=())
    for kind in ChannelKind.values:
        policy = policy_of(kind)
        if policy.is_always_open:
            still |= Q(channel__kind=kind)
        elif policy.window is not None:
            since = now - timedelta(hours=policy.window.hours)
            still |= Q(channel__kind=kind, last_inbound_at__gt=since)
    return still if value == "aberta" else ~still


def _since(value: str, now: datetime) -> Q:
    return Q(last_message_at__gte=_midnight(value))


def _until(value: str, now: datetime) -> Q:
    return Q(last_message_at__lt=_midnight(value) + timedelta(days=1))


def _midnight(value: str) -> datetime:
    return timezone.make_aware(datetime.combine(date.fromisoformat(value), time.min))


FACETS: dict[str, Callable[[str, datetime], Any]] = {
    "canal": _channel,
    "fila": _queue,
    "atendente": _attendant,
    "etiqueta": _tag,
    "etapa": _stage,
    "nao_lida": _unread,
    "sem_resposta": _unanswered,
    "adiada": _snoozed,
    "sla": _promise,
    "score": _score,
    "janela": _window,
    "desde": _since,
    "ate": _until,
}
