"""The record of who did what."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import AuditEntry


def audit_record(
    *,
    company: Any,
    actor: Any,
    action: str,
    target: models.Model | None = None,
    detail: dict[str, Any] | None = None,
    address: str | None = None,
) -> AuditEntry:
    """Write down an act, in the caller's transaction. `company` is a Company or its id."""
    return AuditEntry.unscoped.create(
        company_id=getattr(company, "pk", company),
        actor=actor if getattr(actor, "pk", None) else None,
        action=action,
        object_type=target._meta.label_lower if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        detail=detail or {},
        address=address,
    )
