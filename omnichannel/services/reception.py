"""Who receives a conversation that begins or begins again: people, who find it in the queue, or a
package above that answers by itself, such as a bot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from common.slots import Slot
from omnichannel.choices import Stage
from omnichannel.models import Channel


class Beginning(Enum):
    """How a conversation begins."""

    # Its person wrote to us, for the first time or after it had ended.
    WRITTEN = 1
    # Somebody of the clinic writes first.
    STARTED = 2
    # What was said elsewhere is stored: history, or answers from the clinic's phone.
    PAST = 3


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A conversation that begins: with whom (a contact's id), on which channel, since when.

    `is_again` tells that it had ended and goes on; `text` is what its person wrote first.
    """

    channel: Channel
    contact_id: Any
    moment: datetime
    beginning: Beginning = Beginning.WRITTEN
    is_again: bool = False
    text: str = ""


class Reception:
    """What a package that answers by itself says of conversations."""

    def serves(self, channel: Channel) -> bool:
        """Whether conversations of a channel may be given to it."""
        raise NotImplementedError

    def takes(self, newcomer: Newcomer) -> bool:
        """Whether it receives a conversation whose person wrote.

        Asked once for each, inside the transaction that stores what they wrote and before anybody
        hears of it: it should not ask the database for each of a hundred, and must not call a
        provider.
        """
        raise NotImplementedError


# Asked one after the other (config.plugs.RECEPTIONS); the first that takes a conversation has it.
receptions: Slot[Reception] = Slot()


def stage_choose(newcomer: Newcomer) -> Stage:
    """Return the stage in which a conversation begins, or begins again. The only place where that
    is decided.
    """
    if newcomer.beginning == Beginning.PAST:
        return Stage.CLOSED
    if newcomer.beginning == Beginning.WRITTEN and any(one.takes(newcomer) for one in receptions):
        return Stage.BOT
    return Stage.QUEUE


def has_bot(channel: Channel) -> bool:
    """Whether somebody answers by themselves on a channel, so that conversations may go back."""
    return any(one.serves(channel) for one in receptions)
