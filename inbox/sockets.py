"""Which addresses a socket may open and who may listen there. What is not in the table is
refused.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import validate_host
from django.urls import path

from inbox.consumers import CompanySocket, ConversationSocket, Refuse

PATTERNS = [
    path("ws/atendimento/<uuid:company_id>/", CompanySocket.as_asgi()),
    path("ws/atendimento/<uuid:company_id>/<uuid:conversation_id>/", ConversationSocket.as_asgi()),
    path("<path:anything>", Refuse.as_asgi()),
    path("", Refuse.as_asgi()),
]


class OwnPages:
    """Lets in sockets that pages of ours open: the origin is, with scheme and port, the address the
    socket itself was asked for, or PUBLIC_URL. Another port of the machine is another site.
    """

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """Serve one socket."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if self._is_ours(origin, host):
            return await self.behind(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)

    def _is_ours(self, origin: str, host: str) -> bool:
        if origin == _origin(settings.PUBLIC_URL):
            return True
        scheme = "https" if settings.HTTPS else "http"
        # The name without its port; an address of version 6 keeps its brackets.
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        return validate_host(name, settings.ALLOWED_HOSTS) and origin == f"{scheme}://{host}"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


sockets = OwnPages(AuthMiddlewareStack(URLRouter(PATTERNS)))
