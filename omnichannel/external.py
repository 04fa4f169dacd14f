"""The form under which a provider's id is stored and looked up: ids have any length (an e-mail's up
to 998 characters), columns and their indexes do not.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from omnichannel.models import Message
from providers.facts import InboundMessage, StatusUpdate

LONGEST = 255
PREFIX = "sha256:"
# In a message's metadata, where its key is a digest: the id that the provider knows it by.
WHOLE = "external_id_whole"


def external_key(value: str) -> str:
    """Return the key of a provider's id: the id itself, or a digest of one that is longer than its
    column. Whoever stores an id or looks for one asks here, once: a key has no key.
    """
    # An id that looks like a digest is digested too, or somebody could choose another one's key.
    if len(value) <= LONGEST and not value.startswith(PREFIX):
        return value
    return PREFIX + hashlib.sha256(value.encode()).hexdigest()


def message_keyed(message: InboundMessage) -> InboundMessage:
    """Return an arriving message with its ids as they are stored."""
    key, quoted = external_key(message.external_id), external_key(message.reply_to)
    if key is message.external_id and quoted is message.reply_to:
        return message
    whole = {WHOLE: message.external_id} if key is not message.external_id else {}
    metadata = {**message.metadata, **whole}
    return replace(message, external_id=key, reply_to=quoted, metadata=metadata)


def receipt_keyed(update: StatusUpdate) -> StatusUpdate:
    """Return a receipt with the id of its message as it is stored."""
    key = external_key(update.external_id)
    return update if key is update.external_id else replace(update, external_id=key)


def whole_id(message: Message) -> str:
    """Return the id by which the provider knows a message, "" while it has none."""
    return str(message.metadata.get(WHOLE) or message.external_id or "")
