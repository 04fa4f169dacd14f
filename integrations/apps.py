"""The app that tells other systems what happened."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """Registers the app."""

    name = "integrations"
    verbose_name = _("integrações")
