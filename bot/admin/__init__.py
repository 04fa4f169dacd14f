"""The back-office of the bot."""

from bot.admin import ledger, vendors

__all__ = ["ledger", "vendors"]
