"""The one door through which packages above take part when a conversation changes hands.

An observer is called inside the same transaction, under the conversation's lock, and what it raises
undoes the change: a ticket never disagrees with its conversation (docs/decisions/0007). It must not
call a provider and should cost a few statements whatever the number of conversations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Membership
from common.slots import Slot
from omnichannel.models import Conversation, Message
from omnichannel.services.happening import move_tell

# In a message's metadata: an observer understood it and said so; a bot has nothing to add.
SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Move:
    """A conversation that changed hands; `conversation` is as it is now, locked and saved.

    `queue_id` names the queue where whoever moved it wants it to wait, if they said so. `hint` goes
    out with the socket's event: an observer adds ids and counts of its own.
    """

    conversation: Conversation
    stage_before: str
    attendant_before: Any
    actor: Membership | None = None
    queue_id: Any = None
    hint: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a patient wrote in a conversation, in one batch.

    `is_reopened` tells that it was closed and its rule opened it again; `is_courtesy` that the
    messages only answer an automatic question (a rating) and open nothing.
    """

    conversation: Conversation
    messages: list[Message] = field(default_factory=list)
    is_reopened: bool = False
    is_courtesy: bool = False


class Observer:
    """What a package above may take part in; each method does nothing unless overridden."""

    def taking(self, conversation: Conversation, attendant: Membership) -> None:
        """Somebody is about to take a conversation into their hands. Called before its lock is
        taken, so that an observer may take locks that come first.
        """

    def snoozing(self, conversation: Conversation) -> None:
        """Somebody is about to put a locked conversation aside; what is raised refuses it."""

    def moved(self, move: Move) -> None:
        """A conversation was taken, released, given, closed, reopened or went to or from a bot."""

    def continued(self, old: Conversation, new: Conversation, actor: Membership) -> None:
        """The talk with a person goes on in another conversation of theirs; both are locked, and
        not moved yet.
        """

    def answered(self, conversation: Conversation, message: Message) -> None:
        """A person of the clinic wrote to the patient, from the inbox, the API or the phone app."""

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Patients wrote; one call for a whole batch of one channel."""


# Who decides about what happens to a conversation, one after the other (config.plugs.DECIDES).
observers: Slot[Observer] = Slot()


def tell_taking(conversation: Conversation, attendant: Membership) -> None:
    """Tell everybody that somebody is about to take a conversation; what they raise refuses it."""
    for observer in observers:
        observer.taking(conversation, attendant)


def tell_snoozing(conversation: Conversation) -> None:
    """Tell everybody that somebody is about to put a conversation aside; what they raise refuses
    it.
    """
    for observer in observers:
        observer.snoozing(conversation)


def tell_moved(
    conversation: Conversation,
    stage_before: str,
    attendant_before: Any,
    actor: Membership | None = None,
    queue_id: Any = None,
) -> dict[str, Any]:
    """Tell everybody that a locked, saved conversation changed hands, if it did; return what they
    add to its hint.
    """
    move = Move(conversation, stage_before, attendant_before, actor, queue_id)
    if (stage_before, attendant_before) != (conversation.stage, conversation.attendant_id):
        for observer in observers:
            observer.moved(move)
        move_tell(conversation, stage_before)
    return move.hint


def tell_continued(old: Conversation, new: Conversation, actor: Membership) -> None:
    """Tell everybody that a talk goes on in another conversation."""
    for observer in observers:
        observer.continued(old, new, actor)


def tell_answered(conversation: Conversation, message: Message) -> None:
    """Tell everybody that a person of the clinic answered."""
    for observer in observers:
        observer.answered(conversation, message)


def tell_arrived(arrivals: Sequence[Arrival]) -> None:
    """Tell everybody what patients wrote."""
    if arrivals:
        for observer in observers:
            observer.arrived(arrivals)
