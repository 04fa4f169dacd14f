"""Who follows a conversation, as its column draws them."""

from __future__ import annotations

from accounts.models import Membership
from inbox.people.shapes import ParticipantLine
from omnichannel.models import Conversation
from omnichannel.services.participating import participants_of


def participant_lines(
    conversation: Conversation, reader: Membership
) -> tuple[ParticipantLine, ...]:
    """Draw who follows, for a reader."""
    # The reader's company is the conversation's, and known already.
    conversation.company = reader.company
    may_all = reader.is_manager or conversation.attendant_id == reader.pk
    return tuple(
        ParticipantLine(
            one.member_id,
            one.member.user.name,
            is_me=one.member_id == reader.pk,
            can_remove=may_all or reader.pk in (one.member_id, one.added_by_id),
        )
        for one in participants_of(conversation)
    )
