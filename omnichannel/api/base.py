"""What a caller may reach of conversations; everything starts from `visible_to`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.told import Told, annotated
from common.slots import Slot
from omnichannel.api.serializers import ConversationOut, MessageOut
from omnichannel.models import Attachment, Conversation, Message, Reaction

# What packages above know of a conversation, for ConversationOut.
told_above: Slot[Told] = Slot()


class ConversationsView(CompanyView):
    """Looks up conversations and what belongs to them for the caller."""

    # Read by the schema only, which has no company.
    queryset = Conversation.unscoped.none()

    def conversations(self) -> Any:
        """Return the conversations the caller may see."""
        rows = Conversation.objects.visible_to(self.membership).select_related("channel")
        return annotated(rows, told_above)

    def messages(self) -> Any:
        """Return their messages as the API shows them: notes and lines for staff stay inside."""
        return (
            Message.objects.filter(
                conversation__in=Conversation.objects.visible_to(self.membership),
                is_internal=False,
            )
            .select_related("author__user")
            .prefetch_related(Prefetch("attachments", Attachment.objects.in_order()))
            .prefetch_related(
                Prefetch("reactions", Reaction.objects.exclude(emoji="").order_by("id"))
            )
        )

    def conversation(self, conversation_id: UUID) -> Conversation:
        """Return a conversation. Raises NotFound."""
        row: Conversation = self.found(self.conversations(), conversation_id)
        self.saw([row])
        return row

    def message(self, message_id: UUID) -> Message:
        """Return a message. Raises NotFound."""
        rows = self.messages().select_related("conversation")
        row: Message = self.found(rows, message_id)
        self.saw([row.conversation])
        return row

    def message_shown(self, message_id: UUID) -> dict[str, Any]:
        """Return a message as the caller sees it."""
        row = self.message(message_id)
        return dict(MessageOut(row, context=self.get_serializer_context()).data)

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializer how the caller sees people's numbers."""
        # The schema is made without a caller.
        sees = self.membership.sees_numbers if hasattr(self, "membership") else True
        return {**super().get_serializer_context(), "sees_numbers": sees}

    def shown(self, conversation_id: UUID) -> Response:
        """Answer a conversation as it is now."""
        return Response(ConversationOut(self.conversation(conversation_id)).data)
