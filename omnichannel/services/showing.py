"""What a patient sees of us besides messages: that we read, and that somebody is writing. Losing
one of these, or showing it twice, harms nobody.
"""

from __future__ import annotations

import logging
from typing import Any

from omnichannel.choices import ChannelStatus
from omnichannel.external import whole_id
from omnichannel.models import Channel, Message
from omnichannel.services.addresses import recipient_of
from omnichannel.services.comments import is_comment
from providers import registry
from providers.base import Receipts
from providers.outgoing import SendError

logger = logging.getLogger(__name__)


def may_show(channel: Channel) -> bool:
    """Tell whether people of a channel can be shown anything: its kind has it, and it works."""
    return channel.status == ChannelStatus.ACTIVE and registry.has_face(channel.kind, Receipts)


def read_show(message: Message) -> None:
    """Show a patient that their message was read."""
    _show(message, typing=False)


def typing_show(conversation_id: Any) -> None:
    """Show the patient that an answer is being written; it marks their messages as read too."""
    message = (
        Message.objects.inbound()
        .select_related("channel", "conversation__identity")
        .filter(conversation_id=conversation_id)
        .exclude(external_id=None)
        .order_by("-seq")
        .first()
    )
    if message is not None:
        _show(message, typing=True)


def _show(message: Message, *, typing: bool) -> None:
    channel = message.channel
    if not may_show(channel):
        return
    to = recipient_of(message.conversation)
    if is_comment(message) or to.is_nowhere:
        return
    try:
        registry.face_of(channel.kind, Receipts).mark_read(
            channel.account(), whole_id(message), to=to, typing=typing
        )
    except SendError as exc:
        logger.info("read receipt %s: %s", message.pk, exc.code)
