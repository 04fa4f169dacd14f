"""What the provider reports of people who stopped marketing there counts as much as their word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.models import Purpose
from contacts.services.consent import ConsentWord, consents_record
from omnichannel.models import Channel
from providers.registry import policy_of

# The adapters' codes for a reader who stopped marketing (Meta, error 131050), and for one who told
# their carrier that they want nothing more.
REFUSED, LEFT = "marketing_recusado", "descadastrado"
# Everything that a clinic writes for. Training a model writes to nobody.
WRITTEN_FOR = (Purpose.CARE, Purpose.REMINDERS, Purpose.MARKETING, Purpose.SURVEY)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A person whose message the provider refused for that reason; `proof` names the message."""

    contact_id: Any
    proof: str
    at: datetime


def is_withdrawal(code: str) -> bool:
    """Tell whether a message failed because its reader does not want any more of them."""
    return code in (REFUSED, LEFT)


def purposes_of(channel: Channel) -> tuple[Purpose, ...]:
    """Return what nobody may write for to whoever wants to be left alone on a channel."""
    ends = policy_of(channel.kind).stops_with_wish
    return WRITTEN_FOR if ends else (Purpose.MARKETING,)


def withdrawals_record(*, channel: Channel, found: Sequence[Withdrawal]) -> None:
    """Write withdrawals to the ledger; what it holds already stays."""
    if not found:
        return
    consents_record(
        company=channel.company_id,
        facts=[
            ConsentWord(
                contact_id=one.contact_id,
                purpose=purpose,
                channel=channel.kind,
                is_granted=False,
                source=f"{channel.kind}.{REFUSED}",
                occurred_at=one.at,
                proof=one.proof,
            )
            for one in found
            for purpose in purposes_of(channel)
        ],
    )
