"""Who a user is inside a company."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import Company, Membership, User


def membership_of(user: Any) -> Membership | None:
    """Return the membership a user works as: their oldest active one, None for strangers."""
    if not getattr(user, "is_authenticated", False):
        return None
    return (
        # The company is what this looks up, so there is no scope to ask yet.
        Membership.unscoped.active()
        .filter(user_id=user.pk)
        .select_related("company", "user")
        .order_by("created_at")
        .first()
    )


@transaction.atomic
def member_create(
    *,
    company: Company,
    email: str,
    name: str,
    password: str | None,
    role: str = Membership.Role.ATTENDANT,
    is_staff: bool = False,
    is_superuser: bool = False,
) -> Membership:
    """Give a person a login and a place in a company; an existing user only gets the place."""
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(
        email, password, name=name, is_staff=is_staff, is_superuser=is_superuser
    )
    membership, _ = Membership.unscoped.get_or_create(
        company=company, user=user, defaults={"role": role}
    )
    return membership
