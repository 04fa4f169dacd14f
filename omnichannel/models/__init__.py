"""Channels, conversations, messages, attachments, templates."""

from omnichannel.models.attachment import Attachment
from omnichannel.models.channel import Channel, ChannelNotice
from omnichannel.models.conversation import Conversation
from omnichannel.models.message import Message, MessageVersion, Reaction, StatusReceipt
from omnichannel.models.template import Template

__all__ = [
    "Attachment",
    "Channel",
    "ChannelNotice",
    "Conversation",
    "Message",
    "MessageVersion",
    "Reaction",
    "StatusReceipt",
    "Template",
]
