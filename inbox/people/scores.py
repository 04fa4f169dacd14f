"""A person's score as the contact column shows it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Membership
from inbox.people.shapes import ScorePart, ScoreSummary
from inbox.shell.presenters import label_of
from leadscoring.choices import Action
from leadscoring.models import LeadScore
from leadscoring.selectors import heat_of, told

LEVELS = {"hot": "danger", "warm": "warning", "cold": "calm"}
# So many reasons stand open; all others are a click away.
SHOWN = 3


def score_summary(row: LeadScore, reader: Membership) -> ScoreSummary:
    """Draw a score with the reasons for every point."""
    parts = told(row, reader.company)
    weighty = sorted(
        (one for part in parts[:-1] for one in part.reasons), key=lambda one: -abs(one[0].points)
    )
    level, words = heat_of(row.temperature)
    return ScoreSummary(
        total=row.total,
        temperature=row.temperature,
        level=LEVELS[level],
        level_words=_("%(words)s · %(degrees)d") % {"words": words, "degrees": row.temperature},
        action=label_of(Action, row.recommended_action),
        signals=tuple(row.signals),
        main=tuple(text for _reason, text in weighty[:SHOWN]),
        parts=tuple(
            ScorePart(part.words, part.value, tuple(text for _reason, text in part.reasons))
            for part in parts
        ),
    )
