"""The tables of this package that touch a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.holdings import Holding
from omnichannel.models import (
    Attachment,
    Conversation,
    Draft,
    MailBody,
    Mention,
    Message,
    MessageVersion,
    Participant,
    PersonProfile,
    Pin,
    Reaction,
    ScheduledMessage,
    SendingStop,
)

# The same text stands in the message.
COPIES = frozenset({"last_message_text", "last_message_kind", "last_message_status"})


# What was said goes, that something was said stays for the numbers.
HOLDINGS = (
    Holding(
        Conversation,
        "contact",
        blanks={
            **{"subject": "", "referral": {}, "last_message_text": "", "address": None},
            "thread_key": "",
        },
        hidden=COPIES | {"thread_key"},
    ),
    # What somebody else wrote about the person is theirs; that they did is the person's too.
    Holding(
        Conversation,
        "about",
        blanks={"about": None},
        hidden=COPIES | {"subject", "referral", "identity", "address", "thread_key"},
        named=_("conversas sobre a pessoa"),
    ),
    Holding(
        Message,
        "conversation__contact",
        blanks={
            **{"text": "", "metadata": {}, "error_detail": "", "external_id": None},
            "reply_to_external_id": "",
            "address": None,
        },
    ),
    # The mail itself is a file, and goes with the row.
    Holding(MailBody, "message__conversation__contact", is_deleted=True, files="raw"),
    Holding(Draft, "conversation__contact", is_deleted=True),
    Holding(Pin, "conversation__contact", is_deleted=True),
    Holding(Mention, "conversation__contact", is_deleted=True),
    Holding(Participant, "conversation__contact", is_deleted=True),
    Holding(ScheduledMessage, "conversation__contact", is_deleted=True),
    Holding(MessageVersion, "message__conversation__contact", is_deleted=True),
    Holding(Reaction, "message__conversation__contact", is_deleted=True),
    Holding(SendingStop, "contact", is_deleted=True),
    Holding(PersonProfile, "identity__contact", is_deleted=True, files="picture"),
    Holding(Attachment, "conversation__contact", is_deleted=True, files="file"),
)
