from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Takes the receipts of what it sent, and knows replies to it."""

    name = "campaigns"
    verbose_name = _("Campanhas")

    def ready(self) -> None:
        """Take part in receipts, in what patients write, and in where they wait."""
        from campaigns.holdings import holdings_name
        from campaigns.segments import fields_offer
        from campaigns.services.receipts import receipts_take
        from campaigns.services.replies import Replies, wanted_queues
        from omnichannel.services.holding import observe
        from omnichannel.services.receipts import takers
        from queues.services.opening import wishes

        observe(Replies())
        takers.append(receipts_take)
        wishes.append(wanted_queues)
        fields_offer()
        holdings_name()
