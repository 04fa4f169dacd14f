"""The tables of this package that touch a person."""

from __future__ import annotations

from contacts.holdings import Holding
from queues.models import MacroRun, RuleRun, Ticket, TicketEvent

# Waits and reasons are counted on, what people wrote in them goes.
HOLDINGS = (
    Holding(Ticket, "contact", blanks={"rating_comment": "", "end_reason": "", "end_fields": None}),
    # Why an action was refused may name somebody.
    Holding(MacroRun, "conversation__contact", blanks={"outcomes": []}),
    Holding(RuleRun, "conversation__contact", blanks={"outcomes": []}),
    Holding(TicketEvent, "ticket__contact", blanks={"detail": {}}),
)
