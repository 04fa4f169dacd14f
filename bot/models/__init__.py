"""Tables of the bot."""

from bot.models.ledger import AiClaim, AiDeparture, AiRate, AiUsage
from bot.models.transcription import Transcription
from bot.models.vendors import AiPolicy, AiProvider

__all__ = [
    "AiClaim",
    "AiDeparture",
    "AiPolicy",
    "AiProvider",
    "AiRate",
    "AiUsage",
    "Transcription",
]
