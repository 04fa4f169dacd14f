"""Which addresses a socket may open and who may listen there. What is not in the table is
refused. Pages of ours come with their session; others with a ticket that the API gave them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import path

from accounts.services.socket_tickets import socket_ticket_use
from common.origins import is_own_page
from inbox.consumers import CompanySocket, ConversationSocket


class Refuse(AsyncWebsocketConsumer):
    """Answers every address that is not in the table."""

    async def connect(self) -> None:
        """Refuse before the handshake."""
        await self.close()


PATTERNS = [
    path("ws/atendimento/<uuid:company_id>/", CompanySocket.as_asgi()),
    path("ws/atendimento/<uuid:company_id>/<uuid:conversation_id>/", ConversationSocket.as_asgi()),
    path("<path:anything>", Refuse.as_asgi()),
    path("", Refuse.as_asgi()),
]


class OwnPages:
    """Lets in sockets that pages of ours open, by `with_session`, and whoever has a ticket, by
    `with_ticket`.
    """

    def __init__(self, with_session: Any, with_ticket: Any) -> None:
        self.with_session, self.with_ticket = with_session, with_ticket

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """Serve one socket."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        is_ours = is_own_page(origin, host)
        ticket = _ticket(scope)
        if ticket is not None:
            # A program names no origin; a page of another site may not use what it got hold of.
            if is_ours or not origin or origin in settings.CORS_ALLOWED_ORIGINS:
                bearer = await database_sync_to_async(socket_ticket_use)(ticket)
                if bearer is not None:
                    # Cookies that came along say nothing here.
                    scope = {**scope, "bearer": bearer, "user": AnonymousUser(), "session": None}
                    return await self.with_ticket(scope, receive, send)
        elif is_ours:
            return await self.with_session(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def _ticket(scope: dict[str, Any]) -> str | None:
    """Return the ticket in the address; two of them are none."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if "ticket" not in asked:
        return None
    return asked["ticket"][0] if len(asked["ticket"]) == 1 else ""


_routes = URLRouter(PATTERNS)
sockets = OwnPages(AuthMiddlewareStack(_routes), _routes)
