"""Reading a Graph call and answering it in Meta's shapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse

from simulator.graph.auth import token_of
from simulator.graph.errors import GraphError

Json = dict[str, Any]
GraphView = Callable[..., "Json | HttpResponse"]


def graph_view(**methods: GraphView) -> Callable[..., HttpResponse]:
    """Make a view of one handler per HTTP method.

    A handler gets the request, the caller's token and the ids in the address; it returns the
    JSON to answer (or a response) and raises GraphError to refuse.
    """

    def view(request: HttpRequest, **ids: str) -> HttpResponse:
        handler = methods.get((request.method or "").lower())
        try:
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
