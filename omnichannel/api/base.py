"""What a caller may reach of conversations; everything starts from `visible_to`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from rest_framework.response import Response

from accounts.api.base import CompanyView
from omnichannel.api.serializers import ConversationOut
from omnichannel.models import Attachment, Conversation, Message, Reaction

# What packages above know of a conversation, by the name ConversationOut reads: each makes an
# expression, so that a page of conversations costs no further statement.
told_above: dict[str, Callable[[], Any]] = {}


class ConversationsView(CompanyView):
    """Looks up conversations and what belongs to them for the caller."""

    # Read by the schema only, which has no company.
    queryset = Conversation.unscoped.none()

    def conversations(self) -> Any:
        """Return the conversations the caller may see."""
        rows = Conversation.objects.visible_to(self.membership).select_related("channel")
        return rows.annotate(**{name: make() for name, make in told_above.items()})

    def messages(self) -> Any:
        """Return their messages as the API shows them: notes and lines for staff stay inside."""
        return (
            Message.objects.filter(
                conversation__in=Conversation.objects.visible_to(self.membership),
                is_internal=False,
            )
            .select_related("author__user")
            .prefetch_related(Prefetch("attachments", Attachment.objects.order_by("id")))
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

    def shown(self, conversation_id: UUID) -> Response:
        """Answer a conversation as it is now."""
        return Response(ConversationOut(self.conversation(conversation_id)).data)
