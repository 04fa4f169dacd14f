"""The floor's web process: Django alone, and beside it a bare socket that only stays open."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402  (needs the registry)
from channels.routing import ProtocolTypeRouter  # noqa: E402


class Bare(AsyncWebsocketConsumer):
    """A consumer that accepts and passes hints on."""

    async def connect(self) -> None:
        """Accept and join one group, as any page that hears of something must."""
        await self.channel_layer.group_add("bare", self.channel_name)
        await self.accept()

    async def hint(self, event: dict[str, str]) -> None:
        """Pass a hint on."""
        await self.send(event["frame"])


application = ProtocolTypeRouter({"http": django_application, "websocket": Bare.as_asgi()})
