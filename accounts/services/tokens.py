"""Tokens of the API: given for a password, ended with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from knox.models import get_token_model

from accounts.models import User


def token_issue(*, user: User) -> tuple[str, datetime | None]:
    """Make a token and return it with the moment it ends. Only its hash is stored."""
    row, token = get_token_model().objects.create(user=user)
    return token, row.expiry


def tokens_revoke(*, user: User) -> int:
    """End every token of a person; return how many there were."""
    count: int = get_token_model().objects.filter(user=user).delete()[0]
    return count


def tokens_purge() -> int:
    """Forget tokens that have ended; return how many."""
    count: int = get_token_model().objects.filter(expiry__lt=timezone.now()).delete()[0]
    return count


class TokensEndWithPassword:
    """Ends a person's tokens when their password changes (OWASP ASVS 7.4.3).

    Django tells its password validators of every change, whichever screen made it.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Accept any password: the other validators judge it."""

    def password_changed(self, password: str, user: User | None = None) -> None:
        """End the tokens that the old password gave."""
        if user is not None and user.pk:
            tokens_revoke(user=user)

    def get_help_text(self) -> Any:
        """Say nothing on the form."""
        return ""
