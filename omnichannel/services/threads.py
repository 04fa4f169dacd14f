"""To which conversation a message of a thread belongs that the person's own id alone does not tell:
by the ids of earlier messages that it names, our tags first, and at last by a protocol in its
subject. Only kinds of channel with threads ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from common.slots import Slot
from omnichannel.external import external_key
from omnichannel.models import Channel, Message
from omnichannel.sending.tokens import MESSAGE, id_in
from providers.facts import InboundMessage

# What a subject of ours may end with: "Exames [#301126-00042]".
REFERENCE = re.compile(r"\[#\s?([0-9A-Za-z-]{4,20})\]")
# A thread names all that went before.
MOST_IDS = 100
# Conversations by the words between the signs, of a company; packages above know what they name.
named: Slot[Callable[[Any, Sequence[str]], dict[str, Any]]] = Slot()


class Threads:
    """The conversations that messages of a batch name. Nothing is asked where none can."""

    def __init__(self, channel: Channel, incoming: Sequence[InboundMessage]) -> None:
        self._channel = channel
        self._incoming = incoming
        self._by_token: dict[Any, Any] = {}
        self._by_external: dict[str, Any] = {}
        self._by_reference: dict[str, Any] = {}

    def look_up(self) -> set[Any]:
        """Return the ids of the conversations that may go on."""
        tokens = {pk for one in self._incoming for pk in _ids_of(one)}
        follows = {external_key(key) for one in self._incoming for key in one.follows[:MOST_IDS]}
        references = {one for message in self._incoming for one in _references(message)}
        rows = Message.objects.for_company(self._channel.company_id).filter(channel=self._channel)
        if tokens:
            found = rows.filter(pk__in=tokens).values_list("pk", "conversation_id")
            self._by_token = dict(found)
        if follows:
            known = rows.filter(external_id__in=follows)
            self._by_external = {
                str(key): talk for key, talk in known.values_list("external_id", "conversation_id")
            }
        for finder in named if references else ():
            self._by_reference |= finder(self._channel.company_id, sorted(references))
        sure = {*self._by_token.values(), *self._by_external.values()}
        return sure | set(self._by_reference.values())

    def conversation_of(self, incoming: InboundMessage) -> Any:
        """Return the id of the conversation that a message names by an id, None where it names
        none.
        """
        ours = (self._by_token.get(pk) for pk in _ids_of(incoming))
        theirs = (self._by_external.get(external_key(key)) for key in incoming.follows)
        return next((talk for talk in (*ours, *theirs) if talk is not None), None)

    def conversation_referred(self, incoming: InboundMessage) -> Any:
        """Return the id of the conversation whose reference a subject names; anybody can write
        one, so it counts only for whoever the conversation is with.
        """
        found = (self._by_reference.get(one) for one in _references(incoming))
        return next((talk for talk in found if talk is not None), None)

    def remember(self, incoming: InboundMessage, conversation_id: Any) -> None:
        """Let later messages of the batch follow one."""
        self._by_external[incoming.external_id] = conversation_id


def _ids_of(incoming: InboundMessage) -> list[Any]:
    found = (id_in(token, MESSAGE) for token in incoming.tokens)
    return [pk for pk in found if pk is not None]


def _references(incoming: InboundMessage) -> list[str]:
    return REFERENCE.findall(incoming.subject)
