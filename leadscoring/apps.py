from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadScoringConfig(AppConfig):
    """Scores of people, and their reasons."""

    name = "leadscoring"
    verbose_name = _("Pontuação de leads")
