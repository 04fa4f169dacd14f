from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadScoringConfig(AppConfig):
    """Hears of messages and of people that changed, and only rings for the work; lets segments ask
    for scores.
    """

    name = "leadscoring"
    verbose_name = _("Pontuação de leads")

    def ready(self) -> None:
        """Connect the observers and tell contacts what their JSON says of a score."""
        from django.db.models import F

        from contacts.api.views import told_above
        from contacts.signals import contacts_changed
        from leadscoring.holdings import holdings_name
        from leadscoring.segments import fields_offer
        from omnichannel.signals import messages_stored

        messages_stored.connect(_messages, dispatch_uid="leadscoring.messages")
        contacts_changed.connect(_contacts, dispatch_uid="leadscoring.contacts")
        holdings_name()
        fields_offer()
        told_above["score"] = lambda: F("lead_score__total")
        told_above["temperature"] = lambda: F("lead_score__temperature")


def _messages(sender: type, company_id: Any, conversation_ids: list[Any], **kwargs: Any) -> None:
    from common.tasks import ring_now
    from leadscoring import bells

    ring_now(bells.CONVERSATIONS, str(company_id), [str(pk) for pk in conversation_ids])


def _contacts(sender: type, company_id: Any, contact_ids: list[Any], **kwargs: Any) -> None:
    from common.tasks import ring_now
    from leadscoring import bells

    ring_now(bells.CONTACTS, str(company_id), [str(pk) for pk in contact_ids])
