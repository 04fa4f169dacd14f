"""Automatic messages. Each passes the send gate, costs the clinic money since October 2026, and is
therefore said only when there is something to say.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from common.errors import DomainError
from omnichannel.choices import Author
from omnichannel.models import Conversation
from omnichannel.services.outbound import message_send

logger = logging.getLogger(__name__)


def courtesy_send(conversation: Conversation, purpose: str, **message: Any) -> bool:
    """Say something automatic in a conversation; return whether the gate let it pass."""
    try:
        with transaction.atomic():
            message_send(
                conversation=conversation,
                author=None,
                author_kind=Author.SYSTEM,
                purpose=purpose,
                **message,
            )
    except DomainError as refused:
        logger.info("courtesy %s in %s: %s", purpose, conversation.pk, refused.code)
        return False
    return True
