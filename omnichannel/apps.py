from __future__ import annotations

from django.apps import AppConfig


class OmnichannelConfig(AppConfig):
    """Listens to what patients wish about being written to."""

    name = "omnichannel"
    verbose_name = "Canais e conversas"

    def ready(self) -> None:
        """Take part when patients write; let segments ask about conversations."""
        from omnichannel.holdings import holdings_name
        from omnichannel.retention import retention_name
        from omnichannel.segments import fields_offer
        from omnichannel.services.holding import observe
        from omnichannel.services.wishes import Wishes

        observe(Wishes())
        fields_offer()
        holdings_name()
        retention_name()
