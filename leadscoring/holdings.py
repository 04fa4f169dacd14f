"""The tables of this package that touch a person."""

from __future__ import annotations

from contacts.holdings import Holding
from leadscoring.models import (
    ContactFacts,
    LeadOutcome,
    LeadScore,
    LeadScoreHistory,
    TalkFacts,
)

# A profile of a person goes with the person.
HOLDINGS = (
    Holding(TalkFacts, "conversation__contact", is_deleted=True),
    Holding(ContactFacts, "contact", is_deleted=True),
    Holding(LeadScore, "contact", is_deleted=True),
    Holding(LeadScoreHistory, "contact", is_deleted=True),
    Holding(LeadOutcome, "contact", is_deleted=True),
)
# A merged person's counts are summed anew and scored anew: nothing of them is moved.
STAYING = (ContactFacts._meta.label_lower, LeadScore._meta.label_lower)
