"""Processes of our own that a test starts, and kills."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

from django.db import connection


def given_database() -> dict[str, str]:
    """Return an environment in which a process works in the database of the test, wherever that
    is: an address, or a socket of the embedded server.
    """
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(url),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
