"""What a person said of themselves to something automatic, written into their record."""

from __future__ import annotations

from django.db import transaction

from accounts.services.audit import audit_record
from common import phones
from contacts.changed import changed_tell
from contacts.models import Contact
from contacts.services.matching import clues_of, matches_note

OWN = ("name", "email", "phone")
CUSTOM_MOST = 100


@transaction.atomic
def contact_note(*, contact: Contact, field: str, value: str) -> bool:
    """Keep one thing that a person said: `name`, `email`, `phone`, or an additional field of any
    other name; return whether it changed something.

    A phone fills an empty one only, and is for people to read: as an identity it could be somebody
    else's.
    """
    row = Contact.unscoped.select_for_update().get(pk=contact.pk)
    if field == "phone":
        value = "" if row.phone else phones.canonical(value) or ""
    if not value or (field in OWN and getattr(row, field) == value):
        return False
    if field in OWN:
        setattr(row, field, value[:255])
    elif row.custom.get(field) == value or len(row.custom) >= CUSTOM_MOST:
        return False
    else:
        row.custom = {**row.custom, field[:60]: value[:500]}
    changed = field if field in OWN else "custom"
    row.save(update_fields=[changed, "updated_at"])
    audit_record(
        company=row.company_id,
        actor=None,
        action="contato.alterado",
        target=row,
        detail={"campos": [changed]},
    )
    if field in OWN:
        matches_note(company_id=row.company_id, clues=clues_of(row, [field]))
    changed_tell(row.company_id, {row.pk, row.guardian_id} - {None})
    return True
