"""What must be right before anything is served. Each message says what to do."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from common.crypto import keyring

NEW_KEY = (
    "python -c \"import base64, os; print('k1:' + base64.b64encode(os.urandom(32)).decode())\""
)
NEW_WORDS = 'python -c "import secrets; print(secrets.token_urlsafe(50))"'
SECRET_LENGTH = 50
SECRET_VARIETY = 5


@register(Tags.security)
def credentials_keys_work(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with keys that cannot seal a channel's token."""
    try:
        keyring()
    # A key that is not base64 raises ValueError.
    except (ImproperlyConfigured, ValueError):
        return [
            Error(
                "CREDENTIALS_KEYS does not hold usable keys.",
                hint=f"Each is name:base64 of 32 bytes, the first one seals. Make one: {NEW_KEY}",
                id="config.E001",
            )
        ]
    return []


@register(Tags.security)
def meta_is_configured(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say early that Meta's webhooks would all be refused."""
    if settings.DEBUG:
        return []
    found: list[CheckMessage] = []
    if not settings.META_APP_SECRETS:
        found.append(
            _missing(
                "META_APP_SECRET",
                "every webhook is refused",
                "Copy it from the Meta app: Settings > Basic > App secret.",
                2,
            )
        )
    if not settings.META_VERIFY_TOKEN:
        found.append(
            _missing(
                "META_VERIFY_TOKEN",
                "Meta cannot verify the webhook's address",
                "Choose any words, and type the same ones into Meta's webhook form.",
                3,
            )
        )
    return found


def _missing(name: str, effect: str, hint: str, number: int) -> CheckMessage:
    return Warning(f"{name} is empty: {effect}.", hint=hint, id=f"config.W00{number}")


@register(Tags.security, deploy=True)
def meta_must_be_configured(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What is a warning on a desk is an error on a server."""
    return [
        Error(one.msg, hint=one.hint, id=str(one.id).replace(".W", ".E"))
        for one in meta_is_configured(app_configs)
    ]


@register(Tags.files)
def spool_is_writable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start when webhooks would have nowhere to go while the database is away."""
    folder = settings.SPOOL_DIR
    # It is made by the first body that needs it, so its nearest parent counts until then.
    existing = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"SPOOL_DIR ({folder}) cannot be written.",
            hint="Give its folder to the user who runs the web process, or set SPOOL_DIR.",
            id="config.E004",
        )
    ]


@register(Tags.security, deploy=True)
def public_address_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Meta calls https addresses only, and people type their password there."""
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme == "https" and address.hostname:
        return []
    return [
        Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}, not an https address.",
            hint="Set PUBLIC_URL to the address people type, for example https://central.example",
            id="config.E005",
        )
    ]


@register(Tags.security, deploy=True)
def secret_key_is_strong(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Sessions and password links are signed with it."""
    key = settings.SECRET_KEY
    if len(key) >= SECRET_LENGTH and len(set(key)) >= SECRET_VARIETY:
        return []
    return [
        Error(
            f"SECRET_KEY is weak: it needs {SECRET_LENGTH} characters of chance.",
            hint=f"Make one: {NEW_WORDS}",
            id="config.E006",
        )
    ]
