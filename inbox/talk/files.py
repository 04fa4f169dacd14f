"""Files: taken from attendants, given only to those who may see their conversation."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse

from bot.services.transcribing import transcription_ask
from common.errors import DomainError, NotFound
from inbox import selectors
from inbox.shell.base import InboxView
from inbox.talk.base import TalkView
from inbox.talk.forms import UploadForm
from omnichannel.services.media import attachment_retry, attachment_upload
from omnichannel.services.naming import picture_of
from omnichannel.serving import file_response


class UploadView(InboxView):
    """Takes one file for a message that is being written."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Store it and answer {"id", "kind", "filename", "size"}."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            raise DomainError(next(iter(form.errors.values()))[0], code="arquivo_recusado")
        file = form.cleaned_data["arquivo"]
        attachment = attachment_upload(
            conversation=conversation,
            uploaded_by=self.membership,
            file=file,
            filename=file.name,
            mime_type=file.content_type or "",
            is_voice=form.cleaned_data["voz"],
        )
        body = {
            "id": str(attachment.pk),
            "kind": attachment.kind,
            "filename": attachment.filename,
            "size": attachment.size,
        }
        return JsonResponse(body, status=201)


class DownloadView(InboxView):
    """Gives a file, whole or the part a player asks for."""

    def get(self, request: HttpRequest, attachment_id: UUID) -> StreamingHttpResponse:
        """Stream it. Raises NotFound for files that are not there yet."""
        attachment = selectors.attachment_get(self.membership, attachment_id)
        self.saw([attachment])
        return file_response(request, attachment, shows_pdf=True)


class PictureView(InboxView):
    """Gives the picture that a conversation's person shows at the provider."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Answer it whole: it is small. Raises NotFound while there is none."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        profile = picture_of(conversation)
        if profile is None:
            raise NotFound
        try:
            with profile.picture.open("rb") as file:
                response = HttpResponse(file.read(), content_type=profile.mime_type)
        except FileNotFoundError:
            raise NotFound from None
        response["Cache-Control"] = "private, max-age=3600"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class DownloadAgainView(TalkView):
    """Baixar de novo: a received file that did not come, or was refused, is asked for once more."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, attachment_id: UUID) -> HttpResponse:
        """Ask for it and draw what changed."""
        attachment = selectors.attachment_get(self.membership, attachment_id)
        attachment_retry(attachment=attachment)
        return self.drawn_update(attachment.conversation_id)


class TranscribeView(TalkView):
    """Transcrever, de novo: a voice note that has no words, or doubtful ones, is written down."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, attachment_id: UUID) -> HttpResponse:
        """Ask for it and draw what changed."""
        attachment = selectors.attachment_get(self.membership, attachment_id)
        transcription_ask(attachment=attachment, actor=self.membership)
        return self.drawn_update(attachment.conversation_id)
