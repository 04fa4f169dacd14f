"""What segments may ask about scores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.segments import Field, Kind, number_of, offer, related_of
from leadscoring.choices import Action
from leadscoring.models import LeadScore


def fields_offer() -> None:
    """Add the fields of this package."""
    # The people are narrowed to their company already.
    rows = LeadScore.unscoped.all()
    offer(Field("score", _("Score"), Kind.NUMBER, number_of(rows, "total")))
    offer(Field("temperatura", _("Temperatura"), Kind.NUMBER, number_of(rows, "temperature")))
    advised = related_of(rows, "recommended_action")
    offer(Field("acao", _("Ação recomendada"), Kind.CHOICE, advised, Action.choices))
