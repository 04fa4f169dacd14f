"""What a person changes of themselves."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Membership, User
from accounts.services.audit import audit_record


@transaction.atomic
def name_change(*, user: User, name: str) -> None:
    """Let a person be called otherwise, by every company they work for."""
    if name == user.name:
        return
    user.name = name
    user.save(update_fields=["name", "updated_at"])
    # A login belongs to no company: each where the person works may see that it changed.
    places = Membership.unscoped.accepted().filter(user=user)
    for company_id in places.values_list("company_id", flat=True):
        audit_record(company=company_id, actor=user, action="perfil.alterado", target=user)
