"""The tables of this package that touch a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.holdings import Holding, hold
from omnichannel.models import Attachment, Conversation, Message, MessageVersion, Reaction

# The same text stands in the message.
COPIES = frozenset({"last_message_text", "last_message_kind", "last_message_status"})


def holdings_name() -> None:
    """Name them: what was said goes, that something was said stays for the numbers."""
    hold(
        Holding(
            Conversation,
            "contact",
            blanks={"subject": "", "referral": {}, "last_message_text": ""},
            hidden=COPIES,
        ),
        # What somebody else wrote about the person is theirs; that they did is the person's too.
        Holding(
            Conversation,
            "about",
            blanks={"about": None},
            hidden=COPIES | {"subject", "referral", "identity"},
            named=_("conversas sobre a pessoa"),
        ),
        Holding(
            Message,
            "conversation__contact",
            blanks={"text": "", "metadata": {}, "error_detail": "", "external_id": None},
        ),
        Holding(MessageVersion, "message__conversation__contact", is_deleted=True),
        Holding(Reaction, "message__conversation__contact", is_deleted=True),
        Holding(Attachment, "conversation__contact", is_deleted=True, files="file"),
    )
