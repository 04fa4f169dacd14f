"""Channels, conversations, messages, attachments, templates, prices."""

from omnichannel.models.attachment import Attachment
from omnichannel.models.channel import Channel, ChannelNotice
from omnichannel.models.conversation import Conversation
from omnichannel.models.draft import Draft
from omnichannel.models.mail import MailBody
from omnichannel.models.mention import Mention
from omnichannel.models.message import (
    EarlyChange,
    Message,
    MessageVersion,
    Reaction,
    StatusReceipt,
)
from omnichannel.models.participant import Participant
from omnichannel.models.pin import Pin
from omnichannel.models.profile import PersonProfile
from omnichannel.models.rate import MessageCost, Rate
from omnichannel.models.scheduled import ScheduledMessage
from omnichannel.models.signature import Signature
from omnichannel.models.stop import SendingStop
from omnichannel.models.template import Template

__all__ = [
    "Attachment",
    "Channel",
    "ChannelNotice",
    "Conversation",
    "Draft",
    "EarlyChange",
    "MailBody",
    "Mention",
    "Message",
    "MessageCost",
    "MessageVersion",
    "Participant",
    "PersonProfile",
    "Pin",
    "Rate",
    "Reaction",
    "ScheduledMessage",
    "SendingStop",
    "Signature",
    "StatusReceipt",
    "Template",
]
