from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QueuesConfig(AppConfig):
    """Queues, and the tickets that wait in them."""

    name = "queues"
    verbose_name = _("Filas")
