"""Giving files to those who may see their conversation; pages and API share it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from common.errors import NotFound
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment
from providers.file_types import UNKNOWN, named, plain

CHUNK = 256 * 1024
# What a browser shows by itself and cannot run. Everything else is downloaded: a document that a
# stranger sent must not open as a page of ours.
SHOWN = re.compile(r"image/(jpeg|png|webp|gif|avif)|audio/[\w.+-]+|video/[\w.+-]+")
PDF = "application/pdf"
FRAMED = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
# What is named as it is for whoever downloads it. Any other type, texts among them, is given
# without its name: under our address a browser could take it for a script or a style of ours.
NAMED = re.compile(
    r"image/(heic|bmp|tiff)|application/(pdf|zip|rtf|msword"
    r"|vnd\.(ms-(excel|powerpoint)|(openxmlformats-officedocument|oasis\.opendocument)\.[\w.]+))"
)
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def file_response(
    request: HttpRequest, attachment: Attachment, *, shows_pdf: bool = False
) -> StreamingHttpResponse:
    """Stream a file, whole or the part a player asks for. Raises NotFound while there is none.

    `shows_pdf` lets a browser open a PDF in its own viewer, which a sandbox would keep from it.
    """
    if attachment.state != AttachmentState.READY or not attachment.file:
        raise NotFound
    if attachment.message is not None and attachment.message.deleted_at is not None:
        # Its author took it back; it rests here for the record only.
        raise NotFound
    start, end, status = _part(request.headers.get("Range", ""), attachment.size)
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError:
        raise NotFound from None
    file.seek(start)
    length = end - start + 1
    # The sync iterator would be read into memory whole under ASGI.
    body = _later(file, length) if isinstance(request, ASGIRequest) else _now(file, length)
    response = StreamingHttpResponse(body, status=status, headers=_headers(attachment, shows_pdf))
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


def _headers(attachment: Attachment, shows_pdf: bool) -> dict[str, Any]:
    mime_type = plain(attachment.mime_type)
    is_viewed = shows_pdf and mime_type == PDF
    is_shown = is_viewed or SHOWN.fullmatch(mime_type)
    shown = "inline" if is_shown else "attachment"
    name = quote(named(attachment.filename, mime_type), safe="")
    headers = {
        "Content-Type": mime_type if is_shown or NAMED.fullmatch(mime_type) else UNKNOWN,
        "Content-Disposition": f"{shown}; filename*=UTF-8''{name}",
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    if is_viewed:
        # The page's own viewer draws it in a frame; no other site may.
        headers["Content-Security-Policy"] = (
            "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
        )
        headers["X-Frame-Options"] = "SAMEORIGIN"
    else:
        headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return headers


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
