"""The router's codes in words, for whoever asks "Por que este atendente?"."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from queues import routing

RULES = {
    routing.STICKY: _("atendeu este paciente da última vez"),
    routing.TURN: _("era a vez no rodízio"),
    routing.LEAST: _("era quem tinha menos atendimentos"),
}
REASONS = {
    routing.FREE: _("escolhido"),
    routing.OFFLINE: _("offline"),
    routing.AWAY: _("ausente"),
    routing.INACTIVE: _("fora da fila"),
    routing.FULL: _("no limite de atendimentos"),
    routing.FULL_HERE: _("no limite desta fila"),
    routing.LATER_TURN: _("a vez era depois"),
    routing.BUSIER: _("tinha mais atendimentos"),
    routing.NOT_LAST: _("outro colega já conhecia o paciente"),
}


def rule_words(code: str) -> str:
    """Say by which rule somebody was chosen, "" for nobody."""
    return str(RULES.get(code, ""))


def reason_words(code: str) -> str:
    """Say why somebody was passed over; the chosen one has no reason."""
    return str(REASONS.get(code, code))
