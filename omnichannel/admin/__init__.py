"""The back-office of channels, conversations and messages."""

from omnichannel.admin import channels, conversations, files, messages, notices, templates

__all__ = ["channels", "conversations", "files", "messages", "notices", "templates"]
