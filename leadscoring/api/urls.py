"""Addresses of scores."""

from __future__ import annotations

from django.urls import path

from leadscoring.api.views import ScoreDetail, ScoreRecalculate

SCORE = "contatos/<uuid:contact_id>/score/"

urlpatterns = [
    path(SCORE, ScoreDetail.as_view(), name="api-score"),
    path(f"{SCORE}recalcular/", ScoreRecalculate.as_view(), name="api-score-recalculate"),
]
