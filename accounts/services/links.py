"""Links that a mail carries: made when they are sent, and never stored as they are."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.models import Invitation, User


def address(name: str, token: str) -> str:
    """Return the whole address of a page with a token. Its host is the installation's own: what a
    request says its host is was typed by a stranger.
    """
    host: str = settings.PUBLIC_URL
    return host + reverse(name, args=[token])


def invitation_token(row: Invitation) -> str:
    """Return the token of an invitation; another nonce makes another one."""
    mac = salted_hmac("accounts.invitation", f"{row.pk}:{row.nonce}", algorithm="sha256")
    return urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """Return what of a token is kept."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def reset_token(user: User) -> str:
    """Return a token for a new password. It ends with the present one, at the next login, and after
    PASSWORD_RESET_TIMEOUT seconds (Django's PasswordResetTokenGenerator).
    """
    return f"{user.pk.hex}.{default_token_generator.make_token(user)}"


def reset_user(token: str) -> User | None:
    """Return whose password a token may set, None for one that is no good any more."""
    key, _dot, mark = token.partition(".")
    try:
        user = User.objects.filter(pk=UUID(key), is_active=True).first()
    except (ValueError, ValidationError):
        return None
    if user is None or not user.has_usable_password():
        return None
    return user if default_token_generator.check_token(user, mark) else None
