"""What segments may ask about scores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.segments import FieldKind, SegmentField, number_of, related_of
from leadscoring.choices import Action
from leadscoring.models import LeadScore

# The people are narrowed to their company already.
_rows = LeadScore.unscoped.all()
_advised = related_of(_rows, "recommended_action")
FIELDS = (
    SegmentField("score", _("Score"), FieldKind.NUMBER, number_of(_rows, "total")),
    SegmentField(
        "temperatura", _("Temperatura"), FieldKind.NUMBER, number_of(_rows, "temperature")
    ),
    SegmentField("acao", _("Ação recomendada"), FieldKind.CHOICE, _advised, Action.choices),
)
