"""How messages go when a company's time for them is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from common.files import files_delete
from contacts.retention import BATCH
from contacts.services.privacy import holds_now
from omnichannel.choices import Stage
from omnichannel.models import Attachment, Conversation, MailBody, Message


def messages_purge(company_id: Any, before: datetime) -> int:
    """Delete the messages and files of conversations that ended before a moment, but for people
    under a legal hold; the conversations stay for the numbers. Returns how many messages.
    """
    count = 0
    while ids := list(_ended(company_id, before)[:BATCH]):
        files = Attachment.unscoped.filter(conversation__in=ids)
        files_delete(row.file for row in files)
        files.delete()
        mails = MailBody.unscoped.filter(message__conversation__in=ids).exclude(raw="")
        files_delete(row.raw for row in mails.only("raw"))
        gone, _by_model = Message.unscoped.filter(conversation__in=ids).delete()
        Conversation.unscoped.filter(pk__in=ids).update(message_count=0, last_message_text="")
        count += gone
    return count


def _ended(company_id: Any, before: datetime) -> Any:
    rows = Conversation.unscoped.filter(
        company_id=company_id, stage=Stage.CLOSED, closed_at__lt=before, message_count__gt=0
    )
    return rows.exclude(contact__in=holds_now().values("contact")).values_list("pk", flat=True)
