"""Tables of the bot."""

from bot.models.assistants import Assistant, AssistantChannel, AssistantVersion, BotPause
from bot.models.evaluation import EvalCase, EvalRun
from bot.models.knowledge import KnowledgeCategory, KnowledgeEntry, Phrase
from bot.models.ledger import AiClaim, AiDeparture, AiRate, AiUsage
from bot.models.readings import TalkReading
from bot.models.sessions import BotSession, BotTurn
from bot.models.suggestions import BotSuggestion
from bot.models.transcription import Transcription
from bot.models.vendors import AiPolicy, AiProvider

__all__ = [
    "AiClaim",
    "AiDeparture",
    "AiPolicy",
    "AiProvider",
    "AiRate",
    "AiUsage",
    "Assistant",
    "AssistantChannel",
    "AssistantVersion",
    "BotPause",
    "BotSession",
    "BotSuggestion",
    "BotTurn",
    "EvalCase",
    "EvalRun",
    "KnowledgeCategory",
    "KnowledgeEntry",
    "Phrase",
    "TalkReading",
    "Transcription",
]
