"""The tables of this package that touch a person."""

from __future__ import annotations

from bot.models import AiDeparture, AiUsage, Transcription
from contacts.holdings import Holding

VENDOR_HOLDINGS = (
    Holding(AiDeparture, "conversation__contact", is_deleted=True),
    Holding(Transcription, "attachment__conversation__contact", is_deleted=True),
    Holding(
        AiUsage,
        "conversation__contact",
        why="contagem e custo de chamadas, sem nenhuma palavra da pessoa",
    ),
)
