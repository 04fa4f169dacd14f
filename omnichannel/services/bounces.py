"""What did not arrive: a bounce becomes the status of the message that it is about, or a note on it
while the server still tries. It is never a message itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from common.realtime import publish
from contacts.refs import IdentityRef
from omnichannel import events
from omnichannel.models import Channel, Message
from omnichannel.sending.reach import Trouble, trouble_told, troubles_take
from omnichannel.sending.tokens import MESSAGE, RECIPIENT, id_in
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.receipts import whose
from providers.choices import MessageStatus
from providers.facts import Bounce, StatusUpdate

# In a message's metadata: when a server last said that it does not get it to its person yet.
DELAYED = "delayed_at"
# So many of a person's messages in these days, and they are left alone like one with no mailbox.
MOST_SOFT = 3
SOFT_WITHIN = timedelta(days=7)
# A bounce that names no message is about the last one to the address, if that is not older.
LATEST_WITHIN = timedelta(days=5)
# The adapters' code for a mailbox that takes nothing at the moment.
FULL = "caixa_cheia"
UNDELIVERABLE = "nao_entregavel"


def bounces_read(*, channel: Channel, bounces: Sequence[Bounce]) -> list[StatusUpdate]:
    """Return the receipts that bounces stand for; note the rest on their messages."""
    receipts: list[StatusUpdate] = []
    for bounce in bounces:
        messages = _messages(channel, bounce)
        if bounce.is_final and not bounce.tokens:
            # Anybody can write that an address does not exist: it is told, and moves nothing.
            for row in messages:
                _note(row, bounce)
            continue
        if bounce.is_final:
            receipts += [_receipt(bounce, row) for row in messages]
            receipts += _of_others(bounce)
        else:
            for row in messages:
                _note(row, bounce)
        if messages:
            _count(channel, messages[0], bounce)
    return receipts


def _messages(channel: Channel, bounce: Bounce) -> list[Message]:
    rows = Message.objects.for_company(channel.company_id).filter(channel=channel).outbound()
    rows = rows.select_related("conversation", "conversation__channel")
    ids = [pk for token in bounce.tokens if (pk := id_in(token, MESSAGE))]
    if bounce.tokens:
        return list(rows.filter(pk__in=ids))
    if bounce.recipient is None:
        return []
    return _latest_to(rows, bounce.recipient)


def _latest_to(rows: Any, recipient: IdentityRef) -> list[Message]:
    latest = rows.filter(
        address__address=recipient.value,
        status=MessageStatus.SENT,
        happened_at__gt=timezone.now() - LATEST_WITHIN,
    )
    return list(latest.order_by("-happened_at", "-seq")[:1])


def _receipt(bounce: Bounce, row: Message) -> StatusUpdate:
    return StatusUpdate(
        bounce.account,
        row.external_id or "",
        MessageStatus.FAILED,
        bounce.happened_at,
        token=f"{MESSAGE}:{row.pk}",
        fault=bounce.fault,
    )


def _of_others(bounce: Bounce) -> Iterator[StatusUpdate]:
    """Give receipts for messages that a package above sent."""
    for token in bounce.tokens:
        if id_in(token, RECIPIENT):
            yield StatusUpdate(
                bounce.account,
                "",
                MessageStatus.FAILED,
                bounce.happened_at,
                token=token,
                fault=bounce.fault,
            )


def _note(row: Message, bounce: Bounce) -> None:
    held = conversation_lock(row.conversation)
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    row.metadata = {**row.metadata, DELAYED: bounce.happened_at.isoformat()}
    row.revision = held.revision
    row.save(update_fields=["metadata", "revision", "updated_at"])
    publish(events.changed("message_updated", held))


def _count(channel: Channel, row: Message, bounce: Bounce) -> None:
    """Leave a person alone whose mailbox took too little for days."""
    trouble = trouble_told(channel, bounce.fault, bounce.happened_at, whose(row))
    if trouble.scope == "recipient":
        # For good: the receipt itself says so.
        return
    contact_id = row.conversation.contact_id
    mine = Message.objects.for_company(channel.company_id).filter(
        channel=channel,
        conversation__contact_id=contact_id,
        happened_at__gt=timezone.now() - SOFT_WITHIN,
    )
    soft = mine.outbound().filter(Q(metadata__has_key=DELAYED) | Q(error_code=FULL) | Q(pk=row.pk))
    if soft.count() >= MOST_SOFT:
        about = whose(row)
        told = Trouble("recipient", UNDELIVERABLE, trouble.sentence, bounce.fault, about)
        troubles_take(channel, [told])
