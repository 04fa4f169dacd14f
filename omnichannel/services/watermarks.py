"""Up to where a person got: one mark of the provider's stands for the receipts of many messages."""

from __future__ import annotations

from django.db.models import DateTimeField, F, Q
from django.db.models.functions import Coalesce

from contacts.models import ContactIdentity
from omnichannel.external import external_key, whole_id
from omnichannel.models import Channel, Message
from providers.choices import MessageStatus
from providers.facts import StatusUpdate, Watermark

# What a mark may still move, by what it says.
BEHIND = {
    MessageStatus.DELIVERED: (MessageStatus.SENDING, MessageStatus.UNCERTAIN, MessageStatus.SENT),
    MessageStatus.READ: (
        MessageStatus.SENDING,
        MessageStatus.UNCERTAIN,
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
    ),
}
# Of one person, between two marks; a longer silence is told by the next mark.
MOST = 500


def receipts_of(*, channel: Channel, mark: Watermark) -> list[StatusUpdate]:
    """Return the receipts that a mark stands for: of everything that left for this person on this
    channel up to it. A message it names that is not stored yet gets one too, which waits for it.
    """
    people = Q()
    for ref in mark.person.identities:
        people |= Q(kind=ref.kind, realm=ref.realm, value=ref.value)
    contacts = ContactIdentity.objects.for_company(channel.company_id).filter(people)
    mine = Message.objects.for_company(channel.company_id).filter(
        channel=channel, conversation__contact__in=contacts.values("contact")
    )
    # Between claim and answer the provider gave it its own moment, which the mark speaks of.
    left = mine.outbound().annotate(
        left_at=Coalesce(F("claimed_at"), F("happened_at"), output_field=DateTimeField())
    )
    until, named = mark.until, []
    if mark.message:
        named = [mark.message]
        found = left.filter(external_id=external_key(mark.message)).first()
        until = (found.claimed_at or found.happened_at) if found else None
    if until is not None:
        behind = left.filter(
            left_at__lte=until, status__in=BEHIND[mark.status], external_id__isnull=False
        )
        named += [whole_id(row) for row in behind.order_by("-left_at")[:MOST]]
    return [
        StatusUpdate(mark.account, one, mark.status, mark.happened_at)
        for one in dict.fromkeys(named)
    ]
