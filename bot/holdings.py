"""The tables of this package that touch a person."""

from __future__ import annotations

from bot.models import (
    AiDeparture,
    AiUsage,
    BotPause,
    BotSession,
    BotSuggestion,
    BotTurn,
    EvalCase,
    TalkReading,
    Transcription,
)
from contacts.holdings import Holding

# What the bot said stays as figures; its words go with the messages they became.
TALK_HOLDINGS = (
    Holding(
        BotSession,
        "conversation__contact",
        why="momentos e contagens, sem nenhuma palavra da pessoa",
    ),
    Holding(
        BotTurn,
        "session__conversation__contact",
        blanks={"text": "", "candidates": [], "error": ""},
        hidden=frozenset({"steps", "lease_until", "epoch", "attempts"}),
    ),
    Holding(BotPause, "contact", is_deleted=True),
    Holding(BotSuggestion, "conversation__contact", is_deleted=True),
    Holding(TalkReading, "conversation__contact", is_deleted=True),
    Holding(EvalCase, "contact", is_deleted=True),
)
VENDOR_HOLDINGS = (
    Holding(AiDeparture, "conversation__contact", is_deleted=True),
    Holding(Transcription, "attachment__conversation__contact", is_deleted=True),
    Holding(
        AiUsage,
        "conversation__contact",
        why="contagem e custo de chamadas, sem nenhuma palavra da pessoa",
    ),
)
