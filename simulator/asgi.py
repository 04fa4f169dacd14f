"""The simulator's own process, `uvicorn simulator.asgi:application`. Refuses production."""

from __future__ import annotations

import asyncio
import contextlib
import os

import django
from django.conf import Settings, settings

from simulator.middleware import MIDDLEWARE

if not settings.configured:
    # The product's settings, minus what only the product needs: its addresses and its middleware.
    settings.configure(
        Settings(os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings")),
        ROOT_URLCONF="simulator.urls",
        MIDDLEWARE=MIDDLEWARE,
        # Recordings and files of up to 100 MB arrive by multipart; JSON bodies stay small.
        FILE_UPLOAD_MAX_MEMORY_SIZE=1024 * 1024,
    )
django.setup(set_prefix=False)

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402

from simulator.checks import refusal_to_start  # noqa: E402
from simulator.delivery import DeliveryLoop  # noqa: E402
from simulator.transport import App, FaultyTransport, Receive, Scope, Send  # noqa: E402


class Simulator:
    """Serves Graph and the phone page, and delivers webhooks while it lives."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the process's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self.app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        delivery = asyncio.create_task(DeliveryLoop().run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        delivery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivery
        await send({"type": "lifespan.shutdown.complete"})


def application_build() -> Simulator:
    """Put the process together. Raises ImproperlyConfigured when it must not run here."""
    if reason := refusal_to_start():
        raise ImproperlyConfigured(reason)
    return Simulator(FaultyTransport(ASGIStaticFilesHandler(get_asgi_application())))


application = application_build()
