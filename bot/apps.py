from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BotConfig(AppConfig):
    """Who answers before people do: sessions, turns, knowledge, assistants."""

    name = "bot"
    verbose_name = _("Robô")
