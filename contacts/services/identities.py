"""Finding the person behind what a provider calls them, or making one. Set-based: a batch costs the
same handful of statements as a single message.

Rules (Meta reference, usernames and the Brazilian ninth digit): ids are kept exactly as received; a
person is looked up by user id first, then by the exact phone id, then, for Brazilian mobiles only,
by the form with or without the ninth digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import transaction

from accounts.models import AuditEntry
from accounts.services.audit import audit_record
from common import phones
from common.locks import lock_all, lock_key
from common.rows import columns, insert_rows, load, run
from contacts.models import Contact, ContactIdentity, DuplicateReason
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from contacts.services.duplicates import pair_note

Key = tuple[str, str, str]
DUPLICATE = "contato.possivel_duplicado"
IDENTITY_SIZE = len(ContactIdentity._meta.concrete_fields)
STORED = f"""
SELECT {columns(ContactIdentity, "i")}, {columns(Contact, "c")}
FROM contacts_contactidentity i JOIN contacts_contact c ON c.id = i.contact_id
WHERE i.company_id = %s::uuid AND i.kind = ANY(%s::text[]) AND i.realm = ANY(%s::text[])
    AND i.value = ANY(%s::text[])
"""  # noqa: S608  (names of our own columns only)


# People write several messages in a row, and reading a number costs more than all else here.
@lru_cache(maxsize=4096)
def canonical_of(ref: IdentityRef) -> str:
    """Return the E.164 number behind a phone identity, "" for other kinds and for nonsense."""
    if ref.kind in (IdentityKind.WA_PHONE, IdentityKind.PHONE):
        return phones.from_wa_id(ref.value) or ""
    return ""


@lru_cache(maxsize=4096)
def keys_of(ref: IdentityRef) -> tuple[Key, ...]:
    """Return the keys under which the identity may already be stored, the exact one first."""
    exact = (ref.kind.value, ref.realm, ref.value)
    number = canonical_of(ref)
    others = (
        (ref.kind.value, ref.realm, form)
        for form in (phones.variants(number) if number else ())
        if form != ref.value
    )
    return (exact, *others)


class _Directory:
    """The identities of one company that a batch may touch, and what the batch adds to them."""

    def __init__(self, company_id: Any, people: Sequence[PersonRef]) -> None:
        self.company_id = company_id
        refs = {ref for person in people for ref in person.identities}
        self.keys = {ref: keys_of(ref) for ref in refs}
        lock_all(
            lock_key("identity", company_id, ref.kind, ref.realm, canonical_of(ref) or ref.value)
            for ref in refs
        )
        wanted = [key for keys in self.keys.values() for key in keys]
        # All columns of the index, or the look-up walks through every identity of the company.
        found = run(
            STORED,
            company_id,
            list({kind for kind, _realm, _value in wanted}),
            list({realm for _kind, realm, _value in wanted}),
            list({value for _kind, _realm, value in wanted}),
        )
        self.known: dict[Key, ContactIdentity] = {}
        for row in found:
            identity = load(ContactIdentity, row[:IDENTITY_SIZE])
            identity.contact = load(Contact, row[IDENTITY_SIZE:])
            self.known[identity.kind, identity.realm, identity.value] = identity
        self.new_contacts: list[Contact] = []
        self.new_identities: list[ContactIdentity] = []
        self.changed: dict[Any, Contact] = {}
        self.renamed: dict[Any, ContactIdentity] = {}

    def find(self, ref: IdentityRef) -> ContactIdentity | None:
        """Return the stored identity of a ref, in whichever form it is stored."""
        return next((self.known[key] for key in self.keys[ref] if key in self.known), None)

    def resolve(self, person: PersonRef) -> ContactIdentity:
        """Return the identity a person is addressed by, making contact and identities as needed."""
        found = [row for row in map(self.find, person.identities) if row is not None]
        contact = found[0].contact if found else self._contact(person)
        self.note_strangers(contact, found)
        self._learn(contact, person)
        for ref in person.identities:
            if self.find(ref) is None:
                self.add(contact, ref, person.username)
        primary = self.find(person.identities[0])
        assert primary is not None
        if person.username and primary.username != person.username:
            primary.username = person.username[:64]
            self.renamed[primary.pk] = primary
        return primary

    def _contact(self, person: PersonRef) -> Contact:
        contact = Contact(company_id=self.company_id, name=person.name[:255])
        self.new_contacts.append(contact)
        return contact

    def _learn(self, contact: Contact, person: PersonRef) -> None:
        number = next(filter(None, map(canonical_of, person.identities)), "")
        if (person.name and not contact.name) or (number and not contact.phone):
            contact.name = contact.name or person.name[:255]
            contact.phone = contact.phone or number
            self.changed[contact.pk] = contact

    def add(self, contact: Contact, ref: IdentityRef, username: str) -> None:
        row = ContactIdentity(
            company_id=self.company_id,
            contact=contact,
            kind=ref.kind.value,
            realm=ref.realm,
            value=ref.value,
            username=username[:64],
        )
        self.known[self.keys[ref][0]] = row
        self.new_identities.append(row)

    def note_strangers(self, contact: Contact, found: list[ContactIdentity]) -> None:
        """Two identities of one message that lead to two people: a duplicate for staff to merge,
        noted once and not at every message.
        """
        for other in {row.contact_id for row in found} - {contact.pk}:
            known = AuditEntry.objects.for_company(self.company_id).filter(
                action=DUPLICATE, object_id=str(contact.pk), detail__outro=str(other)
            )
            if not known.exists():
                pair_note(
                    one=contact,
                    other=Contact.unscoped.get(pk=other),
                    reason=DuplicateReason.IDENTITIES,
                )
                audit_record(
                    company=self.company_id,
                    actor=None,
                    action=DUPLICATE,
                    target=contact,
                    detail={"outro": str(other)},
                )

    def save(self) -> None:
        """Write what the batch added and learned."""
        insert_rows(self.new_contacts)
        insert_rows(self.new_identities)
        fresh = {contact.pk for contact in self.new_contacts}
        learned = [row for pk, row in self.changed.items() if pk not in fresh]
        if learned:
            Contact.unscoped.bulk_update(learned, ["name", "phone"])
        made = {row.pk for row in self.new_identities}
        renamed = [row for pk, row in self.renamed.items() if pk not in made]
        if renamed:
            ContactIdentity.unscoped.bulk_update(renamed, ["username"])


@transaction.atomic(savepoint=False)
def people_resolve(*, company: Any, people: Sequence[PersonRef]) -> list[ContactIdentity]:
    """Return, for each person, the identity they are addressed by; its `contact` is filled.

    Holds locks on the identities until the caller's transaction ends, so two workers that meet the
    same new person make one contact. `people` must each have at least one identity.
    """
    directory = _Directory(getattr(company, "pk", company), people)
    rows = [directory.resolve(person) for person in people]
    directory.save()
    return rows


@transaction.atomic
def identity_move(
    *, company: Any, old: IdentityRef, new: IdentityRef, username: str = ""
) -> ContactIdentity | None:
    """Give a person's new provider id to the contact that had the old one. Repeating it changes
    nothing.

    Returns the new identity, or None when the old id was never seen: then there is nobody to move.
    If the new id already belongs to someone else, it stays there and the pair is noted as a likely
    duplicate.
    """
    directory = _Directory(company, [PersonRef((old,)), PersonRef((new,))])
    before, after = directory.find(old), directory.find(new)
    if before is None:
        return after
    if after is not None:
        directory.note_strangers(before.contact, [after])
        return after
    directory.add(before.contact, new, username)
    number = canonical_of(new)
    if number and before.contact.phone in ("", canonical_of(old)):
        before.contact.phone = number
        directory.changed[before.contact.pk] = before.contact
    directory.save()
    return directory.find(new)
