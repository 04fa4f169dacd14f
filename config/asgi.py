"""The web process: what must be fast or must work without Django comes first, then pages, API,
sockets.
"""

from __future__ import annotations

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  (needs the app registry)

from config.front import Front  # noqa: E402
from inbox.sockets import sockets  # noqa: E402
from visitors.sockets import VisitorsFirst  # noqa: E402

application = Front(
    ProtocolTypeRouter({"http": django_application, "websocket": VisitorsFirst(sockets)})
)

# What start-up made lives as long as the process. Walking through it in every full collection
# stopped some page for tens of milliseconds.
gc.collect()
gc.freeze()
