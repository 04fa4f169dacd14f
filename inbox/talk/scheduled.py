"""Agendar: a text that is sent at a moment, seen and taken back where one writes."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.errors import NotFound
from inbox import selectors
from inbox.shell.base import BadInput
from inbox.talk.base import TalkView
from inbox.talk.forms import KEY_LENGTH
from inbox.talk.snoozing import REPLY, MomentView, SnoozeForm, moment_chosen
from omnichannel.models import Conversation, ScheduledMessage
from omnichannel.services.scheduling import message_schedule, scheduled_cancel
from queues.blanks import blanks_refuse


class ScheduleView(MomentView):
    """Agendar."""

    template = "inbox/talk/_schedule.html"

    def more(self) -> dict[str, Any]:
        """Return what names the click: sent twice, it is one message."""
        return {"key": str(uuid4())}

    def act(self, conversation: Conversation) -> None:
        """Keep it."""
        form = SnoozeForm(self.request.POST)
        key = self.request.POST.get("client_id", "")
        if not form.is_valid() or not key or len(key) > KEY_LENGTH:
            raise BadInput
        moment = moment_chosen(form.cleaned_data, timezone.localtime())
        if moment is None or form.cleaned_data["quando"] == REPLY:
            raise BadInput
        text = self.request.POST.get("texto", "")
        blanks_refuse(text)
        message_schedule(
            conversation=conversation,
            author=self.membership,
            text=text.strip(),
            send_at=moment,
            client_id=key,
        )


class ScheduledView(TalkView):
    """What waits in a conversation, above the box."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw it."""
        return self.drawn(selectors.conversation_get(self.membership, conversation_id))

    def drawn(self, conversation: Conversation) -> HttpResponse:
        """Draw what waits and what was held."""
        self.saw([conversation])
        rows = ScheduledMessage.objects.filter(conversation=conversation).shown()
        context = {
            "talk_id": conversation.pk,
            "rows": [
                (row, row.author_id == self.membership.pk or self.membership.is_manager)
                for row in rows.select_related("author__user")
            ],
        }
        return self.draw("inbox/talk/_scheduled.html", context)


class CancelView(ScheduledView):
    """Cancelar: the text goes back to the box."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID, scheduled_id: UUID) -> HttpResponse:
        """Take it back and draw what is left."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        rows = ScheduledMessage.objects.filter(conversation=conversation)
        row = rows.select_related("author", "conversation").filter(pk=scheduled_id).first()
        if row is None:
            raise NotFound
        scheduled_cancel(scheduled=row, actor=self.membership)
        return self.drawn(conversation)
