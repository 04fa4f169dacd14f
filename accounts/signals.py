"""Logins and logouts, for the audit."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.services.audit import audit_record
from accounts.services.memberships import membership_of


@receiver(user_logged_in, dispatch_uid="accounts.logged_in")
def _logged_in(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    _record(request, user, "sessao.entrou")


@receiver(user_logged_out, dispatch_uid="accounts.logged_out")
def _logged_out(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if user is not None:
        _record(request, user, "sessao.saiu")


def _record(request: HttpRequest | None, user: Any, action: str) -> None:
    membership = membership_of(user)
    if membership is not None:
        audit_record(
            company=membership.company_id,
            actor=user,
            action=action,
            address=request.META.get("REMOTE_ADDR") or None if request else None,
        )
