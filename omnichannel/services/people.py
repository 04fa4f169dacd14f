"""What a person's record means for their conversations on open pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import Q

from common.realtime import publish
from omnichannel import events
from omnichannel.models import Conversation

# The newest; a page that shows older ones reads them anew when it is opened.
TOLD = 100


def people_show(company_id: Any, contact_ids: Collection[Any]) -> None:
    """Let pages draw the conversations of people again whose records changed."""
    rows = Conversation.objects.for_company(company_id).filter(
        Q(contact_id__in=contact_ids) | Q(about_id__in=contact_ids)
    )
    newest = rows.order_by("-last_message_at", "-id")[:TOLD]
    # Without a revision: the conversation is the same, and an open one shows the name as well.
    publish(replace(events.changed("conversation_updated", row), seq=None) for row in newest)
