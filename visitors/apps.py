from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitorsConfig(AppConfig):
    """Who writes from a clinic's site, without any account."""

    name = "visitors"
    verbose_name = _("Visitantes do site")
