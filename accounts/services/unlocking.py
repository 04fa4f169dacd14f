"""Locks after wrong passwords: seen and taken off."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, User
from accounts.models.people import email_folded
from accounts.services.audit import audit_record


def is_locked(user: User) -> bool:
    """Whether somebody typed so many wrong passwords for a login that an address is kept out."""
    span: timedelta = settings.AXES_COOLOFF_TIME
    rows = AccessAttempt.objects.filter(
        username=email_folded(user.email),
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=timezone.now() - span,
    )
    return bool(rows.exists())


@transaction.atomic
def login_unlock(*, user: User, actor: User) -> None:
    """Forget wrong passwords that were typed for a login, from wherever."""
    reset(username=email_folded(user.email))
    places = Membership.unscoped.accepted().filter(user=user)
    for company_id in places.values_list("company_id", flat=True):
        audit_record(company=company_id, actor=actor, action="sessao.desbloqueada", target=user)
