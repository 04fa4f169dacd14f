from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """What happened, in numbers that can be counted again."""

    name = "analytics"
    verbose_name = _("Relatórios")
