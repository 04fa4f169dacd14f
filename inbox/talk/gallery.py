"""What the page shows of a conversation's files over the whole screen, one after the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format

from common.errors import NotFound
from inbox import selectors
from inbox.shell.base import InboxView
from inbox.shell.forms import uuid_of
from inbox.shell.presenters import name_of
from inbox.talk.attached import file_of
from inbox.talk.bubbles import author_name
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Conversation
from omnichannel.serving import PDF
from providers.choices import MessageKind

# To each side of the one that is shown; whoever comes near an end asks again.
AROUND = 12


def files_shown(conversation: Conversation) -> QuerySet[Attachment]:
    """Return the files of a conversation that the page can show."""
    return (
        Attachment.objects.filter(conversation=conversation, state=AttachmentState.READY)
        .filter(message__isnull=False, message__deleted_at=None)
        .filter(Q(kind__in=(MessageKind.IMAGE, MessageKind.VIDEO)) | Q(mime_type=PDF))
        .select_related("message__author__user")
    )


def files_around(
    conversation: Conversation, attachment: Attachment | None = None, size: int = AROUND
) -> list[Attachment]:
    """Return files of a conversation, oldest first: up to `size` on each side of one, and that
    one; without one the newest.
    """
    rows = files_shown(conversation)
    if attachment is None:
        return list(reversed(rows.order_by("-created_at", "-pk")[: 2 * size]))
    at, pk = attachment.created_at, attachment.pk
    before = rows.filter(created_at__lte=at).filter(Q(created_at__lt=at) | Q(pk__lt=pk))
    after = rows.filter(created_at__gte=at).filter(Q(created_at__gt=at) | Q(pk__gte=pk))
    earlier = list(before.order_by("-created_at", "-pk")[:size])
    return [*reversed(earlier), *after.order_by("created_at", "pk")[: size + 1]]


class MediaView(InboxView):
    """Names the files around one, or the newest, for the page's own viewer."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, conversation_id: UUID) -> JsonResponse:
        """Answer {"files": [...]}, oldest first; each file is fetched, and its look written down,
        when it is shown.
        """
        conversation = selectors.conversation_get(self.membership, conversation_id)
        near = None
        if asked := request.GET.get("arquivo"):
            near = selectors.attachment_get(self.membership, uuid_of(asked))
            if near.conversation_id != conversation.pk:
                raise NotFound
        rows = [self._item(conversation, row) for row in files_around(conversation, near)]
        files = [row for row in rows if row["kind"]]
        return JsonResponse({"files": files})

    def _item(self, conversation: Conversation, row: Attachment) -> dict[str, Any]:
        drawn, message = file_of(row), row.message
        assert message is not None  # Those that wait to be sent are left out.
        who = author_name(message, name_of(conversation, self.lens), self.membership)
        when = date_format(timezone.localtime(message.happened_at), "SHORT_DATETIME_FORMAT")
        return {
            "id": str(row.pk),
            "kind": drawn.shows,
            "url": drawn.url,
            "name": drawn.filename,
            "said": f"{who} · {when}",
            "message": str(message.pk),
        }
