"""A letter as it came: its text, its page in a frame that nothing runs in, the file itself."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views import View

from common.errors import NotFound
from inbox import selectors
from inbox.talk.base import TalkView
from inbox.talk.letters import letters_shown, people_words, rest_of
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Conversation, MailBody, Message
from omnichannel.services.letters import forwarded_by, signature_of, signature_save
from omnichannel.services.starting import conversation_begin
from providers.file_types import safe_name
from providers.letters import Letters
from providers.registry import face_of

# Pictures that came inside of a mail are drawn into its page, up to so many bytes.
INLINE_BYTES = 6 * 1024 * 1024
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# How long the addresses of a page's pictures lead anywhere.
PICTURES_LIVE = 600
PICTURES = "mail-pictures:"


class LetterView(TalkView):
    """A letter that the reader may see."""

    def letter(self, message_id: UUID) -> tuple[Message, MailBody]:
        """Return it with its body, and write down that it was seen. Raises NotFound."""
        message = selectors.message_get(self.membership, message_id)
        body = MailBody.objects.filter(message=message).first()
        if body is None or message.deleted_at is not None:
            raise NotFound
        self.saw([message.conversation])
        return message, body


class LetterPage(LetterView):
    """The dialog: header, the page in its frame, and what may be done with it."""

    def get(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Draw it."""
        message, body = self.letter(message_id)
        talk = message.conversation
        context = {
            "message": message,
            "subject": talk.subject,
            "sender": people_words([body.sender], talk, self.lens),
            "to": people_words(body.sent_to, talk, self.lens),
            "cc": people_words(body.copied_to, talk, self.lens),
            "shown": letters_shown(talk, [message], self.lens).get(message.pk),
            "has_page": bool(body.html.strip()),
            "remote": _remote_count(talk, body),
            "text": body.text,
            "has_raw": bool(body.raw),
            "forwarded": self._forwarded(talk, body),
        }
        return self.draw("inbox/talk/_letter.html", context)

    def _forwarded(self, talk: Conversation, body: MailBody) -> str:
        person = forwarded_by(talk, body)
        return people_words([person], talk, self.lens) if person else ""


class LetterRestView(LetterView):
    """Mostrar texto citado: what the bubble folds away."""

    def get(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Draw it."""
        message, body = self.letter(message_id)
        return self.draw("inbox/talk/_rest.html", {"text": rest_of(message, body)})


class LetterFrame(LetterView):
    """The page that a mail is, for the frame: no scripts, no forms, nothing from elsewhere."""

    def get(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Give it; `?imagens=1` lets it show remote pictures, through us."""
        message, body = self.letter(message_id)
        shows = request.GET.get("imagens") == "1"
        token, urls = secrets.token_urlsafe(24), []

        def proxied(url: str) -> str:
            urls.append(url)
            path = reverse("inbox:letter-picture", args=[token, len(urls) - 1])
            return request.build_absolute_uri(path)

        kind = message.conversation.channel.kind
        page = face_of(kind, Letters).page(
            body.html,
            inline=_inline(message, body),
            proxy=proxied if shows else None,
        )
        if urls:
            cache.set(f"{PICTURES}{token}", (str(kind), urls), PICTURES_LIVE)
        context = {
            "html": page.html if page else "",
            "text": body.text,
        }
        response = self.draw("inbox/talk/letter_frame.html", context)
        return _framed(request, response, shows)


class LetterRaw(LetterView):
    """The mail itself, for another program."""

    def get(self, request: HttpRequest, message_id: UUID) -> HttpResponseBase:
        """Give the file."""
        message, body = self.letter(message_id)
        if not body.raw:
            raise NotFound
        try:
            file = body.raw.storage.open(str(body.raw.name))
        except FileNotFoundError:
            raise NotFound from None
        name = quote(safe_name(f"{message.conversation.subject or 'e-mail'}.eml"), safe="")
        response = FileResponse(file, content_type="application/octet-stream")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response


class LetterForwardedView(LetterView):
    """Criar conversa com o remetente original of a forwarded mail."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """Open it, about the same subject, and go there."""
        message, body = self.letter(message_id)
        talk = message.conversation
        person = forwarded_by(talk, body)
        if person is None:
            raise NotFound
        begun = conversation_begin(
            actor=self.membership,
            channel=talk.channel,
            address=person["address"],
            name=person["name"],
            subject=talk.subject,
            thread_key=f"{message.pk}",
        )
        response = HttpResponse()
        response["HX-Redirect"] = reverse("inbox:conversation", args=[begun.pk])
        return response


class LetterPicture(View):
    """A remote picture of a page. The frame has no session, so an address that nobody guesses and
    that lives ten minutes stands for the reader's right.
    """

    http_method_names = ("get",)

    def get(self, request: HttpRequest, token: str, place: int) -> HttpResponse:
        """Fetch and give it."""
        kind, urls = cache.get(f"{PICTURES}{token}") or ("", [])
        found = face_of(kind, Letters).picture(urls[place]) if place < len(urls) else None
        if found is None:
            raise Http404
        mime_type, body = found
        response = HttpResponse(body, content_type=mime_type)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        response["Cache-Control"] = "private, max-age=600"
        return response


def _remote_count(talk: Conversation, body: MailBody) -> int:
    """Return how many pictures of a mail wait on other servers."""
    if not body.html:
        return 0
    page = face_of(talk.channel.kind, Letters).page(body.html, inline={}, proxy=None)
    return page.remote if page else 0


def _inline(message: Message, body: MailBody) -> dict[str, str]:
    """Return the pictures that came with a mail, as addresses that hold them."""
    if not body.inline:
        return {}
    rows = Attachment.objects.filter(
        message=message,
        state=AttachmentState.READY,
        provider_media_id__in=list(body.inline.values()),
        mime_type__in=INLINE_TYPES,
    )
    found: dict[str, str] = {}
    left = INLINE_BYTES
    for row in rows.order_by("size"):
        left -= row.size
        if left < 0:
            break
        with row.file.open("rb") as file:
            data = base64.b64encode(file.read()).decode()
        for cid, part in body.inline.items():
            if part == row.provider_media_id:
                found[cid] = f"data:{row.mime_type};base64,{data}"
    return found


def _framed(request: HttpRequest, response: HttpResponse, shows: bool) -> HttpResponse:
    """Let a page be drawn in a frame of ours and nowhere else, and do nothing."""
    # A frame without an origin is not 'self': the address of the pictures is written out.
    path = reverse("inbox:letter-picture", args=["-", 0]).removesuffix("-/0/")
    pictures = request.build_absolute_uri(f"{path}/") if shows else ""
    styles = request.build_absolute_uri(settings.STATIC_URL)
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline' {styles}; base-uri 'none';"
        " form-action 'none';"
        f" img-src data: {pictures}; frame-ancestors 'self';"
        " sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class SignatureView(TalkView):
    """What stands under the reader's letters of a conversation's channel."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the dialog."""
        talk = selectors.conversation_get(self.membership, conversation_id)
        context = {
            "conversation": talk,
            "text": signature_of(self.membership, talk.channel),
            "channel_name": talk.channel.name,
        }
        return self.draw("inbox/talk/_signature.html", context)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Keep it."""
        talk = selectors.conversation_get(self.membership, conversation_id)
        text = request.POST.get("texto", "")
        signature_save(member=self.membership, channel=talk.channel, text=text)
        return self.drawn_update(conversation_id)
