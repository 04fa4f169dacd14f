"""The simulator as an app: its tables live beside the product's, its pages in their own process."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SimulatorConfig(AppConfig):
    """Registers the check that keeps the simulator out of production."""

    name = "simulator"
    label = "simulator"
    verbose_name = _("Simulador")

    def ready(self) -> None:
        """Load the system check."""
        from simulator import checks  # noqa: F401
