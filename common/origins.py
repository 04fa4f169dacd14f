"""Which pages are ours: the origin a browser names is, with scheme and port, the address that was
asked for, or PUBLIC_URL. Another port of the machine is another site.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host


def is_own_page(origin: str, host: str) -> bool:
    """Tell whether a page of this origin is ours; `host` is what the request asked for."""
    if origin == origin_of(settings.PUBLIC_URL):
        return True
    scheme = "https" if settings.HTTPS else "http"
    # The name without its port; an address of version 6 keeps its brackets.
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return validate_host(name, settings.ALLOWED_HOSTS) and origin == f"{scheme}://{host}"


def origin_of(address: str) -> str:
    """Return scheme, name and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
