"""The bot in the back-office."""

from bot.admin import assistants, evaluation, knowledge, ledger, sessions, vendors

__all__ = ["assistants", "evaluation", "knowledge", "ledger", "sessions", "vendors"]
