"""Tickets as the thread, the list and the board show them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from inbox.presenters.common import first_name, label_of
from inbox.shapes import Considered, Deadline, TicketFacts
from queues import ranking, routing, selectors
from queues.choices import TicketStatus
from queues.models import Ticket

RULES = {
    routing.STICKY: lambda: _("atendeu este paciente da última vez"),
    routing.TURN: lambda: _("era a vez no rodízio"),
    routing.LEAST: lambda: _("era quem tinha menos atendimentos"),
}
PASSED_OVER = {
    routing.OFFLINE: lambda: _("offline"),
    routing.AWAY: lambda: _("ausente"),
    routing.INACTIVE: lambda: _("fora da fila"),
    routing.FULL: lambda: _("no limite de atendimentos"),
    routing.FULL_HERE: lambda: _("no limite desta fila"),
    routing.LATER_TURN: lambda: _("a vez era depois"),
    routing.BUSIER: lambda: _("tinha mais atendimentos"),
    routing.NOT_LAST: lambda: _("outro colega já conhecia o paciente"),
}


def span_words(span: timedelta) -> str:
    """Word a span of time: 45 s, 12 min, 3 h, 2 d."""
    seconds = abs(int(span.total_seconds()))
    if seconds < 60:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)d min") % {"count": seconds // 60}
    if seconds < 48 * 3600:
        return _("%(count)d h") % {"count": seconds // 3600}
    return _("%(count)d d") % {"count": seconds // 86_400}


def deadline_of(ticket: Ticket, now: datetime | None = None) -> Deadline | None:
    """Draw the promise that is due next; in words, because colour alone tells too little."""
    now = now or timezone.now()
    found = selectors.sla_left(ticket, now)
    if found is None:
        return None
    which, left = found
    name = _("1ª resposta") if which == "primeira_resposta" else _("resolução")
    since = ticket.queued_at if which == "primeira_resposta" else ticket.entered_at
    if left <= timedelta(0):
        words = _("SLA estourado há %(span)s") % {"span": span_words(left)}
        return Deadline("danger", words, name)
    level: Literal["calm", "warning"] = "warning" if left < (now + left - since) / 5 else "calm"
    words = _("SLA: %(name)s em %(span)s") % {"name": name, "span": span_words(left)}
    return Deadline(level, words, name)


def ticket_facts(ticket: Ticket, reader: Membership) -> TicketFacts:
    """Draw a ticket for the contact column. Needs queue and attendant's user loaded."""
    now = timezone.now()
    position = selectors.ticket_position(ticket) if ticket.status == TicketStatus.WAITING else None
    explanation = selectors.ticket_explanation(ticket)
    waited = (ticket.started_at or ticket.ended_at or now) - ticket.entered_at
    facts = [
        (_("Protocolo"), ticket.protocol),
        (_("Fila"), ticket.queue.name),
        (_("Situação"), label_of(TicketStatus, ticket.status)),
        (_("Prioridade"), str(ticket.priority)),
        (_("Espera"), span_words(waited)),
    ]
    if ticket.started_at:
        served = (ticket.ended_at or now) - ticket.started_at
        facts.append((_("Em atendimento"), span_words(served)))
    if position is not None:
        facts.append(
            (
                _("Posição"),
                _("%(place)dº de %(total)d") % dict(zip(("place", "total"), position, strict=True)),
            )
        )
    if ticket.end_reason:
        facts.append((_("Motivo do fim"), ticket.end_reason))
    if ticket.rating:
        facts.append((_("Avaliação"), "★" * ticket.rating + "☆" * (5 - ticket.rating)))
    if ticket.rating_comment:
        facts.append((_("Comentário"), ticket.rating_comment))
    return TicketFacts(
        id=ticket.pk,
        is_open=ticket.is_open,
        facts=tuple(facts),
        deadline=deadline_of(ticket, now),
        rule=RULES[explanation.rule]() if explanation and explanation.rule in RULES else "",
        chosen=explanation.chosen if explanation else "",
        considered=tuple(_considered(name, row) for name, row in explanation.considered)
        if explanation
        else (),
        is_flagged=ticket.flagged_at is not None,
    )


def _considered(name: str, row: routing.Considered) -> Considered:
    reason = PASSED_OVER[row.reason]() if row.reason in PASSED_OVER else _("escolhido")
    return Considered(first_name(name), f"{row.load}/{row.limit}", reason)


def ranking_words(ranked: ranking.Ranked) -> str:
    """Say why a ticket came first: 72 pontos: SLA vence em 3 min, prioridade 8."""
    words = {
        ranking.SLA_BROKEN: lambda value: _("SLA estourado há %(span)s") % {"span": _span(value)},
        ranking.SLA_LEFT: lambda value: _("SLA vence em %(span)s") % {"span": _span(value)},
        ranking.WINDOW_LEFT: lambda value: _("janela fecha em %(span)s") % {"span": _span(value)},
        ranking.PRIORITY: lambda value: _("prioridade %(value)d") % {"value": value},
        ranking.WAITING: lambda value: _("espera há %(span)s") % {"span": _span(value)},
    }
    reasons = ", ".join(words[reason.code](reason.value) for reason in ranked.reasons)
    return _("%(score)d pontos: %(reasons)s") % {"score": ranked.score, "reasons": reasons}


def _span(seconds: int) -> str:
    return span_words(timedelta(seconds=seconds))
