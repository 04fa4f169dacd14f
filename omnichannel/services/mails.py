"""The whole of each mail, kept beside the message that holds what is new in it."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from django.core.files.storage import default_storage

from omnichannel.models import MailBody, Message
from providers.facts import InboundMessage, Mail


def mail_body(message: Message, incoming: InboundMessage) -> MailBody | None:
    """Return the row of an arriving mail, not yet in the database; None for what is no mail. The
    mail itself is stored: read again after a failure it takes the same place.
    """
    mail = incoming.mail
    if mail is None:
        return None
    return MailBody(
        company_id=message.company_id,
        message=message,
        text=mail.text,
        html=mail.html,
        raw=_raw_store(message, mail.raw),
        size=len(mail.raw),
        mail_id=mail.message_id,
        mark=mail.mark,
        **_header(mail),
        verdict=mail.verdict,
        is_automatic=mail.is_automatic,
        is_readable=mail.is_readable,
        is_cut=mail.is_cut,
        charset_guessed=mail.charset_guessed,
        inline=mail.inline,
        invite=mail.invite,
    )


def _header(mail: Mail) -> dict[str, Any]:
    return {
        "in_reply_to": list(mail.in_reply_to),
        "refers_to": list(mail.references),
        "sender": mail.sender.stored,
        "reply_to": [one.stored for one in mail.reply_to],
        "sent_to": [one.stored for one in mail.to],
        "copied_to": [one.stored for one in mail.cc],
    }


def _raw_store(message: Message, raw: bytes) -> str:
    # A file is not undone with its transaction, so its name says what it holds.
    digest = hashlib.sha256(raw).hexdigest()
    name = f"{message.company_id}/mails/{message.channel_id}/{digest}.eml"
    if not default_storage.exists(name):
        name = default_storage.save(name, io.BytesIO(raw))
    return name
