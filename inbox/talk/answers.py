"""What an attendant may answer with: entries of the clinic's knowledge, and a draft on demand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bot.choices import RewriteStyle
from bot.models import BotSuggestion
from common.errors import DomainError, Forbidden
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
        from bot.services.rewriting import rewriter_of
        from bot.services.suggesting import suggestions_for
        from bot.services.writing import writer_of

        rows: list[BotSuggestion] = []
        writes = rewrites = False
        if conversation.stage in STAGES and may_write(conversation, self.membership):
            rows = suggestions_for(conversation=conversation, actor=self.membership)
            writes = bool(rows) and writer_of(conversation) is not None
            rewrites = rewriter_of(conversation) is not None
        return {
            "talk_id": conversation.pk,
            "answers": rows,
            "can_draft": writes,
            "can_rewrite": rewrites,
        }


class RewriteForm(forms.Form):
    """What an attendant wrote, and how it is to be."""

    texto = forms.CharField(max_length=20_000)
    jeito = forms.ChoiceField(choices=RewriteStyle.choices)


class RewriteView(TalkView):
    """The text of a composer in other words; it is shown beside it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the other wording. Where there is none the refusal says why."""
        from bot.services.rewriting import text_rewrite

        conversation = selectors.conversation_get(self.membership, conversation_id)
        if not may_write(conversation, self.membership):
            raise Forbidden
        form = RewriteForm(request.POST)
        if not form.is_valid():
            raise DomainError(_("Escreva o texto e escolha como ele deve ficar."))
        style = RewriteStyle(form.cleaned_data["jeito"])
        made = text_rewrite(
            conversation=conversation,
            actor=self.membership,
            text=form.cleaned_data["texto"],
            style=style,
        )
        return self.draw("inbox/talk/_rewritten.html", {"made": made, "style": style.label})


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
