from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class OmnichannelConfig(AppConfig):
    """Listens to what patients wish about being written to."""

    name = "omnichannel"
    verbose_name = "Canais e conversas"

    def ready(self) -> None:
        """Take part when patients write; let segments ask about conversations."""
        from contacts.signals import contacts_changed
        from omnichannel.holdings import holdings_name
        from omnichannel.retention import retention_name
        from omnichannel.segments import fields_offer
        from omnichannel.services.holding import observe
        from omnichannel.services.wishes import Wishes

        observe(Wishes())
        contacts_changed.connect(_people, dispatch_uid="omnichannel.people")
        fields_offer()
        holdings_name()
        retention_name()


def _people(sender: Any, company_id: Any, contact_ids: list[Any], **kwargs: Any) -> None:
    from omnichannel.services.people import people_show

    people_show(company_id, contact_ids)
