"""People as staff and integrations write them down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common import phones
from common.errors import Conflict, DomainError
from common.locks import lock_all
from contacts.changed import changed_tell
from contacts.imports.headings import plain
from contacts.keys import number_key
from contacts.models import Contact, ContactIdentity, ContactTag, LegalBasis, Purpose, Tag
from contacts.refs import PHONE_KINDS, RECORD_PHONE
from contacts.services.consent import consent_is_refused, consent_record, consent_state
from contacts.services.dependents import guardian_lock
from contacts.services.guessing import guess_count
from contacts.services.matching import clues_of, matches_note
from contacts.services.refusals import refusals_recall

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


class RefusedByPerson(Conflict):
    """Nobody takes back for a person what they refused with their own word."""

    code = "recusa_da_pessoa"
    message = _(
        "A pessoa pediu para não receber promoções. Só ela pode voltar: peça que responda VOLTAR."
    )


class ProofMissing(DomainError):
    """A permission counts for nothing without its legal basis and its proof."""

    code = "base_legal_ausente"
    status = 400
    message = _("Informe a base legal e como a pessoa permitiu as promoções.")


@transaction.atomic
def contact_save(
    *, actor: Membership, contact: Contact | None = None, door: str = "", **values: Any
) -> Contact:
    """Create or change a person.

    `phone` is taken in any format and kept canonical; it also becomes the identity by which a first
    WhatsApp message finds the person. `tags` are names and replace the present ones.
    `marketing_opt_in` adds to the consent ledger when it differs from what holds, with the `door`
    it came through (api, atendimento, gestao), `legal_basis` and `proof`; a door wants both of them
    for a yes. `guardian`, with `relation`, makes the person a dependant, None one no longer. Raises
    PhoneInvalid, DuplicatePerson, RefusedByPerson, ProofMissing and what
    services.dependents.guardian_lock does.
    """
    is_new = contact is None
    contact = contact or Contact(company_id=actor.company_id)
    fields, told = sorted(values), {contact.guardian_id}
    tags: Sequence[str] | None = values.pop("tags", None)
    granted: bool | None = values.pop("marketing_opt_in", None)
    basis, proof = values.pop("legal_basis", ""), values.pop("proof", "").strip()
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
    if is_new or values.get("phone") or values.get("email"):
        refusals_recall(company_id=contact.company_id, contact_ids=[contact.pk])
    if granted is not None and granted != consent_state(contact, Purpose.MARKETING):
        if granted:
            _may_allow(contact, door, basis, proof)
        _note_wish(contact, actor, granted, door or "equipe", basis, proof)
    audit_record(
        company=actor.company_id,
        actor=actor.user,
        action="contato.criado" if is_new else "contato.alterado",
        target=contact,
        detail={"campos": fields},
    )
    matches_note(company_id=contact.company_id, clues=clues_of(contact, values))
    # Pages of whoever writes for them show them, those of who did until now as well.
    changed_tell(contact.company_id, {contact.pk, contact.guardian_id, *told} - {None})
    return contact


def _note_wish(
    contact: Contact, actor: Membership, granted: bool, source: str, basis: str, proof: str
) -> None:
    consent_record(
        contact=contact,
        purpose=Purpose.MARKETING,
        is_granted=granted,
        source=source,
        occurred_at=timezone.now(),
        author_id=actor.pk,
        legal_basis=basis or LegalBasis.CONSENT,
        proof=proof,
    )


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
    tags = ContactTag.objects.filter(contact=contact)
    return not (any(written) or known.exists() or tags.exists())


def _may_allow(contact: Contact, door: str, basis: str, proof: str) -> None:
    """Raise RefusedByPerson or ProofMissing where a yes would not count."""
    if consent_is_refused(contact, Purpose.MARKETING):
        raise RefusedByPerson(fields={"marketing_opt_in": [RefusedByPerson.message]})
    if door and not (basis and proof):
        missing = (("legal_basis", basis), ("proof", proof))
        raise ProofMissing(
            fields={name: [ProofMissing.message] for name, value in missing if not value}
        )


def _phone(contact: Contact, raw: str, actor: Membership) -> str:
    """Return the canonical number, held against whoever brings the same one at the same time."""
    if not raw.strip():
        return ""
    number = phones.canonical(raw)
    if number is None or len(number) > 20:
        raise PhoneInvalid(fields={"phone": [PhoneInvalid.message]})
    if number != contact.phone:
        # Whether a number is somebody's is told here too.
        guess_count(actor, number)
    # The same lock as services.identities takes: a first message may arrive at this moment.
    lock_all([number_key(contact.company_id, number)])
    others = Contact.objects.for_company(contact.company_id).standing().exclude(pk=contact.pk)
    same = (
        others.filter(phone=number).first()
        or others.filter(
            identities__kind__in=PHONE_KINDS,
            # A number that its person has left has a realm of its own.
            identities__realm="",
            identities__value__in=phones.forms(number),
        ).first()
    )
    if same is not None:
        seen = others.visible_to(actor).filter(pk=same.pk).exists()
        fields: dict[str, list[Any]] = {"phone": [DuplicatePerson.message]}
        # Whose a number is, is what its mask hides.
        if seen and actor.sees_numbers:
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
        values["guardian"] = guardian_lock(contact=contact, guardian=guardian, name=name)


def _know_by_phone(contact: Contact) -> None:
    """Let a message from this number find the person, whichever kind of channel brings it."""
    known = contact.identities.for_company(contact.company_id).filter(
        kind__in=PHONE_KINDS, realm="", value__in=phones.forms(contact.phone)
    )
    if not known.exists():
        ContactIdentity.unscoped.create(
            company_id=contact.company_id,
            contact=contact,
            kind=RECORD_PHONE,
            value=contact.phone.removeprefix("+"),
        )


def tags_named(company_id: Any, names: Sequence[str]) -> list[Tag]:
    """Return the tags of these names, making those that are missing; neither case nor accents tell
    apart.
    """
    return list(dict.fromkeys(tags_by_name(company_id, names).values()))


def tags_by_name(company_id: Any, names: Sequence[str]) -> dict[str, Tag]:
    """Return the tag of each name, as `tags_named` finds and makes them."""
    wanted = {name: plain(name) for name in names if name.strip()}
    known = _tags_known(company_id, wanted.values())
    fresh: dict[str, str] = {}
    for name, key in wanted.items():
        if key not in known:
            fresh.setdefault(key, name.strip())
    if fresh:
        Tag.unscoped.bulk_create(
            [Tag(company_id=company_id, name=name) for name in fresh.values()],
            ignore_conflicts=True,
        )
        known |= _tags_known(company_id, fresh)
    return {name: known[key] for name, key in wanted.items() if key in known}


def _tags_known(company_id: Any, keys: Iterable[str]) -> dict[str, Tag]:
    """Return tags by their plain names; of two that differ by an accent the older. A company has a
    few hundred.
    """
    wanted = set(keys)
    rows = Tag.objects.for_company(company_id).order_by("-id")
    return {key: tag for tag in rows if (key := plain(tag.name)) in wanted}
