"""Whom a conversation is about, where several people share a phone."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import DomainError
from common.realtime import publish
from contacts.models import Contact
from contacts.services.contacts import contact_save, dependent_remove
from omnichannel import events
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_lock, require_holder


class NotOfThisPhone(DomainError):
    """The chosen one neither writes here nor depends on who does."""

    code = "pessoa_de_outro_telefone"
    message = _("Escolha quem escreve ou um de seus dependentes.")


@transaction.atomic
def conversation_about_set(
    *, conversation: Conversation, about: Contact | None, actor: Membership
) -> Conversation:
    """Say whom a conversation is about: who writes, a dependant of theirs, or None for nobody
    knows. Raises Forbidden when a colleague holds it, and NotOfThisPhone.
    """
    person = _person_lock(about) if about is not None else None
    held = conversation_lock(conversation)
    require_holder(held, actor)
    if about is not None and (
        person is None or held.contact_id not in (person.pk, person.guardian_id)
    ):
        raise NotOfThisPhone(fields={"about": [NotOfThisPhone.message]})
    if held.about_id == (person.pk if person else None):
        return held
    held.about = person
    held.revision += 1
    held.save(update_fields=["about", "revision", "updated_at"])
    audit_record(
        company=held.company_id, actor=actor.user, action="conversa.sobre_quem", target=held
    )
    publish(events.changed("conversation_updated", held))
    return held


@transaction.atomic
def dependent_add(
    *, conversation: Conversation, name: str, relation: str, actor: Membership
) -> Contact:
    """Write down a dependant of whoever writes, and that the conversation is about them. Raises
    what contact_save and conversation_about_set do.
    """
    contact = contact_save(
        actor=actor, name=name.strip(), relation=relation, guardian=conversation.contact
    )
    conversation_about_set(conversation=conversation, about=contact, actor=actor)
    return contact


@transaction.atomic
def dependent_drop(*, conversation: Conversation, contact: Contact, actor: Membership) -> None:
    """Undo that somebody depends on whoever writes; this conversation is about them no longer.
    Raises Forbidden when a colleague holds it, and NotOfThisPhone.
    """
    person = _person_lock(contact)
    held = conversation_lock(conversation)
    require_holder(held, actor)
    if person is None or person.guardian_id != held.contact_id:
        raise NotOfThisPhone
    if held.about_id == contact.pk:
        conversation_about_set(conversation=held, about=None, actor=actor)
    dependent_remove(contact=contact, actor=actor)


def _person_lock(contact: Contact) -> Contact | None:
    """Hold a person before the conversation, as a merge does: it moves what is held here."""
    rows: Any = Contact.objects.for_company(contact.company_id).standing()
    found: Contact | None = rows.select_for_update(no_key=True).filter(pk=contact.pk).first()
    return found
