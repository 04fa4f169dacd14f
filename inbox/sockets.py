"""Which addresses a socket may open and who may listen there. What is not in the table is
refused.
"""

from __future__ import annotations

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from inbox.consumers import CompanySocket, ConversationSocket, Refuse

PATTERNS = [
    path("ws/atendimento/<uuid:company_id>/", CompanySocket.as_asgi()),
    path("ws/atendimento/<uuid:company_id>/<uuid:conversation_id>/", ConversationSocket.as_asgi()),
    path("<path:anything>", Refuse.as_asgi()),
    path("", Refuse.as_asgi()),
]

sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(PATTERNS)))
