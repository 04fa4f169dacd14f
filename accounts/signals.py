"""Logins and logouts: for the audit, and for browsers that are told what is theirs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.logins import NAME_LENGTH
from accounts.models import Membership, User
from accounts.services.audit import audit_record
from accounts.services.memberships import membership_of
from accounts.services.push_devices import session_devices_drop
from accounts.services.sessions import session_begin


@receiver(user_logged_in, dispatch_uid="accounts.logged_in")
def _logged_in(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    # A token of the API has no session.
    if request is not None and request.session.get(SESSION_KEY):
        session_begin(request=request, user=user)
    _record(request, user, "sessao.entrou")


@receiver(user_logged_out, dispatch_uid="accounts.logged_out")
def _logged_out(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if user is not None:
        _record(request, user, "sessao.saiu")
    # The session's key is still there; after this it is gone.
    session_key = request.session.session_key if request is not None else None
    if session_key:
        session_devices_drop(session_key)


@receiver(user_login_failed, dispatch_uid="accounts.login_failed")
def _failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Tell the companies of whoever somebody tried to be. An address without a login is nobody's,
    and what is refused before a password is looked at is only counted.
    """
    if request is None or getattr(request, "axes_locked_out", False):
        return
    typed = str(credentials.get("username") or "").replace("\x00", "")
    user = User.objects.at(typed[:NAME_LENGTH]).first()
    if user is None:
        return
    # A login belongs to no company.
    places = Membership.unscoped.accepted().filter(user=user)
    for company_id in places.values_list("company_id", flat=True):
        audit_record(
            company=company_id,
            actor=None,
            action="sessao.falhou",
            target=user,
            address=request.META.get("REMOTE_ADDR") or None,
        )


def _record(request: HttpRequest | None, user: Any, action: str) -> None:
    membership = membership_of(user)
    if membership is not None:
        audit_record(
            company=membership.company_id,
            actor=user,
            action=action,
            address=request.META.get("REMOTE_ADDR") or None if request else None,
        )
