"""People as staff and integrations write them down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common import phones
from common.errors import Conflict, DomainError
from common.locks import lock_all, lock_key
from contacts.models import Contact, ContactIdentity, Purpose, Tag
from contacts.refs import IdentityKind
from contacts.services.consent import consent_record, consent_state
from contacts.services.dependents import guardian_hold
from contacts.signals import changed_tell

TAG_COUNT = 50


class PhoneInvalid(DomainError):
    """The text is no phone number."""

    code = "telefone_invalido"
    status = 400
    message = _("Informe um telefone com DDD, por exemplo (41) 99888-7777.")


class DuplicatePerson(Conflict):
    """Somebody with this phone is registered already."""

    code = "contato_duplicado"
    message = _("Já existe um contato com este telefone. Atualize-o em vez de criar outro.")


class ContactInUse(Conflict):
    """Conversations or consents hang on it, which would lose whom they are about."""

    code = "contato_em_uso"
    message = _(
        "Este contato tem conversas ou consentimentos e não pode ser apagado."
        " Mude a situação dele para inativo."
    )


@transaction.atomic
def contact_save(*, actor: Membership, contact: Contact | None = None, **values: Any) -> Contact:
    """Create or change a person.

    `phone` is taken in any format and kept canonical; it also becomes the identity by which a first
    WhatsApp message finds the person. `tags` are names and replace the present ones.
    `marketing_opt_in` adds to the consent ledger when it differs from what holds. `guardian`, with
    `relation`, makes the person a dependant, None one no longer. Raises PhoneInvalid,
    DuplicatePerson and what services.dependents.guardian_hold does.
    """
    is_new = contact is None
    contact = contact or Contact(company_id=actor.company_id)
    fields, told = sorted(values), {contact.guardian_id}
    tags: Sequence[str] | None = values.pop("tags", None)
    granted: bool | None = values.pop("marketing_opt_in", None)
    if "phone" in values:
        values["phone"] = _phone(contact, values["phone"], actor)
    _depend(contact, values)
    for name, value in values.items():
        setattr(contact, name, value)
    # Only what was given: two people may be changing different fields at once.
    contact.save(update_fields=None if is_new else [*values, "updated_at"])
    if values.get("phone"):
        _know_by_phone(contact)
    if tags is not None:
        contact.tags.set(tags_named(contact.company_id, tags))
    if granted is not None and granted != consent_state(contact, Purpose.MARKETING):
        consent_record(
            contact=contact,
            purpose=Purpose.MARKETING,
            is_granted=granted,
            source="api",
            occurred_at=timezone.now(),
            author_id=actor.pk,
        )
    audit_record(
        company=actor.company_id,
        actor=actor.user,
        action="contato.criado" if is_new else "contato.alterado",
        target=contact,
        detail={"campos": fields},
    )
    # Pages of whoever writes for them show them, those of who did until now as well.
    changed_tell(contact.company_id, {contact.pk, contact.guardian_id, *told} - {None})
    return contact


@transaction.atomic
def contact_delete(*, contact: Contact, actor: Membership) -> None:
    """Remove a person nobody has spoken with and who allowed nothing. Raises ContactInUse."""
    # Whoever opens a conversation holds a key share on this row, so none begins meanwhile.
    held = Contact.objects.for_company(contact.company_id).select_for_update().get(pk=contact.pk)
    try:
        with transaction.atomic():
            held.delete()
    except ProtectedError as exc:
        raise ContactInUse from exc
    audit_record(
        company=contact.company_id, actor=actor.user, action="contato.apagado", target=contact
    )
    changed_tell(contact.company_id, {held.guardian_id} - {None})


@transaction.atomic
def dependent_remove(*, contact: Contact, actor: Membership) -> None:
    """Undo that somebody depends on their guardian. A record that holds nothing but a name, which
    nobody spoke about, goes with it: it was a slip.
    """
    held = Contact.objects.for_company(contact.company_id).select_for_update().get(pk=contact.pk)
    if _is_bare(held):
        try:
            contact_delete(contact=held, actor=actor)
        except ContactInUse:
            pass
        else:
            return
    contact_save(actor=actor, contact=held, guardian=None)


def _is_bare(contact: Contact) -> bool:
    written = (contact.phone, contact.email, contact.notes, contact.custom)
    known = ContactIdentity.objects.for_company(contact.company_id).filter(contact=contact)
    tags = Contact.tags.through.objects.filter(contact=contact)
    return not (any(written) or known.exists() or tags.exists())


def _phone(contact: Contact, raw: str, actor: Membership) -> str:
    """Return the canonical number, held against whoever brings the same one at the same time."""
    if not raw.strip():
        return ""
    number = phones.canonical(raw)
    if number is None or len(number) > 20:
        raise PhoneInvalid(fields={"phone": [PhoneInvalid.message]})
    # The same lock as services.identities takes: a first message may arrive at this moment.
    lock_all([lock_key("identity", contact.company_id, IdentityKind.WA_PHONE, "", number)])
    others = Contact.objects.for_company(contact.company_id).standing().exclude(pk=contact.pk)
    same = (
        others.filter(phone=number).first()
        or others.filter(
            identities__kind__in=(IdentityKind.WA_PHONE, IdentityKind.PHONE),
            identities__value__in=phones.variants(number),
        ).first()
    )
    if same is not None:
        seen = others.visible_to(actor).filter(pk=same.pk).exists()
        fields: dict[str, list[Any]] = {"phone": [DuplicatePerson.message]}
        if seen:
            fields["id"] = [same.pk]
        raise DuplicatePerson(fields=fields)
    return number


def _depend(contact: Contact, values: dict[str, Any]) -> None:
    """Check whom the person depends on; without a guardian there is no relation to one."""
    guardian = values.get("guardian", contact.guardian)
    if guardian is None:
        if "guardian" in values or "relation" in values:
            values["relation"] = ""
    elif "guardian" in values or "name" in values:
        name = values.get("name", contact.name)
        values["guardian"] = guardian_hold(contact=contact, guardian=guardian, name=name)


def _know_by_phone(contact: Contact) -> None:
    """Let a message from this number find the person."""
    known = contact.identities.for_company(contact.company_id).filter(
        kind=IdentityKind.WA_PHONE, value__in=phones.variants(contact.phone)
    )
    if not known.exists():
        ContactIdentity.unscoped.create(
            company_id=contact.company_id,
            contact=contact,
            kind=IdentityKind.WA_PHONE,
            value=contact.phone.removeprefix("+"),
        )


def tags_named(company_id: Any, names: Sequence[str]) -> list[Tag]:
    """Return the tags of these names, making those that are missing; case does not tell apart."""
    wanted = {name.strip().upper(): name.strip() for name in names if name.strip()}
    rows = Tag.objects.for_company(company_id).annotate(key=Upper("name"))
    known = {row.key for row in rows.filter(key__in=wanted)}
    Tag.unscoped.bulk_create(
        [Tag(company_id=company_id, name=name) for key, name in wanted.items() if key not in known],
        ignore_conflicts=True,
    )
    return list(rows.filter(key__in=wanted))
