"""Quick replies: kept here, offered and used while somebody writes."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from common.errors import DomainError, NotFound
from inbox import selectors
from inbox.replies.forms import ReplyForm
from inbox.shell.base import InboxView, sentence_of
from inbox.shell.forms import uuid_of
from inbox.shell.presenters import label_of
from queues.belonging import may_change
from queues.blanks import BLANKS, blanks_fill, blanks_of
from queues.choices import ReplyScope
from queues.models import QuickReply
from queues.services.quick_replies import (
    quick_reply_delete,
    quick_reply_save,
    quick_reply_use,
)

# Inputs by the names the service knows them by.
INPUTS = {"name": "nome", "folder": "pasta", "text": "texto", "queue": "para", "file": "arquivos"}


class RepliesView(InboxView):
    """Finds what the reader may use."""

    def rows(self) -> Any:
        """Return their quick replies."""
        rows = QuickReply.objects.visible_to(self.membership)
        return rows.select_related("queue").prefetch_related("files")

    def reply(self, quick_reply_id: UUID) -> QuickReply:
        """Return one that the reader may change. Raises NotFound."""
        row: QuickReply | None = self.rows().filter(pk=quick_reply_id).first()
        if row is None or not may_change(row, self.membership):
            raise NotFound
        return row


class RepliesPage(RepliesView):
    """Respostas rápidas, folder by folder."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw them."""
        rows = sorted(self.rows(), key=lambda row: (row.folder.casefold(), row.name.casefold()))
        folders = [
            (name, [(row, may_change(row, self.membership)) for row in group])
            for name, group in groupby(rows, key=lambda row: row.folder)
        ]
        return self.draw("inbox/replies/list.html", {"folders": folders, "blanks": BLANKS})


class ReplyPage(RepliesView):
    """The form of one, as a page and, from a message, as a dialog."""

    def get(self, request: HttpRequest, quick_reply_id: UUID | None = None) -> HttpResponse:
        """Draw it, with a message's text where it comes from one."""
        reply = self.reply(quick_reply_id) if quick_reply_id else None
        form = ReplyForm(actor=self.membership, reply=reply, text=self._said())
        return self._drawn(form, reply)

    def post(self, request: HttpRequest, quick_reply_id: UUID | None = None) -> HttpResponse:
        """Keep what was typed."""
        reply = self.reply(quick_reply_id) if quick_reply_id else None
        form = ReplyForm(request.POST, request.FILES, actor=self.membership, reply=reply)
        if not form.is_valid():
            if self.is_fragment:
                said = {name: list(lines) for name, lines in form.errors.items()}
                raise DomainError(next(iter(said.values()))[0], code="invalido", fields=said)
            return self._drawn(form, reply, 422)
        try:
            quick_reply_save(actor=self.membership, reply=reply, **form.given())
        except DomainError as refused:
            refused.fields = {INPUTS.get(key, key): one for key, one in refused.fields.items()}
            if self.is_fragment:
                raise
            named = next((name for name in refused.fields if name in form.fields), None)
            form.add_error(named, sentence_of(refused))
            return self._drawn(form, reply, refused.status)
        if self.is_fragment:
            return HttpResponse(status=204)
        return redirect("inbox:replies")

    def _said(self) -> str:
        asked = uuid_of(self.request.GET.get("mensagem"))
        if asked is None:
            return ""
        message = selectors.message_get(self.membership, asked)
        self.saw([message.conversation])
        return "" if message.deleted_at else message.text

    def _drawn(self, form: ReplyForm, reply: QuickReply | None, status: int = 200) -> HttpResponse:
        folders = sorted({row.folder for row in self.rows() if row.folder})
        context = {"form": form, "reply": reply, "blanks": BLANKS, "folders": folders}
        name = "_dialog" if self.is_fragment else "form"
        return self.draw(f"inbox/replies/{name}.html", context, status)


class ReplyDeleteView(RepliesView):
    """Apagar."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, quick_reply_id: UUID) -> HttpResponse:
        """Delete it and go back to the list."""
        quick_reply_delete(reply=self.reply(quick_reply_id), actor=self.membership)
        return redirect("inbox:replies")


class OfferedView(RepliesView):
    """What a conversation's composer offers after a slash and after two braces."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Answer quick replies, blanks filled in, and the blanks themselves with their values."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        values = blanks_of(conversation, self.membership)
        body = {
            "replies": [self._shown(row, values) for row in self.rows().in_order()],
            "blanks": [
                {"name": name, "label": str(words), "value": values[name]}
                for name, words in BLANKS.items()
            ],
        }
        return JsonResponse(body)

    def _shown(self, row: QuickReply, values: dict[str, str]) -> dict[str, Any]:
        filled = blanks_fill(row.text, values)
        return {
            "id": str(row.pk),
            "name": row.name,
            "folder": row.folder,
            "whose": row.queue.name if row.queue else label_of(ReplyScope, row.scope),
            "text": filled.text,
            "missing": list(filled.missing),
            "files": [one.filename for one in row.files.all()],
        }


class UseView(RepliesView):
    """Counts that one was taken, and attaches its files to what is being written."""

    http_method_names = ("post",)

    def post(
        self, request: HttpRequest, conversation_id: UUID, quick_reply_id: UUID
    ) -> HttpResponse:
        """Answer its files as an upload is answered."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        row: QuickReply | None = self.rows().filter(pk=quick_reply_id).first()
        if row is None:
            raise NotFound
        attached = quick_reply_use(
            reply=row,
            conversation=conversation,
            actor=self.membership,
            has_files=request.POST.get("modo") != "nota",
        )
        files = [
            {"id": str(one.pk), "kind": one.kind, "filename": one.filename, "size": one.size}
            for one in attached
        ]
        return JsonResponse({"files": files})
