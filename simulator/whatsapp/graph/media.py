"""Media: upload by multipart, look-up by id, download from an address that lives five minutes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError

from common.files import files_delete
from simulator.whatsapp.graph.auth import number_for, token_must_exist, token_of
from simulator.whatsapp.graph.errors import GraphError, missing_object
from simulator.whatsapp.graph.requests import Json
from simulator.whatsapp.models import SimMedia
from simulator.whatsapp.services import media as files


def upload(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Take a file of a type and size that Meta takes. Raises GraphError 100 or 131053."""
    number = number_for(node_id, token)
    try:
        product, file = request.POST.get("messaging_product"), request.FILES.get("file")
    except MultiPartParserError as fault:
        raise GraphError(100, message="(#100) Malformed multipart body") from fault
    if product != "whatsapp":
        raise GraphError(100, "Param messaging_product must be whatsapp")
    if file is None:
        raise GraphError(100, "Param file must be a file")
    # Meta lets the part's own type win; the form field `type` is what older clients send.
    mime_type = file.content_type or request.POST.get("type", "")
    if (mime_type or "application/octet-stream") == "application/octet-stream":
        mime_type = request.POST.get("type", "")
    name = files.media_class(mime_type)
    if not name:
        raise GraphError(
            100, f"Param file must be a file with one of the supported types: {mime_type}"
        )
    limit = files.LIMITS[name][1]
    if not file.size or file.size > limit:
        raise GraphError(131053, f"Media file size must be between 1 and {limit} bytes")
    media = files.media_store(
        number=number,
        content=file.read(),
        mime_type=files.plain_type(mime_type),
        filename=file.name or "",
        is_inbound=False,
    )
    return {"id": media.graph_id}


def find(media_id: str, token: str) -> SimMedia | None:
    """Find a living file that this token may see."""
    media = SimMedia.objects.filter(graph_id=media_id, number__access_token=token).first()
    return media if media is not None and files.media_is_alive(media) else None


def describe(media: SimMedia, request: HttpRequest) -> Json:
    """Answer GET /{media_id}: a fresh address and the checksum in hex."""
    asked = request.GET.get("phone_number_id")
    if asked and asked != media.number.phone_number_id:
        raise missing_object(media.graph_id)
    return {
        "messaging_product": "whatsapp",
        "url": files.media_url(media, request.build_absolute_uri("/")),
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": media.size,
        "id": media.graph_id,
    }


def delete(media: SimMedia) -> Json:
    """Delete a file and its id."""
    files_delete((media.file,))
    media.delete()
    return {"success": True}


def download(request: HttpRequest) -> HttpResponse:
    """Serve a file to whoever has both the address, while it lives, and the token."""
    media_id = request.GET.get("mid", "")
    try:
        token = token_of(request)
        token_must_exist(token)
    except GraphError:
        return JsonResponse({"error": "Unauthorized"}, status=401)
    is_good = files.media_url_is_good(
        media_id, request.GET.get("ext", ""), request.GET.get("hash", "")
    )
    media = find(media_id, token) if is_good else None
    if media is None:
        return JsonResponse({"error": "URL signature expired"}, status=404)
    with media.file.open("rb") as content:
        return HttpResponse(content.read(), content_type=media.mime_type)
