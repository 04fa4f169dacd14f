"""Where a campaign's messages go. Frozen lists follow people who leave a number: its new owner gets
nothing that was meant for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.choices import LeftOut, RecipientStatus
from campaigns.models import Recipient
from contacts.models import ContactIdentity
from contacts.refs import PHONE_KINDS, IdentityKind, IdentityRef
from omnichannel.services.addresses import address_of, holds
from providers.outgoing import Destination as Address
from providers.registry import policy_of

# A failed one may be sent again.
WAITING = (RecipientStatus.PENDING, RecipientStatus.FAILED)


def address_to(kind: str, phone: str, user_id: str = "") -> Address:
    """Return where a kind of channel writes to a number or a user id of a frozen list."""
    named = ((of, phone if of in PHONE_KINDS else user_id) for of in policy_of(kind).starts_with)
    return address_of(kind, [IdentityRef(of, value) for of, value in named if value])


def identity_left(
    before: ContactIdentity, after: ContactIdentity | None, now: Sequence[IdentityRef]
) -> None:
    """Hear that an id is a person's no longer (contacts.services.identities.leavers)."""
    old = IdentityRef(IdentityKind(before.kind), before.value)
    rows = Recipient.unscoped.filter(contact=before.contact_id, status__in=WAITING)
    held = rows.select_related("campaign__channel").select_for_update(of=("self",))
    for row in held.order_by("id"):
        channel = row.campaign.channel
        kind = channel.kind if channel else ""
        if not holds(address_to(kind, row.phone, row.user_id), old):
            continue
        to = address_of(kind, now)
        # A row names one of the two; without a new one the user id may still be theirs.
        row.phone = to.phone or to.address
        row.user_id = "" if row.phone else to.user_id or _user_of(kind, before)
        if not (row.phone or row.user_id) and row.status == RecipientStatus.PENDING:
            row.status, row.left_out = RecipientStatus.SKIPPED, LeftOut.NO_ADDRESS
        row.save(update_fields=["phone", "user_id", "status", "left_out", "updated_at"])


def _user_of(kind: str, before: ContactIdentity) -> str:
    kinds = set(policy_of(kind).starts_with) - set(PHONE_KINDS)
    own = ContactIdentity.unscoped.filter(contact=before.contact_id, kind__in=kinds)
    newest = own.exclude(pk=before.pk).order_by("-id").first()
    return newest.value if newest else ""
