"""Menções: who may be named in a note of the open conversation, and which were seen."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.models import Membership
from inbox import selectors
from inbox.list.forms import uuids
from inbox.shell.base import InboxView
from inbox.shell.presenters import label_of
from omnichannel.services.mentioning import mentionable, mentions_seen


class MentionableView(InboxView):
    """Who works here and may see the conversation, but for the reader."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Answer {"people": [{"id", "name", "role"}]}, by name."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        people = mentionable(conversation).exclude(pk=self.membership.pk)
        found = [
            {"id": str(one.pk), "name": one.user.name, "role": label_of(Membership.Role, one.role)}
            for one in people
        ]
        return JsonResponse({"people": found})


class MentionsSeenView(InboxView):
    """The reader has notes on their screen."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Note which of them named the reader."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        notes = uuids(request.POST.getlist("nota"))
        mentions_seen(member=self.membership, conversation=conversation, note_ids=notes)
        return HttpResponse(status=204)
