"""What the provider reports of people who stopped marketing there counts as much as their word."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from contacts.models import Purpose
from contacts.services.consent import consent_record
from omnichannel.models import Message

# The adapters' code for a reader who stopped marketing (Meta, error 131050).
REFUSED = "marketing_recusado"


def refusal_note(message: Message, occurred_at: datetime | None = None) -> None:
    """Write to the ledger that the provider refused a message because its reader stopped marketing;
    other failures are nothing to it.
    """
    if message.error_code == REFUSED:
        conversation = message.conversation
        consent_record(
            contact=conversation.contact,
            purpose=Purpose.MARKETING,
            channel=conversation.channel.kind,
            is_granted=False,
            source=f"{conversation.channel.kind}.{REFUSED}",
            occurred_at=occurred_at or timezone.now(),
            proof=f"mensagem {message.pk}",
        )
