"""Which messages answer the question how it was. They are kept in the conversation that asked and
open nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from common.rows import run
from contacts.models import ContactIdentity
from omnichannel.choices import Stage
from omnichannel.feedback import feedback_of
from omnichannel.models import Channel, Message
from providers.choices import MessageKind
from providers.facts import InboundMessage

# The purposes of the question and of its thanks, which ask for a comment.
ASKED, THANKED = "avaliacao", "avaliacao_obrigado"
ANSWERED_WITHIN = timedelta(days=1)
# The ended conversations in which people were asked, the latest of each.
RATED = f"""
SELECT DISTINCT ON (c.contact_id) c.contact_id, c.id, m.happened_at
FROM omnichannel_conversation c JOIN omnichannel_message m ON m.conversation_id = c.id
WHERE c.company_id = %s::uuid AND c.channel_id = %s::uuid AND c.contact_id = ANY(%s::uuid[])
    AND c.stage = '{Stage.CLOSED}' AND c.closed_at > %s AND m.happened_at > %s
    AND m.metadata ->> 'purpose' IN ('{ASKED}', '{THANKED}')
ORDER BY c.contact_id, m.happened_at DESC
"""  # noqa: S608  (our own constants only)


class Answers:
    """What a batch of one channel's messages may answer."""

    def __init__(self, channel: Channel, incoming: Sequence[InboundMessage]) -> None:
        self.channel = channel
        self.incoming = incoming
        # By person: where they were asked, and when.
        self.rated: dict[Any, tuple[Any, datetime]] = {}

    def look_up(self, identities: Sequence[ContactIdentity]) -> set[Any]:
        """Find where people were asked whose typed words may answer that; return the conversations.
        `identities` are those of the messages, in their order.
        """
        people = {
            identity.contact_id
            for incoming, identity in zip(self.incoming, identities, strict=True)
            if _is_typed(incoming) and feedback_of(incoming.text) is not None
        }
        if people:
            since = timezone.now() - ANSWERED_WITHIN
            company_id = self.channel.company_id
            found = run(RATED, company_id, self.channel.pk, list(people), since, since)
            self.rated = {person: (talk, at) for person, talk, at in found}
        return {talk for talk, _at in self.rated.values()}

    def conversation_of(
        self, incoming: InboundMessage, person: Any, quoted: Message | None, *, is_talking: bool
    ) -> Any:
        """Return the id of the conversation whose question a message answers, None if none does.

        A tap on the question always does. Typed words do when they want nothing and quote nothing
        else; not while the person talks with somebody.
        """
        purpose = quoted.metadata.get("purpose") if quoted is not None else None
        if quoted is not None and purpose == ASKED and incoming.kind == MessageKind.INTERACTIVE:
            return quoted.conversation_id
        if not _is_typed(incoming):
            return None
        if quoted is not None and purpose == THANKED:
            is_comment = feedback_of(incoming.text, is_quote=True) is not None
            return quoted.conversation_id if is_comment else None
        talk, at = self.rated.get(person, (None, incoming.happened_at))
        if talk is None or is_talking or feedback_of(incoming.text) is None:
            return None
        is_elsewhere = quoted is None or quoted.conversation_id != talk
        if (incoming.reply_to and is_elsewhere) or incoming.happened_at > at + ANSWERED_WITHIN:
            return None
        return talk


def _is_typed(incoming: InboundMessage) -> bool:
    return incoming.kind == MessageKind.TEXT and not (incoming.is_echo or incoming.is_history)
