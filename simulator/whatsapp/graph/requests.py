"""Reading a Graph call and answering it in Meta's shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse

from simulator.whatsapp.graph.auth import token_of
from simulator.whatsapp.graph.errors import GraphError

Json = dict[str, Any]
VERSION = re.compile(r"/v(\d{1,3})\.(\d{1,2})/")
GraphView = Callable[..., "Json | HttpResponse"]


def graph_view(**methods: GraphView) -> Callable[..., HttpResponse]:
    """Make a view of one handler per HTTP method.

    A handler gets the request, the caller's token and the ids in the address; it returns the
    JSON to answer (or a response) and raises GraphError to refuse.
    """

    def view(request: HttpRequest, **ids: str) -> HttpResponse:
        handler = methods.get((request.method or "").lower())
        try:
            if refusal := version_refusal(request.path):
                raise refusal
            token = token_of(request)
            if handler is None:
                raise GraphError(
                    100, message=f"Unsupported {(request.method or '').lower()} request", subcode=33
                )
            answer = handler(request, token=token, **ids)
        except GraphError as refusal:
            return refusal.response()
        return answer if isinstance(answer, HttpResponse) else JsonResponse(answer)

    return view


# The versions Meta serves (reference: Meta, versions); an older one has ended, a newer one is none.
OLDEST, NEWEST = 21, 26


def unknown_path(request: HttpRequest) -> HttpResponse:
    """Refuse an edge that does not exist as Graph does, never with a page."""
    return GraphError(
        2500, message=f"Unknown path components: {request.path}", kind="OAuthException"
    ).response()


def version_refusal(path: str) -> GraphError | None:
    """Return why a path's version is not served, None when it is."""
    found = VERSION.match(path)
    if found is None:
        return GraphError(2500, message=f"Unknown path components: {path}")
    number = int(found[1])
    if number > NEWEST:
        return GraphError(2500, message=f"Unknown path components: /v{number}.{found[2]}")
    if number < OLDEST:
        return GraphError(
            2635,
            message=(
                "(#2635) You are calling a deprecated version of the Graph API. Please update to"
                f" the latest version: v{NEWEST}.0."
            ),
        )
    return None


def json_body(request: HttpRequest) -> Json:
    """Read the JSON object of a call; an empty body is an empty object. Raises GraphError 100."""
    try:
        raw = request.body
    except RequestDataTooBig as fault:
        raise GraphError(100, message="(#100) The request body is too large", http=413) from fault
    if not raw.strip():
        return {}
    try:
        data = json.loads(raw)
        text = json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise GraphError(100, message="(#100) Invalid JSON in the request body") from fault
    if not isinstance(data, dict):
        raise GraphError(100, message="(#100) The request body must be a JSON object")
    if b"\\u0000" in text:
        raise GraphError(100, message="(#100) The request body holds a NUL character")
    return data
