"""Sites that embed the chat, and what their servers do: sign who a patient is."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import jwt

from simulator.site.models import SimSite

LOGGED_IN_FOR = timedelta(hours=8)


def site_ensure(*, key: str, name: str, address: str, secret: str = "") -> SimSite:
    """Make a site, or point the one with this key at where the product is now."""
    told = {"name": name, "address": address.rstrip("/"), "secret": secret}
    site, _is_new = SimSite.objects.update_or_create(key=key, defaults=told)
    return site


def identity_sign(site: SimSite, *, subject: str, name: str, email: str) -> str:
    """Sign a patient who logged in on the site, as its own server would: a JWT for eight hours.
    Without a secret, nobody is signed and the answer is empty.
    """
    if not site.secret:
        return ""
    said = {
        "sub": subject,
        "jti": secrets.token_urlsafe(16),
        "exp": datetime.now(UTC) + LOGGED_IN_FOR,
        "name": name,
        "email": email,
    }
    return jwt.encode(said, site.secret, algorithm="HS256")
