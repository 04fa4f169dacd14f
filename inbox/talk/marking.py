"""What is done to one message: an emoji, a star, passing it on."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from common.errors import NotFound
from inbox import selectors
from inbox.shell.base import BadInput, InboxView
from inbox.shell.presenters import face_of
from inbox.shell.shapes import Face
from inbox.talk.base import TalkView
from inbox.talk.forms import KEY_LENGTH
from inbox.talk.presenters import bubbles_of
from omnichannel.external import whole_id
from omnichannel.models import Conversation, Message
from omnichannel.search import conversations_found
from omnichannel.selectors import parts_load
from omnichannel.services.forwarding import is_forwardable, message_forward
from omnichannel.services.outbound import message_send
from omnichannel.services.stars import message_star
from providers.choices import MessageKind
from providers.content import ReactionTo

# Conversations to pass a message on to, and marked messages: a dialog's worth.
CHOICES = 20
STARRED = 100


class ReactForm(forms.Form):
    """An emoji; an empty one takes ours away."""

    emoji = forms.CharField(required=False, max_length=32)
    client_id = forms.CharField(max_length=KEY_LENGTH)


class ReactView(TalkView):
    """Reagir: it stands on the message when the provider has taken it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Send it and draw what changed."""
        message = selectors.message_get(self.membership, message_id)
        form = ReactForm(request.POST)
        if not form.is_valid():
            raise BadInput
        message_send(
            conversation=message.conversation,
            author=self.membership,
            kind=MessageKind.REACTION,
            content=ReactionTo(whole_id(message), form.cleaned_data["emoji"]),
            reply_to=message,
            client_id=form.cleaned_data["client_id"],
        )
        return self.drawn_update(message.conversation_id)


class StarView(TalkView):
    """Marcar com estrela, or take the mark away: for all of the team."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Mark it and draw what changed."""
        message = selectors.message_get(self.membership, message_id)
        message_star(message=message, is_starred=request.POST.get("marcada") == "sim")
        return self.drawn_update(message.conversation_id, has_column=False)


class StarredView(InboxView):
    """The dialog of a conversation's marked messages, newest mark first."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw them."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        rows = Message.objects.filter(conversation=conversation, starred_at__isnull=False)
        rows = rows.filter(deleted_at=None).select_related("author__user")
        marked = list(rows.order_by("-starred_at")[:STARRED])
        parts_load(marked)
        bubbles = bubbles_of(conversation, marked, self.membership, self.lens)
        context = {"bubbles": bubbles, "face": face_of(conversation, self.lens)}
        return self.draw("inbox/talk/_starred.html", context)


class ForwardForm(forms.Form):
    """Where a message goes."""

    destino = forms.UUIDField()
    client_id = forms.CharField(max_length=KEY_LENGTH - 4)


class Forwarding(InboxView):
    """What both parts of passing on need."""

    def forwardable(self, message_id: UUID) -> Message:
        """Return a message that may be passed on. Raises NotFound."""
        message = selectors.message_get(self.membership, message_id)
        if not is_forwardable(message):
            raise NotFound
        return message

    def places(self, message: Message, asked: str) -> list[tuple[Conversation, Face]]:
        """Return open conversations in which the reader may write, the newest first."""
        rows = Conversation.objects.visible_to(self.membership).open()
        rows = rows.filter(last_message_at__isnull=False).exclude(pk=message.conversation_id)
        if not self.membership.is_manager:
            rows = rows.filter(Q(attendant=None) | Q(attendant=self.membership))
        if asked.replace("\x00", "").strip():
            found = conversations_found(rows, asked, is_clear=self.lens.is_clear)
            rows = rows.filter(pk__in=list(found))
        parts = rows.select_related("contact", "channel", "identity", "about")
        chosen = list(parts.order_by("-last_message_at")[:CHOICES])
        self.saw(chosen)
        return [(row, face_of(row, self.lens)) for row in chosen]


class ForwardPlacesView(Forwarding):
    """What was searched for in the dialog of passing on: posted, because it may be a name."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Draw the conversations that were found."""
        message = self.forwardable(message_id)
        places = self.places(message, request.POST.get("q", "")[:100])
        return self.draw("inbox/talk/_forward_places.html", {"places": places})


class ForwardView(Forwarding):
    """Encaminhar: GET asks where to, POST sends it there."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Draw the dialog."""
        message = self.forwardable(message_id)
        context = {"message": message, "places": self.places(message, ""), "key": str(uuid4())}
        return self.draw("inbox/talk/_forward.html", context)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Send it and tell where it went."""
        message = self.forwardable(message_id)
        form = ForwardForm(request.POST)
        if not form.is_valid():
            raise BadInput
        target = selectors.conversation_get(self.membership, form.cleaned_data["destino"])
        message_forward(
            message=message,
            conversation=target,
            author=self.membership,
            client_id=form.cleaned_data["client_id"],
        )
        context = {"face": face_of(target, self.lens), "id": target.pk}
        return self.draw("inbox/talk/_forwarded.html", context)
