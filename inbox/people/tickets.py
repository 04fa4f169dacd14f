"""Tickets as the thread, the list and the board show them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from inbox.people.shapes import ConsideredAttendant, Handover, TicketSummary
from inbox.shell.clocks import deadline_of, since, span_words, waited_of
from inbox.shell.presenters import first_name, label_of
from inbox.shell.shapes import Since
from queues import ranking, routing, selectors
from queues.choices import TicketStatus
from queues.models import Ticket
from queues.wording import reason_words, rule_words


def transfer_of(ticket: Ticket) -> Handover | None:
    """Return who passed a ticket on and why; None when nobody did. Needs `previous` loaded."""
    before = ticket.previous
    if before is None or before.status != TicketStatus.TRANSFERRED:
        return None
    giver = before.attendant
    return Handover(first_name(giver.user.name) if giver else "", before.end_reason)


def ticket_summary(ticket: Ticket, reader: Membership) -> TicketSummary:
    """Draw a ticket for the contact column. Needs queue and attendant's user loaded."""
    now = timezone.now()
    position = selectors.ticket_position(ticket) if ticket.status == TicketStatus.WAITING else None
    explanation = selectors.ticket_explanation(ticket)
    facts: list[tuple[str, str | Since]] = [
        (_("Protocolo"), ticket.protocol),
        (_("Fila"), ticket.queue.name),
        (_("Situação"), label_of(TicketStatus, ticket.status)),
        (_("Prioridade"), str(ticket.priority)),
        (_("Espera"), waited_of(ticket, now)),
    ]
    if ticket.started_at:
        ended = ticket.ended_at
        served = span_words(ended - ticket.started_at) if ended else since(ticket.started_at)
        facts.append((_("Em atendimento"), served))
    if position is not None:
        facts.append(
            (
                _("Posição"),
                _("%(place)dº de %(total)d") % dict(zip(("place", "total"), position, strict=True)),
            )
        )
    if handed := transfer_of(ticket):
        if handed.by:
            facts.append((_("Transferido por"), handed.by))
        facts.append((_("Motivo da transferência"), handed.reason))
    if ticket.end_reason:
        facts.append((_("Motivo do fim"), ticket.end_reason))
    if ticket.rating:
        facts.append((_("Avaliação"), "★" * ticket.rating + "☆" * (5 - ticket.rating)))
    if ticket.rating_comment:
        facts.append((_("Comentário"), ticket.rating_comment))
    return TicketSummary(
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


def _considered(name: str, row: routing.Considered) -> ConsideredAttendant:
    return ConsideredAttendant(
        first_name(name), f"{row.load}/{row.limit}", reason_words(row.reason)
    )


def ranking_words(ranked: ranking.Ranked) -> str:
    """Say why a ticket came first: 72 pontos: SLA vence em 3 min, prioridade 8."""
    words = {
        ranking.SLA_BROKEN: lambda value: _("SLA estourado há %(span)s") % {"span": _span(value)},
        ranking.SLA_LEFT: lambda value: _("SLA vence em %(span)s") % {"span": _span(value)},
        ranking.WINDOW_LEFT: lambda value: _("janela fecha em %(span)s") % {"span": _span(value)},
        ranking.PRIORITY: lambda value: _("prioridade %(value)d") % {"value": value},
        ranking.WAITING: lambda value: _("chegou há %(span)s") % {"span": _span(value)},
    }
    reasons = ", ".join(words[reason.code](reason.value) for reason in ranked.reasons)
    return _("%(score)d pontos: %(reasons)s") % {"score": ranked.score, "reasons": reasons}


def heaviest_words(ranked: ranking.Ranked) -> str:
    """Say in a word what makes a row stand where it does: 72 · SLA."""
    words = {
        ranking.SLA_BROKEN: "SLA",
        ranking.SLA_LEFT: "SLA",
        ranking.WINDOW_LEFT: _("janela"),
        ranking.PRIORITY: _("prioridade"),
        ranking.WAITING: _("espera"),
    }
    named = words[ranked.reasons[0].code] if ranked.reasons else ""
    return f"{ranked.score} · {named}" if named else str(ranked.score)


def _span(seconds: int) -> str:
    return span_words(timedelta(seconds=seconds))
