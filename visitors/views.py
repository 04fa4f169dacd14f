"""The visitor's door over HTTP, as docs/channels/webchat-protocol.md says it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from omnichannel.models import Conversation, Message
from omnichannel.serving import file_response
from providers.choices import MEDIA_KINDS, MessageStatus
from visitors import selectors, shapes
from visitors.errors import ForeignOrigin
from visitors.http import CLIENT_ID, HELLO_BYTES, VisitorView, cookie_set
from visitors.identity import claims_of
from visitors.reading import number, page_of, words
from visitors.secrets import network_asking
from visitors.services import leaving, rating, sessions, talking
from visitors.services.sessions import FormRefused, Visit

GUESSED = ("name", "email", "phone")


class SessionView(VisitorView):
    """The chat was opened: find the visitor again, or begin."""

    http_method_names = ("post",)
    session_needed = False
    body_limit = HELLO_BYTES

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer with the session and what its panel shows first."""
        given = self.body(request)
        if words(given, "embedder").lower().rstrip("/") not in self.site.origins:
            raise ForeignOrigin
        guess = given.get("guess") if isinstance(given.get("guess"), dict) else {}
        secrets = self.secrets(request)
        arrival = Visit(
            network=network_asking(request),
            cookie=secrets["cookie"],
            pointer=words(given, "pointer") or secrets["pointer"],
            claims=claims_of(given["identity"], self.site) if given.get("identity") else None,
            guess={name: words(guess or {}, name, 200) for name in GUESSED},
            page=page_of(given.get("page")),
            wants_pointer=given.get("wants_pointer") is True,
            proof=given.get("proof"),
        )
        opened = sessions.session_open(channel=self.channel, site=self.site, arrival=arrival)
        response = JsonResponse(self._told(opened))
        if opened.token:
            cookie_set(response, self.channel.account_id, opened.token)
        return response

    def _told(self, opened: sessions.Opened) -> dict[str, Any]:
        session = opened.session
        rows = list(selectors.conversations_of(session)[: selectors.LISTED])
        shown = next((row for row in rows if row.is_open), rows[0] if rows else None)
        told = shapes.conversations_shape(rows)
        messages, has_more = selectors.messages_before(shown) if shown else ([], False)
        needed = sessions.needs_form(session, self.site)
        return {
            "session": shapes.session_shape(session, needs_form=needed, is_new=opened.is_new),
            "pointer": opened.pointer or None,
            "conversation": told[rows.index(shown)] if shown else None,
            "conversations": told,
            "messages": [shapes.message_shape(one, self.channel.account_id) for one in messages],
            "has_more": has_more,
            "queue": shapes.place_shape(selectors.place_of(shown)) if shown else None,
            "hours": shapes.hours_shape(selectors.hours_of(self.channel)),
        }


class FormView(VisitorView):
    """The form before the chat."""

    http_method_names = ("post",)
    body_limit = HELLO_BYTES

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it."""
        given = self.body(request)
        values = {name: words(given, name) for name in (*GUESSED, "notice")}
        session = sessions.form_fill(session=self.session, site=self.site, values=values)
        told = shapes.session_shape(session, needs_form=False, is_new=False)
        return JsonResponse({"session": told})


class VisitorTalkView(VisitorView):
    """Base of what answers with a message or a conversation."""

    def conversation(self, value: Any) -> Conversation:
        """Return one of the visitor's own. Raises NotFound."""
        return selectors.conversation_get(self.session, value)

    def drawn(self, conversation: Conversation) -> dict[str, Any]:
        """Return a conversation's shape as it is now."""
        row = selectors.conversation_get(self.session, conversation.pk)
        return shapes.conversations_shape([row])[0]

    def shape(self, message: Message) -> dict[str, Any]:
        """Return a message's shape."""
        return shapes.message_shape(message, self.channel.account_id)

    def written(self, said: talking.SaidWords) -> HttpResponse:
        """Store what was said and answer with it."""
        message, is_new = talking.visitor_write(session=self.session, site=self.site, words=said)
        talk = message.conversation
        if talk.attendant_id is not None:
            talk = selectors.conversation_get(self.session, talk.pk)
        files = None if message.kind in MEDIA_KINDS else ()
        told = {
            "message": shapes.message_shape(message, self.channel.account_id, files),
            "conversation": shapes.conversations_shape([talk])[0],
        }
        return JsonResponse(told, status=201 if is_new else 200)

    def client_id(self, given: Any) -> str:
        """Return the panel's id of a message. Raises FormRefused."""
        if not isinstance(given, str) or not CLIENT_ID.fullmatch(given):
            raise FormRefused(fields={"client_id": ["8-64 A-Z a-z 0-9 _ -"]})
        return given

    def note_page(self, given: dict[str, Any]) -> None:
        """Keep where the visitor is, where the panel tells."""
        if page := page_of(given.get("page")):
            sessions.page_note(session=self.session, page=page)


