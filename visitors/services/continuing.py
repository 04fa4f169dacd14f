"""A visitor who goes on elsewhere: the code they send from there says that both are one person.

Staff confirm it (contacts.services.duplicates): a code may be sent on by somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils import timezone

from contacts.models import DuplicateReason
from contacts.services.duplicates import pair_note
from omnichannel.models import Channel, Message
from omnichannel.services.observing import Arrival, Observer
from providers.facts import InboundMessage
from visitors.models import VisitorCode
from visitors.secrets import CODE_LENGTH, CODE_LETTERS, hashed

CODE = re.compile(rf"\b[{CODE_LETTERS}]{{{CODE_LENGTH}}}\b")
# A text is looked at for so many at most.
MOST = 3
MARK = "continued"


def codes_take(channel: Channel, messages: Sequence[InboundMessage]) -> Sequence[InboundMessage]:
    """Use the codes that stand in messages up, and take them out of the texts. One that is over,
    used, of another company, or of this very channel stays what it is: letters.
    """
    found = {code for message in messages for code in _codes(message)}
    if not found:
        return messages
    rows = (
        VisitorCode.objects.for_company(channel.company_id)
        .filter(code_hash__in=[hashed(code) for code in found])
        .filter(used_at=None, expires_at__gt=timezone.now())
        .exclude(conversation__channel=channel)
        .select_for_update(of=("self",))
    )
    good = {row.code_hash: row for row in rows}
    return [_without(message, good) for message in messages]


def _codes(message: InboundMessage) -> Iterator[str]:
    if message.is_echo or message.is_history:
        return iter(())
    return (match[0] for match in list(CODE.finditer(message.text))[:MOST])


def _without(message: InboundMessage, good: dict[str, VisitorCode]) -> InboundMessage:
    for code in _codes(message):
        # Used up by the first message that brings it.
        row = good.pop(hashed(code), None)
        if row is not None:
            row.used_at = timezone.now()
            row.save(update_fields=["used_at", "updated_at"])
            text = re.sub(rf"\s*(?:\b\w+:)?\s*\b{code}\b", "", message.text).strip()
            return replace(message, text=text, metadata={**message.metadata, MARK: str(row.pk)})
    return message


class Continuations(Observer):
    """Suggests that whoever sent a code is the visitor who got it."""

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Note it of every message that brought a code."""
        for arrival in arrivals:
            for message in arrival.messages:
                if MARK in message.metadata:
                    _tie(message, arrival)


def _tie(message: Message, arrival: Arrival) -> None:
    row = (
        VisitorCode.objects.for_company(arrival.conversation.company_id)
        .select_related("conversation__contact")
        .filter(pk=message.metadata[MARK])
        .first()
    )
    if row is None:
        return
    sender = arrival.conversation
    row.identity_id = sender.identity_id
    row.save(update_fields=["identity", "updated_at"])
    if sender.contact_id != row.conversation.contact_id:
        pair_note(
            one=sender.contact,
            other=row.conversation.contact,
            reason=DuplicateReason.CODE,
            is_strong=True,
            evidence=row.code_hash,
        )
