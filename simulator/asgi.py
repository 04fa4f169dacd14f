"""The simulator's own process, `uvicorn simulator.asgi:application`. Refuses production."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

import django
from django.conf import Settings, settings

from simulator.middleware import MIDDLEWARE

if not settings.configured:
    # The product's settings, but only the apps, addresses and middleware this process needs: it
    # starts in a fraction of the time, and a fault of the product's pages cannot stop it.
    product: Any = Settings(os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings"))
    settings.configure(
        product,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.staticfiles", "simulator"],
        ROOT_URLCONF="simulator.urls",
        MIDDLEWARE=MIDDLEWARE,
        TEMPLATES=[{**product.TEMPLATES[0], "OPTIONS": {}}],
    )
django.setup(set_prefix=False)

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402

from simulator.checks import refusal_to_start  # noqa: E402
from simulator.mail import servers as mail  # noqa: E402
from simulator.meta import delivery as directs  # noqa: E402
from simulator.posting import for_ever  # noqa: E402
from simulator.sms import delivery as texts  # noqa: E402
from simulator.transport import App, FaultyTransport, Receive, Scope, Send  # noqa: E402
from simulator.whatsapp.delivery import DeliveryLoop  # noqa: E402


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
        loops = [DeliveryLoop().run(), for_ever(texts.deliver_due), for_ever(directs.deliver_due)]
        loops.append(mail.serve())
        delivery = asyncio.gather(*map(asyncio.create_task, loops))
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
