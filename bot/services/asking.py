"""Where a turn's reply comes from: the clinic's own knowledge."""

from __future__ import annotations

from bot.decide import HeardWords, TalkState
from bot.models import BotSession, BotTurn
from bot.services.answering import Reply, reply_to
from omnichannel.models import Conversation


def reply_for(
    session: BotSession, talk: Conversation, heard: HeardWords, state: TalkState, turn: BotTurn
) -> Reply:
    """Return what is said to what was heard in a turn."""
    return reply_to(session.assistant, heard, state)
