"""The process that the project's processes are copied from: all that several of them need is
loaded in it, once.

Loading takes longer than anything else a process does before it answers, and what is loaded takes
most of its memory. Nothing here connects, starts a thread or makes a random number: each copy has
to do these for itself.
"""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Mapping

from environ import Env

# What Django, once set up, and the entry points of the processes would load by themselves.
MODULES = (
    "channels.routing",
    "config.front",
    "inbox.sockets",
    "visitors.sockets",
    "config.urls",
    "uvicorn.main",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
    "celery.bin.celery",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.thread",
    "celery.worker.consumer",
    "kombu.transport.redis",
)


def load(environment: Mapping[str, str]) -> None:
    """Load the project with these values, which stay in this process' environment."""
    os.environ.update(environment)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Nothing of this becomes garbage soon. A collection would write into every object there is,
    # and with that end what a copy shares.
    gc.disable()
    import django

    django.setup()
    for name in MODULES:
        importlib.import_module(name)

    from django.urls import get_resolver

    from config.celery import app

    app.loader.import_default_modules()
    app.finalize()
    # Both draw all addresses.
    get_resolver().app_dict  # noqa: B018
    _translations()
    gc.collect()
    gc.freeze()
    gc.enable()


def _translations() -> None:
    from django.conf import settings
    from django.utils import translation

    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")


def become_owner(url: str, app_role: str) -> None:
    """Let this process log in to the database as the owner at `url`, and look after `app_role`."""
    from django.conf import settings

    settings.DATABASES["default"]["USER"] = Env.db_url_config(url)["USER"]
    settings.DATABASE_APP_ROLE = app_role
