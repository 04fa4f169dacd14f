"""What an attendant may answer with: entries of the clinic's knowledge, and a draft on demand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from bot.models import BotSuggestion
from common.errors import DomainError
from inbox import selectors
from inbox.talk.base import TalkView
from inbox.talk.presenters import may_write
from omnichannel.choices import Stage
from omnichannel.models import Conversation

STAGES = (Stage.QUEUE, Stage.HUMAN)


class AnswersView(TalkView):
    """The suggestions above the composer."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw what the knowledge offers for what the patient wrote last."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        return self.draw("inbox/talk/_answers.html", self.offered(conversation))

    def offered(self, conversation: Conversation) -> dict[str, Any]:
        """Return what the template draws; nothing where the reader cannot answer."""
        # The model is loaded with the first conversation that is looked at, not with the process.
        from bot.services.suggesting import suggestions_for, writer_of

        rows: list[BotSuggestion] = []
        writes = False
        if conversation.stage in STAGES and may_write(conversation, self.membership):
            rows = suggestions_for(conversation=conversation, actor=self.membership)
            writes = bool(rows) and writer_of(conversation) is not None
        return {"talk_id": conversation.pk, "answers": rows, "can_draft": writes}


class DraftView(AnswersView):
    """Redigir com IA."""

    def offered(self, conversation: Conversation) -> dict[str, Any]:
        """Let the model write; why it did not is said beside what the knowledge offers."""
        from bot.services.suggesting import draft_make

        context = super().offered(conversation)
        if not context["can_draft"]:
            return context
        try:
            draft = draft_make(conversation=conversation, actor=self.membership)
        except DomainError as refused:
            return {**context, "problem": refused.detail}
        return {**context, "draft": draft}
