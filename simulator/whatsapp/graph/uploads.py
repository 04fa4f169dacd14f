"""The resumable upload, by which samples for templates' headers come: a session, then a handle.

The content is looked at and forgotten: a handle says only that a file of its type was here.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest

from simulator.whatsapp.graph.auth import token_must_exist
from simulator.whatsapp.graph.errors import GraphError
from simulator.whatsapp.services.media import media_class

Json = dict[str, Any]
SESSION, HANDLE = "simulator.upload", "simulator.handle"
# Handles that the sample templates carry.
SAMPLES = "https://clinica.example/"


def begin(request: HttpRequest, *, token: str) -> Json:
    """Open a session for `file_length` bytes of `file_type`."""
    token_must_exist(token)
    length, kind = request.GET.get("file_length", ""), request.GET.get("file_type", "")
    if not length.isdigit() or media_class(kind) not in ("image", "video", "document"):
        raise GraphError(100, "Param file_type must be one of the supported types")
    sealed = signing.dumps([int(length), kind], salt=SESSION)
    body, _colon, signature = sealed.partition(":")
    return {"id": f"upload:{body}?sig={signature}"}


def finish(request: HttpRequest, *, token: str, session: str) -> Json:
    """Take the bytes of a session and give the handle. Raises GraphError 100."""
    token_must_exist(token)
    try:
        length, kind = signing.loads(f"{session}:{request.GET.get('sig', '')}", salt=SESSION)
    except signing.BadSignature as fault:
        raise GraphError(100, message="(#100) The upload session does not exist") from fault
    # Read past the limit for forms: a video may be larger.
    size = sum(len(chunk) for chunk in iter(lambda: request.read(65_536), b""))
    if size != length:
        raise GraphError(100, message="(#100) The file is shorter or longer than announced")
    return {"h": "4::" + signing.dumps(kind, salt=HANDLE)}


def handle_is_good(handle: str) -> bool:
    """Tell whether a handle is one of ours."""
    if handle.startswith(SAMPLES):
        return True
    try:
        signing.loads(handle.removeprefix("4::"), salt=HANDLE)
    except signing.BadSignature:
        return False
    return True
