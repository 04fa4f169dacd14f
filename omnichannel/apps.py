from __future__ import annotations

from django.apps import AppConfig


class OmnichannelConfig(AppConfig):
    """Listens to what patients wish about being written to."""

    name = "omnichannel"
    verbose_name = "Canais e conversas"

    def ready(self) -> None:
        """Take part when patients write."""
        from omnichannel.services.holding import observe
        from omnichannel.services.wishes import Wishes

        observe(Wishes())
