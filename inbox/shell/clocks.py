"""Times that go on: the server says from or until when, one clock in the page keeps the words true
(static/inbox/js/clock.js). What is drawn here is what stands until then, by the same rules.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, gettext_lazy

from inbox.shell.shapes import Deadline, Since
from omnichannel.models import Conversation
from queues import selectors, sla
from queues.choices import TicketStatus
from queues.models import Ticket

# Sentences of the clock, by name: while it runs, and in its first minute.
WAITS, UNANSWERED, SPAN = "espera", "resposta", "tempo"
SAID: dict[str, tuple[Any, Any]] = {
    WAITS: (gettext_lazy("Espera %(span)s"), gettext_lazy("Chegou agora")),
    UNANSWERED: (
        gettext_lazy("Aguarda resposta há %(span)s"),
        gettext_lazy("Aguarda resposta"),
    ),
}
PROMISED: dict[str, Any] = {
    sla.FIRST_RESPONSE: gettext_lazy("SLA: 1ª resposta em %(span)s"),
    sla.RESOLUTION: gettext_lazy("SLA: resolução em %(span)s"),
}
BROKEN = gettext_lazy("SLA estourado há %(span)s")
UNITS: dict[str, Any] = {
    "s": gettext_lazy("%(count)s s"),
    "min": gettext_lazy("%(count)s min"),
    "h": gettext_lazy("%(count)s h"),
    "d": gettext_lazy("%(count)s d"),
}


# A list asks for the same few words dozens of times, and each would be translated anew.
@lru_cache(maxsize=32)
def _unit(language: str | None, name: str) -> str:
    return str(UNITS[name])


@lru_cache(maxsize=32)
def _said(language: str | None, name: str) -> tuple[str, str]:
    running, new = SAID.get(name, ("%(span)s", ""))
    return str(running), str(new)


def span_words(span: timedelta) -> str:
    """Word a span of time: 45 s, 12 min, 3 h, 2 d."""
    seconds = abs(int(span.total_seconds()))
    for unit, size, limit in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 48 * 3600)):
        if seconds < limit:
            return _unit(get_language(), unit) % {"count": seconds // size}
    return _unit(get_language(), "d") % {"count": seconds // 86_400}


def seconds_words(seconds: int | None) -> str:
    """Word a span that is over."""
    return "-" if seconds is None else span_words(timedelta(seconds=seconds))


def since(moment: datetime, name: str = SPAN, now: datetime | None = None) -> Since:
    """Draw a time that has been running since a moment."""
    span = max((now or timezone.now()) - moment, timedelta(0))
    running, new = _said(get_language(), name)
    if new and span < timedelta(minutes=1):
        return Since(moment, name, new)
    return Since(moment, name, running % {"span": span_words(span)})


def deadline_of(ticket: Ticket, now: datetime | None = None) -> Deadline | None:
    """Draw the promise that is due next; in words, because colour alone tells too little."""
    now = now or timezone.now()
    step = selectors.next_promise(ticket)
    if step is None:
        return None
    is_first = step.which == sla.FIRST_RESPONSE
    warn_at = ticket.first_response_warn_at if is_first else ticket.resolution_warn_at
    left = step.at - now
    if left <= timedelta(0):
        level, said = "danger", BROKEN
    else:
        level = "warning" if warn_at is not None and warn_at <= now else "calm"
        said = PROMISED[step.which]
    words = str(said) % {"span": span_words(left)}
    return Deadline(level, words, step.which, step.at, warn_at)  # type: ignore[arg-type]


def clock_texts() -> dict[str, str]:
    """Return the sentences of the page's clock, their blanks as scripts fill them."""
    texts: dict[str, Any] = {f"clock_{unit}": words for unit, words in UNITS.items()}
    for name, (running, new) in SAID.items():
        texts |= {f"clock_{name}": running, f"clock_{name}_new": new}
    texts |= {f"clock_{name}": words for name, words in PROMISED.items()}
    texts["clock_broken"] = BROKEN
    return {name: str(words) % _Blanks() for name, words in texts.items()}


class _Blanks(dict[str, str]):
    """Turns gettext's blanks into those of fragments.js: %(span)s into {span}."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def moment_ahead(moment: datetime) -> str:
    """Tell an hour to come with its day, unless that is today: 07:33, amanhã às 07:33."""
    local, today = timezone.localtime(moment), timezone.localdate()
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days <= 0:
        return clock
    if days == 1:
        return gettext("amanhã às %(clock)s") % {"clock": clock}
    form = "d/m" if local.year == today.year else "d/m/Y"
    return gettext("%(day)s às %(clock)s") % {"day": date_format(local, form), "clock": clock}


def snoozed_words(conversation: Conversation) -> str:
    """Say until when a conversation is put aside; "" when it is not."""
    if conversation.snoozed_at is None:
        return ""
    if conversation.snoozed_until is None:
        return gettext("Adiada até o paciente escrever")
    return gettext("Adiada: %(moment)s") % {"moment": moment_ahead(conversation.snoozed_until)}


def waited_of(ticket: Ticket, now: datetime) -> str | Since:
    """Draw how long nobody served a ticket; while it waits, that goes on."""
    if ticket.status == TicketStatus.WAITING:
        return since(ticket.waits_since, now=now)
    return seconds_words(ticket.waited_seconds(now))