class VisitorMessagesView(VisitorTalkView):
    """What a visitor writes."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store a text or a tapped choice."""
        given = self.body(request)
        choice = given.get("choice")
        answer = self.written(
            talking.SaidWords(
                self.client_id(given.get("client_id")),
                text=given["text"] if isinstance(given.get("text"), str) else "",
                choice=choice if isinstance(choice, dict) else None,
                proof=given.get("proof"),
            )
        )
        # After the message: whoever answers hears of that first.
        self.note_page(given)
        return answer


class OfflineView(VisitorTalkView):
    """A message left while nobody answers: form, message and how to be answered in one."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the form, store the message."""
        given = self.body(request)
        client_id = self.client_id(given.get("client_id"))
        values = {name: words(given, name) for name in (*GUESSED, "notice")}
        self.session = sessions.form_fill(
            session=self.session,
            site=self.site,
            values=values,
            answer_by=words(given, "answer_by") or "chat",
        )
        said = given["text"] if isinstance(given.get("text"), str) else ""
        return self.written(talking.SaidWords(client_id, text=said, proof=given.get("proof")))


class EventsView(VisitorTalkView):
    """What changed since a revision: for resuming, and where sockets are kept from the panel."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with changes, oldest first."""
        conversation = self.conversation(request.GET.get("conversa"))
        since = number(request.GET.get("desde"))
        messages, has_more = selectors.messages_changed(conversation, since)
        sessions.session_note(session=self.session)
        return JsonResponse(
            {
                "conversation": self.drawn(conversation),
                "messages": [self.shape(one) for one in messages],
                "has_more": has_more,
                "revision": messages[-1].revision if has_more else conversation.revision,
                "queue": shapes.place_shape(selectors.place_of(conversation)),
                "typing": False,
            }
        )


class HistoryView(VisitorTalkView):
    """Earlier messages of a conversation."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with a page, oldest first."""
        conversation = self.conversation(request.GET.get("conversa"))
        before = number(request.GET.get("antes"), -1)
        messages, has_more = selectors.messages_before(
            conversation, before if before >= 0 else None
        )
        told = {
            "conversation": self.drawn(conversation),
            "messages": [self.shape(one) for one in messages],
            "has_more": has_more,
        }
        return JsonResponse(told)


class SeenView(VisitorTalkView):
    """Up to where a visitor got with what we wrote."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take it."""
        given = self.body(request)
        talking.visitor_seen(
            session=self.session,
            conversation=self.conversation(given.get("conversation")),
            seq=number(given.get("seq")),
            status=seen_status(given.get("what")),
        )
        return HttpResponse(status=204)


def seen_status(what: Any) -> MessageStatus:
    """Return what a mark says. Raises FormRefused."""
    found = {"delivered": MessageStatus.DELIVERED, "read": MessageStatus.READ}.get(str(what))
    if found is None:
        raise FormRefused(fields={"what": ["delivered, read"]})
    return found


class TypingView(VisitorTalkView):
    """A visitor types."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Tell whoever looks at the conversation."""
        conversation = self.conversation(self.body(request).get("conversation"))
        talking.visitor_typing(conversation=conversation)
        return HttpResponse(status=204)


class RatingView(VisitorTalkView):
    """What a visitor thought, after the end."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Record it; nothing opens again."""
        given = self.body(request)
        conversation = self.conversation(given.get("conversation"))
        grade = number(given.get("rating"))
        if not 1 <= grade <= 5:
            raise FormRefused(fields={"rating": ["1-5"]})
        rating.visitor_rate(
            conversation=conversation, rating=grade, comment=words(given, "comment", 2000)
        )
        return JsonResponse({"conversation": self.drawn(conversation)})


class HandoverView(VisitorTalkView):
    """A code by which the visitor goes on elsewhere."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make one."""
        conversation = self.conversation(self.body(request).get("conversation"))
        made = leaving.code_make(session=self.session, conversation=conversation, site=self.site)
        told = {"code": made.code, "url": made.url, "expires_at": made.expires_at.isoformat()}
        return JsonResponse(told, status=201)


class LeaveView(VisitorView):
    """The visitor ends their session in this browser."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """End it."""
        sessions.session_end(session=self.session)
        response = HttpResponse(status=204)
        cookie_set(response, self.channel.account_id, "")
        return response


class FileView(VisitorView):
    """A file of the visitor's own conversations."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
        """Stream it."""
        return file_response(request, selectors.attachment_get(self.session, attachment_id))
