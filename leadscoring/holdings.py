"""The tables of this package that touch a person."""

from __future__ import annotations

from contacts.holdings import Holding, hold
from contacts.services.merging import movers
from leadscoring.models import (
    ContactFacts,
    LeadOutcome,
    LeadScore,
    LeadScoreHistory,
    TalkFacts,
)


def holdings_name() -> None:
    """Name them: a profile of a person goes with the person."""
    hold(
        Holding(TalkFacts, "conversation__contact", is_deleted=True),
        Holding(ContactFacts, "contact", is_deleted=True),
        Holding(LeadScore, "contact", is_deleted=True),
        Holding(LeadScoreHistory, "contact", is_deleted=True),
        Holding(LeadOutcome, "contact", is_deleted=True),
    )
    # A merged person's counts are summed anew and scored anew: nothing of them is moved.
    movers[ContactFacts._meta.label_lower] = None
    movers[LeadScore._meta.label_lower] = None
