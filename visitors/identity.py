"""Who a site signs that its visitor is: a JWT (RFC 7519) under HS256 and the channel's secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from providers.site import Site
from providers.tolerant import name, text
from visitors.errors import IdentityRefused

LONGEST = timedelta(days=1)
# Clocks of two servers differ a little.
LEEWAY = timedelta(seconds=30)
TOKEN_LENGTH = 2048
SUBJECT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class SignedIdentity:
    """What the site says, and until when."""

    subject: str
    jti: str
    expires_at: datetime
    name: str = ""
    email: str = ""
    phone: str = ""


def claims_of(token: Any, site: Site) -> SignedIdentity:
    """Return what a signed identity says. Raises IdentityRefused for one that is not signed with
    the channel's secret, is over, or holds for longer than a day.
    """
    if not isinstance(token, str) or len(token) > TOKEN_LENGTH or not site.identity_secret:
        raise IdentityRefused
    try:
        given = jwt.decode(
            token,
            site.identity_secret,
            # Named here: whatever the token itself says of it counts for nothing.
            algorithms=["HS256"],
            leeway=LEEWAY,
            options={"require": ["exp", "jti", "sub"], "verify_aud": False},
        )
        expires_at = datetime.fromtimestamp(int(given["exp"]), UTC)
    except (jwt.InvalidTokenError, ValueError, OverflowError, OSError, TypeError):
        raise IdentityRefused from None
    subject, jti = text(given["sub"], SUBJECT_LENGTH + 1), text(given["jti"], 201)
    is_long = expires_at > datetime.now(UTC) + LONGEST + LEEWAY
    if is_long or not (0 < len(subject) <= SUBJECT_LENGTH and 0 < len(jti) <= 200):
        raise IdentityRefused
    return SignedIdentity(
        subject,
        jti,
        expires_at,
        name(given.get("name")),
        text(given.get("email"), 254),
        text(given.get("phone"), 40),
    )
