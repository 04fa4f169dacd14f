"""Files: taken from attendants, given only to those who may see their conversation."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse

from common.errors import DomainError, NotFound
from inbox import selectors
from inbox.forms import UploadForm
from inbox.views.base import InboxView
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment
from omnichannel.services.media import attachment_upload

CHUNK = 256 * 1024
# What a browser shows by itself and cannot run. Everything else is downloaded: a document that a
# stranger sent must not open as a page of ours.
SHOWN = re.compile(r"image/(jpeg|png|webp|gif)|audio/[\w.+-]+|video/[\w.+-]+|application/pdf")
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Upload(InboxView):
    """Takes one file for a message that is being written."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Store it and answer {"id", "kind", "filename", "size"}."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            raise DomainError(form.errors["arquivo"][0], code="arquivo_recusado")
        file = form.cleaned_data["arquivo"]
        attachment = attachment_upload(
            conversation=conversation,
            uploaded_by=self.membership,
            file=file,
            filename=file.name,
            mime_type=file.content_type or "",
        )
        body = {
            "id": str(attachment.pk),
            "kind": attachment.kind,
            "filename": attachment.filename,
            "size": attachment.size,
        }
        return JsonResponse(body, status=201)


class Download(InboxView):
    """Gives a file, whole or the part a player asks for."""

    def get(self, request: HttpRequest, attachment_id: UUID) -> StreamingHttpResponse:
        """Stream it. Raises NotFound for files that are not there yet."""
        attachment = selectors.attachment_get(self.membership, attachment_id)
        if attachment.state != AttachmentState.READY or not attachment.file:
            raise NotFound
        start, end, status = _part(request.headers.get("Range", ""), attachment.size)
        file = attachment.file.open("rb")
        file.seek(start)
        length = end - start + 1
        # The sync iterator would be read into memory whole under ASGI.
        body = _later(file, length) if isinstance(request, ASGIRequest) else _now(file, length)
        response = StreamingHttpResponse(body, status=status, headers=_headers(attachment))
        response["Content-Length"] = str(length)
        if status == 206:
            response["Content-Range"] = f"bytes {start}-{end}/{attachment.size}"
        return response


def _part(asked: str, size: int) -> tuple[int, int, int]:
    """Read a Range header into first byte, last byte and status.

    What cannot be met gets the whole file.
    """
    match = RANGE.fullmatch(asked)
    if match is None or match[0] == "bytes=-":
        return 0, size - 1, 200
    if not match[1]:
        start, end = max(size - int(match[2]), 0), size - 1
    else:
        start, end = int(match[1]), min(int(match[2] or size - 1), size - 1)
    return (start, end, 206) if start <= end else (0, size - 1, 200)


def _headers(attachment: Attachment) -> dict[str, Any]:
    mime_type = attachment.mime_type or "application/octet-stream"
    shown = "inline" if SHOWN.fullmatch(mime_type) else "attachment"
    name = quote(attachment.filename or "arquivo", safe="")
    return {
        "Content-Type": mime_type,
        "Content-Disposition": f"{shown}; filename*=UTF-8''{name}",
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }


def _now(file: File[bytes], length: int) -> Iterator[bytes]:
    with file:
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


async def _later(file: File[bytes], length: int) -> AsyncIterator[bytes]:
    read = sync_to_async(file.read)
    try:
        while length > 0 and (chunk := await read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
    finally:
        await sync_to_async(file.close)()
