"""The composition root as an app, for start-up checks, the demo and the commands that span
packages.
"""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """Django's admin with the site of common.admin."""

    default_site = "common.admin.BackOffice"


class ConfigConfig(AppConfig):
    """Registers checks and management commands that need to see every package."""

    name = "config"
    label = "config"
    verbose_name = "Configuração"

    def ready(self) -> None:
        """Load the checks; give every process and every thread of it the broker of the settings."""
        from config import checks  # noqa: F401
        from config.celery import app

        # Celery's current app is per thread: requests run in others than the one that started.
        app.set_default()
