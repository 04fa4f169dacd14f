"""What people allowed. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from contacts.models import Consent, Contact


@transaction.atomic
def consent_record(
    *,
    contact: Contact,
    purpose: str,
    is_granted: bool,
    source: str,
    occurred_at: datetime,
    proof: str = "",
) -> None:
    """Add a fact to a person's consent; the same fact told twice is one row."""
    Consent.unscoped.bulk_create(
        [
            Consent(
                company_id=contact.company_id,
                contact=contact,
                purpose=purpose,
                is_granted=is_granted,
                source=source,
                occurred_at=occurred_at,
                proof=proof[:255],
            )
        ],
        ignore_conflicts=True,
    )


def consent_state(contact: Contact, purpose: str) -> bool | None:
    """Return what holds now: True allowed, False withdrawn, None never asked."""
    latest = (
        Consent.objects.for_company(contact.company_id)
        .filter(contact=contact, purpose=purpose)
        .order_by("-occurred_at", "-id")
        .values_list("is_granted", flat=True)
        .first()
    )
    return latest
