"""The back-office of channels, conversations and messages."""

from omnichannel.admin import (
    channels,
    conversations,
    costs,
    files,
    messages,
    notices,
    rates,
    templates,
)

__all__ = [
    "channels",
    "conversations",
    "costs",
    "files",
    "messages",
    "notices",
    "rates",
    "templates",
]
