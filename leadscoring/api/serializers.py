"""What a score looks like in JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from leadscoring.choices import Dimension
from leadscoring.models import LeadScore
from leadscoring.selectors import told


class ReasonOut(serializers.Serializer[Any]):
    """Some points and why they were given or taken."""

    dimension = serializers.ChoiceField(choices=Dimension.choices, help_text="Parte do score.")
    code = serializers.CharField(help_text="Código estável do critério.")
    points = serializers.IntegerField(help_text="Pontos dados, ou tirados, na parte do score.")
    text = serializers.CharField(help_text="O motivo em uma frase.")


class ScoreOut(serializers.ModelSerializer[LeadScore]):
    """A person's score. In each part the points of its reasons add up to its number."""

    reasons = serializers.SerializerMethodField(help_text="Os motivos de todos os pontos.")
    signals = serializers.ListField(
        child=serializers.CharField(), help_text="Palavras de intenção que a pessoa usou."
    )

    class Meta:
        model = LeadScore
        fields = (
            *("total", "behaviour", "profile", "engagement", "intent", "temperature"),
            *("purchase_intent", "recommended_action", "signals", "reasons", "calculated_at"),
        )

    def get_reasons(self, row: LeadScore) -> list[dict[str, Any]]:
        """Explain every point, in the order of the parts."""
        return [
            {"dimension": part.code, "code": one.code, "points": one.points, "text": text}
            for part in told(row, self.context["company"])
            for one, text in part.reasons
        ]
