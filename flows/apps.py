from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FlowsConfig(AppConfig):
    """Flows that people draw: versions, runs, steps."""

    name = "flows"
    verbose_name = _("Fluxos")
