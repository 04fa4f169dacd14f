"""Scores, what they are made of, and what was learned from a company's own outcomes."""

from leadscoring.models.facts import ContactFacts, ScoringState, SignalWord, TalkFacts
from leadscoring.models.learned import LeadOutcome, LearnedModel
from leadscoring.models.scores import LeadScore, LeadScoreHistory

__all__ = [
    "ContactFacts",
    "LeadOutcome",
    "LeadScore",
    "LeadScoreHistory",
    "LearnedModel",
    "ScoringState",
    "SignalWord",
    "TalkFacts",
]
