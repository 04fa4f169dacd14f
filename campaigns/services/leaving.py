"""Leaving a campaign's letters by one click, without a login (RFC 8058).

The address names one recipient and is sealed: nobody guesses another one, and whoever forwards the
letter passes on no more than the way out of it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Recipient
from omnichannel.sending.tokens import RECIPIENT, token_for
from omnichannel.sending.withdrawals import Withdrawal, withdrawals_record

_signer = Signer(salt="campaigns.leaving", sep=".")


def leave_url(recipient_id: Any) -> str:
    """Return the address at which a recipient ends marketing on the campaign's kind of channel."""
    path = reverse("leave", args=[_signer.sign(UUID(str(recipient_id)).hex)])
    return f"{settings.PUBLIC_URL}{path}"


def recipient_of(key: str) -> Recipient | None:
    """Return whom an address names; None for one that we did not make, and for a campaign that is
    gone.
    """
    try:
        pk = UUID(hex=_signer.unsign(key))
    except (BadSignature, ValueError):
        return None
    rows = Recipient.unscoped.select_related("campaign__channel", "company", "contact")
    return rows.filter(pk=pk).exclude(contact=None).first()


def recipient_leave(recipient: Recipient) -> None:
    """End marketing to a recipient on the campaign's kind of channel. Doing it twice adds nothing
    that holds otherwise.
    """
    channel = recipient.campaign.channel
    assert channel is not None, "it was sent"
    proof = token_for(RECIPIENT, recipient.pk)
    found = Withdrawal(recipient.contact_id, proof, timezone.now())
    withdrawals_record(channel=channel, found=[found])
