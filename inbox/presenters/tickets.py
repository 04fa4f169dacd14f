"""Tickets as the thread, the list and the board show them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from inbox.presenters.common import first_name, label_of
from inbox.shapes import Considered, Deadline, TicketFacts
from queues import ranking, routing, selectors, sla
from queues.choices import TicketStatus
from queues.models import Ticket
from queues.wording import reason_words, rule_words


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
    step = selectors.next_promise(ticket)
    if step is None:
        return None
    is_first = step.which == sla.FIRST_RESPONSE
    name = _("1ª resposta") if is_first else _("resolução")
    left = step.at - now
    if left <= timedelta(0):
        words = _("SLA estourado há %(span)s") % {"span": span_words(left)}
        return Deadline("danger", words, name)
    warn_at = ticket.first_response_warn_at if is_first else ticket.resolution_warn_at
    is_near = warn_at is not None and warn_at <= now
    words = _("SLA: %(name)s em %(span)s") % {"name": name, "span": span_words(left)}
    return Deadline("warning" if is_near else "calm", words, name)


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
        rule=rule_words(explanation.rule) if explanation else "",
        chosen=explanation.chosen if explanation else "",
        considered=tuple(_considered(name, row) for name, row in explanation.considered)
        if explanation
        else (),
        is_flagged=ticket.flagged_at is not None,
    )


def _considered(name: str, row: routing.Considered) -> Considered:
    return Considered(first_name(name), f"{row.load}/{row.limit}", reason_words(row.reason))


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
