"""The visitor of a site's chat, in the contact column."""

from __future__ import annotations

from common.errors import Forbidden
from inbox.shell.base import BadInput
from inbox.talk.base import ConversationActView
from omnichannel.models import Conversation
from omnichannel.services.conversations import require_holder
from visitors.models import VisitorBlock
from visitors.services.blocking import visitor_block


class BlockVisitorView(ConversationActView):
    """Bloquear: no more messages of this visitor, or of everybody of their network."""

    def act(self, conversation: Conversation) -> None:
        """Block them; a whole network is for those who manage."""
        kind = self.request.POST.get("tipo", "")
        if kind not in VisitorBlock.Kind.values:
            raise BadInput
        if kind == VisitorBlock.Kind.ADDRESS and not self.membership.is_manager:
            raise Forbidden
        require_holder(conversation, self.membership)
        visitor_block(conversation=conversation, kind=kind, actor=self.membership)
