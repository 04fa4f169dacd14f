"""Passwords people choose themselves."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Membership, User
from accounts.services.audit import audit_record


@transaction.atomic
def password_change(*, user: User, password: str) -> None:
    """Give a person the password they chose. Their other sessions and their tokens end with the old
    one.
    """
    user.set_password(password)
    user.must_change_password = False
    # Saving tells the password validators, which end the tokens; sessions carry the old hash.
    user.save(update_fields=["password", "must_change_password", "updated_at"])
    # A login belongs to no company: each where the person works may see that it changed.
    for company_id in (
        Membership.unscoped.accepted().filter(user=user).values_list("company_id", flat=True)
    ):
        audit_record(company=company_id, actor=user, action="senha.trocada", target=user)
