"""One tag put on a person or taken off, beside whatever others do to the same person's tags."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import DomainError, NotFound
from contacts.changed import changed_tell
from contacts.models import Contact, Tag
from contacts.services.contacts import tags_named


def tag_wanted(name: str, company_id: object) -> Tag:
    """Return the tag of a name, made where it is new. Raises DomainError for no name at all."""
    found = tags_named(company_id, [name[:60]])
    if not found:
        raise DomainError(fields={"tag": [DomainError.message]})
    return found[0]


@transaction.atomic
def contact_tag(*, contact: Contact, tag: Tag, actor: Membership | None) -> bool:
    """Put a tag on a person; return whether they did not have it yet. Without `actor` the system
    does it. Raises NotFound.
    """
    _same_company(contact, tag, actor)
    if contact.tags.filter(pk=tag.pk).exists():
        return False
    contact.tags.add(tag)
    _changed(contact, actor)
    return True


@transaction.atomic
def contact_untag(*, contact: Contact, tag: Tag, actor: Membership | None) -> bool:
    """Take a tag off a person; return whether they had it; `actor` as above. Raises NotFound."""
    _same_company(contact, tag, actor)
    if not contact.tags.filter(pk=tag.pk).exists():
        return False
    contact.tags.remove(tag)
    _changed(contact, actor)
    return True


def _same_company(contact: Contact, tag: Tag, actor: Membership | None) -> None:
    acting = contact.company_id if actor is None else actor.company_id
    if not contact.company_id == tag.company_id == acting:
        raise NotFound


def _changed(contact: Contact, actor: Membership | None) -> None:
    audit_record(
        company=contact.company_id,
        actor=actor.user if actor is not None else None,
        action="contato.alterado",
        target=contact,
        detail={"campos": ["tags"]},
    )
    changed_tell(contact.company_id, {contact.pk, contact.guardian_id} - {None})
