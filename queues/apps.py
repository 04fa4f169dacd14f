from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QueuesConfig(AppConfig):
    """Follows conversations and presence: a ticket never disagrees with its conversation."""

    name = "queues"
    verbose_name = _("Filas")
