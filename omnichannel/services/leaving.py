"""Who asked to be left alone on a kind of channel where that ends everything, as with SMS: nothing
is sent there any more but the reply that confirms it. Other kinds of channels are not touched.
"""

from __future__ import annotations

from datetime import datetime

from contacts.models import Contact, Purpose
from contacts.services.consent import consent_record, consent_state
from omnichannel.models import Channel
from omnichannel.sending.withdrawals import WRITTEN_FOR
from providers.registry import policy_of


def has_left(contact: Contact, kind: str) -> bool:
    """Tell whether a person may not be written to on a kind of channel any more."""
    if not policy_of(kind).stops_with_wish:
        return False
    return consent_state(contact, Purpose.CARE, kind) is False


def leaving_record(
    *, contact: Contact, channel: Channel, is_granted: bool, source: str, at: datetime, proof: str
) -> None:
    """Write to the consent ledger that a person left a kind of channel, or came back to it."""
    for purpose in WRITTEN_FOR:
        consent_record(
            contact=contact,
            purpose=purpose,
            channel=channel.kind,
            is_granted=is_granted,
            source=source,
            occurred_at=at,
            proof=proof,
        )
