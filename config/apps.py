"""The composition root as an app, for start-up checks, the demo and the commands that span
packages.
"""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers checks and management commands that need to see every package."""

    name = "config"
    label = "config"
    verbose_name = "Configuração"
