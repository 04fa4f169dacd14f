"""Which addresses a socket may open and who may listen there. What is not in the table is
refused.
"""

from __future__ import annotations

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.urls import path

from common.origins import is_own_page
from inbox.consumers import CompanySocket, ConversationSocket, Refuse

PATTERNS = [
    path("ws/atendimento/<uuid:company_id>/", CompanySocket.as_asgi()),
    path("ws/atendimento/<uuid:company_id>/<uuid:conversation_id>/", ConversationSocket.as_asgi()),
    path("<path:anything>", Refuse.as_asgi()),
    path("", Refuse.as_asgi()),
]


class OwnPages:
    """Lets in sockets that pages of ours open."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """Serve one socket."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if is_own_page(origin, host):
            return await self.behind(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


sockets = OwnPages(AuthMiddlewareStack(URLRouter(PATTERNS)))
