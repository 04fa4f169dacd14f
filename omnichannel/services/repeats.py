"""Mails that repeat an id. Whoever makes ids badly, or guesses one, must not make another mail
vanish: a copy is known by what it says, and anything else is a mail of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from omnichannel.models import Channel, MailBody
from providers.facts import InboundMessage


def told_apart(channel: Channel, messages: Sequence[InboundMessage]) -> list[InboundMessage]:
    """Return arriving messages, in their order, where each mail that says something else than the
    first one of its id has an id made of what it says. That id its own copies have too.
    """
    ids = [one.external_id for one in messages if one.mail is not None and one.mail.mark]
    if not ids:
        return list(messages)
    bodies = MailBody.objects.for_company(channel.company_id).exclude(mark="")
    known = bodies.filter(message__channel=channel, message__external_id__in=ids)
    pairs: Any = known.values_list("message__external_id", "mark")
    first: dict[str, str] = dict(pairs)
    return [_apart(one, first) for one in messages]


def _apart(message: InboundMessage, first: dict[str, str]) -> InboundMessage:
    mark = message.mail.mark if message.mail is not None else ""
    if not mark or first.setdefault(message.external_id, mark) == mark:
        return message
    made = f"{mark}@id-repetido"
    # Without ids that it answers, its thread was to begin with its own.
    begins = message.thread_key == message.external_id
    return replace(message, external_id=made, thread_key=made if begins else message.thread_key)
