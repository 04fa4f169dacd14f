"""Finding the person behind what a provider calls them, or making one. Set-based: a batch costs the
same handful of statements as a single message.

Rules (Meta reference, usernames and the Brazilian ninth digit): ids are kept exactly as received; a
person is looked up by user id first, then by the exact phone id, then, for Brazilian mobiles only,
by the form with or without the ninth digit. A number that this kind of channel does not know finds
whoever another kind knows by it: one person, an identity for each kind.

A number is somebody's only for as long as they keep it: one that Meta says was left, or that comes
with another user id than the one it always came with, is somebody else's from then on, for every
kind of channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from accounts.services.audit import audit_record
from common import phones
from common.errors import Conflict
from common.locks import lock_all
from common.rows import columns, insert_rows, load, run
from common.slots import Slot
from contacts.changed import changed_tell
from contacts.keys import Key, canonical_of, identity_key, keys_of, kin_of
from contacts.models import Contact, ContactIdentity, DuplicateReason
from contacts.refs import LEFT, PHONE_KINDS, IdentityKind, IdentityRef, PersonRef, Proof
from contacts.services.duplicates import pair_note
from contacts.services.matching import Clue, clues_of, clues_of_identity, evidence_of, matches_note

DUPLICATE = "contato.possivel_duplicado"
LEFT_NUMBER = "contato.numero_deixado"
# Packages above that keep where people are written to hear, in the same transaction and under the
# lock on the id, which one is somebody's no longer, its row for the new one and all ids of theirs
# that are known now: none when the number simply turned up with somebody else.
Leaver = Callable[[ContactIdentity, ContactIdentity | None, Sequence[IdentityRef]], None]
leavers: Slot[Leaver] = Slot()
# What a message teaches of a person, and of an id.
LEARNED = ["name", "phone", "email"]
TOUCHED = ["username", "realm", "came_with", "verified_at", "proof"]
IDENTITY_SIZE = len(ContactIdentity._meta.concrete_fields)
STORED = f"""
SELECT {columns(ContactIdentity, "i")}, {columns(Contact, "c")}
FROM contacts_contactidentity i JOIN contacts_contact c ON c.id = i.contact_id
WHERE i.company_id = %s::uuid AND i.kind = ANY(%s::text[]) AND i.realm = ANY(%s::text[])
    AND i.value = ANY(%s::text[])
"""  # noqa: S608  (names of our own columns only)


class IdentityTaken(Conflict):
    """The address is another person's."""

    code = "endereco_de_outro"
    message = _("Este endereço é de outro contato. Comece a conversa por ele, ou mescle os dois.")


class _Directory:
    """The identities of one company that a batch may touch, and what the batch adds to them."""

    def __init__(
        self,
        company_id: Any,
        people: Sequence[PersonRef],
        account: str = "",
        proofs: Mapping[IdentityRef, Proof] | None = None,
    ) -> None:
        self.company_id = company_id
        self.account = account
        self.proofs = proofs or {}
        self.clues: list[Clue] = []
        refs = {ref for person in people for ref in person.identities}
        self.keys = {ref: keys_of(ref) for ref in refs}
        identities_lock(company=company_id, refs=refs)
        wanted = [key for ref in refs for key in (*keys_of(ref), *kin_of(ref))]
        # All columns of the index, or the look-up walks through every identity of the company.
        found = run(
            STORED,
            company_id,
            list({kind for kind, _realm, _value in wanted}),
            list({realm for _kind, realm, _value in wanted}),
            list({value for _kind, _realm, value in wanted}),
        )
        self.known: dict[Key, ContactIdentity] = {}
        persons: dict[Any, Contact] = {}
        for row in found:
            identity = load(ContactIdentity, row[:IDENTITY_SIZE])
            contact = load(Contact, row[IDENTITY_SIZE:])
            # One object for a person, or what one identity changes another would undo.
            identity.contact = persons.setdefault(contact.pk, contact)
            self.known[identity.kind, identity.realm, identity.value] = identity
        self.new_contacts: list[Contact] = []
        self.new_identities: list[ContactIdentity] = []
        self.changed: dict[Any, Contact] = {}
        self.touched: dict[Any, ContactIdentity] = {}
        # Numbers that were found to be somebody else's, with whom they were found with.
        self.left: list[tuple[ContactIdentity, Contact | None]] = []

    def find(self, ref: IdentityRef) -> ContactIdentity | None:
        """Return the stored identity of a ref, in whichever form it is stored."""
        return next((self.known[key] for key in self.keys[ref] if key in self.known), None)

    def kin(self, ref: IdentityRef) -> ContactIdentity | None:
        """Return the identity under which another kind of channel knows the number of a ref."""
        return next((self.known[key] for key in kin_of(ref) if key in self.known), None)

    def resolve(self, person: PersonRef) -> ContactIdentity:
        """Return the identity a person is addressed by, making contact and identities as needed."""
        passed = self._passed_on(person)
        if passed is not None:
            self.leave(passed)
        own, kin = map(self.find, person.identities), map(self.kin, person.identities)
        found = [row for row in (*own, *kin) if row is not None]
        contact = found[0].contact if found else self._contact(person)
        self.note_strangers(contact, found)
        if passed is not None:
            self.left.append((passed, contact))
        self._learn(contact, person)
        for ref in person.identities:
            if self.find(ref) is None:
                self.add(contact, ref, person.username)
        self._prove(person)
        self._pair(person)
        primary = self.find(person.identities[0])
        assert primary is not None
        if person.username and primary.username != person.username:
            primary.username = person.username[:64]
            self.touched[primary.pk] = primary
            self.clues += clues_of_identity(primary)
        return primary

    def _prove(self, person: PersonRef) -> None:
        """Note which ids are proven to be the person's for the first time."""
        for ref in person.identities if self.proofs else ():
            proof, row = self.proofs.get(ref), self.find(ref)
            if proof and row is not None and not row.is_verified:
                row.verified_at, row.proof = timezone.now(), proof
                self.touched[row.pk] = row
                self.clues += clues_of_identity(row)

    def _told(self, person: PersonRef) -> tuple[ContactIdentity | None, str]:
        """Return the stored number of a person and the user id that came with it now."""
        number = next((ref for ref in person.identities if ref.kind == IdentityKind.WA_PHONE), None)
        user = next((ref for ref in person.identities if ref.kind == IdentityKind.WA_BSUID), None)
        return (self.find(number) if number else None), user.value if user else ""

    def _passed_on(self, person: PersonRef) -> ContactIdentity | None:
        """Return the number that this person has from somebody else: the same account was told
        another user id beside it (Meta, BSUID: it changes with the number, and with nothing else).
        """
        number, user = self._told(person)
        if number is None or not user:
            return None
        known = {(row.came_with or {}).get(self.account) for row in self._forms_of(number)}
        if user in known or known == {None}:
            return None
        own = self.find(IdentityRef(IdentityKind.WA_BSUID, user))
        # Staff have said that both are one person, or Meta has.
        return None if own is not None and own.contact_id == number.contact_id else number

    def _pair(self, person: PersonRef) -> None:
        """Remember which user id came with a number."""
        number, user = self._told(person)
        own = self.find(IdentityRef(IdentityKind.WA_BSUID, user)) if user else None
        if number is None or own is None or own.contact_id != number.contact_id:
            return
        known = number.came_with or {}
        if known.get(self.account) != user:
            number.came_with = {**known, self.account: user}
            self.touched[number.pk] = number

    def _forms_of(self, number: ContactIdentity) -> list[ContactIdentity]:
        """Return every form of a number that its person is known by, of every kind."""
        ref = IdentityRef(IdentityKind(number.kind), number.value, number.realm)
        rows = [self.known[key] for key in (*keys_of(ref), *kin_of(ref)) if key in self.known]
        return [row for row in rows if row.contact_id == number.contact_id]

    def leave(self, number: ContactIdentity) -> None:
        """Let a number find its person no more, in none of its forms; their record does not show it
        any longer.
        """
        for row in self._forms_of(number):
            del self.known[row.kind, row.realm, row.value]
            row.leave()
            self.touched[row.pk] = row
        canonical = canonical_of(IdentityRef(IdentityKind.WA_PHONE, number.value))
        if canonical and number.contact.phone == canonical:
            number.contact.phone = ""
            self.changed[number.contact.pk] = number.contact

    def _contact(self, person: PersonRef) -> Contact:
        contact = Contact(company_id=self.company_id, name=person.name[:255])
        self.new_contacts.append(contact)
        return contact

    def _learn(self, contact: Contact, person: PersonRef) -> None:
        number = next(filter(None, map(canonical_of, (*person.identities, *person.claims))), "")
        emails = (r.value for r in person.claims if r.kind == IdentityKind.EMAIL)
        before = {name: getattr(contact, name) for name in LEARNED}
        contact.name = contact.name or person.name[:255]
        contact.phone = contact.phone or number
        contact.email = contact.email or next(emails, "")[:255]
        is_new = contact in self.new_contacts
        learned = [n for n in LEARNED if is_new or before[n] != getattr(contact, n)]
        if learned:
            self.changed[contact.pk] = contact
            proven = {canonical_of(r) or r.value.lower() for r in person.claims if r.proof}
            found = clues_of(contact, learned)
            self.clues += [replace(clue, is_proven=clue.key in proven) for clue in found]

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
        self.clues += clues_of_identity(row)

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
                    is_strong=self._is_proven(found),
                    evidence=evidence_of(self.company_id, "ids", f"{contact.pk}{other}"),
                )
                audit_record(
                    company=self.company_id,
                    actor=None,
                    action=DUPLICATE,
                    target=contact,
                    detail={"outro": str(other)},
                )

    def _is_proven(self, found: list[ContactIdentity]) -> bool:
        """Whether this very message proves that all of these ids are its person's."""
        refs = [IdentityRef(IdentityKind(row.kind), row.value, row.realm) for row in found]
        return all(ref in self.proofs for ref in refs)

    def save(self) -> None:
        """Write what the batch added and learned, and note who else these people may be."""
        insert_rows(self.new_contacts)
        made = {row.pk for row in self.new_identities}
        touched = [row for pk, row in self.touched.items() if pk not in made]
        if touched:
            # First what was left: the new owner's row has the key of the old one.
            ContactIdentity.unscoped.bulk_update(touched, TOUCHED)
        insert_rows(self.new_identities)
        fresh = {contact.pk for contact in self.new_contacts}
        learned = [row for pk, row in self.changed.items() if pk not in fresh]
        if learned:
            Contact.unscoped.bulk_update(learned, LEARNED)
        for number, owner in self.left:
            self._tell_left(number, owner)
        # Last: a number that changed hands is the better reason.
        if self.clues:
            matches_note(company_id=self.company_id, clues=self.clues)

    def _tell_left(self, number: ContactIdentity, owner: Contact | None) -> None:
        """Let staff see that a number is somebody else's now, and whoever keeps numbers hear it."""
        canonical = canonical_of(IdentityRef(IdentityKind.WA_PHONE, number.value))
        # Records that were made part of this one would bring the number back.
        Contact.unscoped.filter(merged_into=number.contact_id, phone=canonical).exclude(
            phone=""
        ).update(phone="")
        if owner is not None:
            pair_note(one=number.contact, other=owner, reason=DuplicateReason.NUMBER)
            audit_record(
                company=self.company_id,
                actor=None,
                action=LEFT_NUMBER,
                target=number.contact,
                detail={
                    "outro": str(owner.pk),
                    "telefone": phones.masked(canonical or number.value),
                },
            )
            for leaver in leavers:
                leaver(number, None, ())
        changed_tell(self.company_id, [number.contact_id])


@transaction.atomic(savepoint=False)
def people_resolve(
    *,
    company: Any,
    people: Sequence[PersonRef],
    account: str = "",
    proofs: Mapping[IdentityRef, Proof] | None = None,
) -> list[ContactIdentity]:
    """Return, for each person, the identity they are addressed by; its `contact` is filled.

    Holds locks on the identities until the caller's transaction ends, so two workers that meet the
    same new person make one contact. `people` each have an identity at least. `account` is whom the
    provider told their user ids to (a WABA's id). `proofs` says of which ids it is proven, and how.
    """
    directory = _Directory(getattr(company, "pk", company), people, account, proofs)
    rows = [directory.resolve(person) for person in people]
    directory.save()
    return rows


@transaction.atomic(savepoint=False)
def identity_give(*, contact: Contact, ref: IdentityRef) -> ContactIdentity:
    """Return a person's identity of an address that somebody chose for them, added when nobody has
    it. Raises IdentityTaken.
    """
    directory = _Directory(contact.company_id, [PersonRef((ref,))])
    own, kin = directory.find(ref), directory.kin(ref)
    if any(row is not None and row.contact_id != contact.pk for row in (own, kin)):
        raise IdentityTaken(fields={"address": [IdentityTaken.message]})
    if own is None:
        directory.add(contact, ref, "")
        directory.save()
        own = directory.find(ref)
    assert own is not None
    return own


def people_of(*, company: Any, refs: Sequence[IdentityRef]) -> set[Any]:
    """Return the ids of those whom any of these ids names; nobody is made."""
    keys = [key for ref in refs for key in keys_of(ref)]
    named = ContactIdentity.objects.for_company(company).filter(
        kind__in={kind for kind, _realm, _value in keys},
        realm__in={realm for _kind, realm, _value in keys},
        value__in={value for _kind, _realm, value in keys},
    )
    return set(named.values_list("contact_id", flat=True))


@transaction.atomic
def identity_move(
    *, company: Any, old: IdentityRef, new: IdentityRef, now: Sequence[IdentityRef] = ()
) -> ContactIdentity | None:
    """Give a person's new provider id to the contact that had the old one. Repeating it changes
    nothing.

    Returns the new identity, or None when the old id was never seen: then there is nobody to move.
    A number counts as seen when another kind of channel knows it.
    If the new id already belongs to someone else, it stays there and the pair is noted as a likely
    duplicate. A number that was left finds the person no more. `now` are all ids that came with the
    new one.
    """
    directory = _Directory(company, [PersonRef((old,)), PersonRef((new,))])
    before, after = directory.find(old) or directory.kin(old), directory.find(new)
    if before is None or (after is not None and _is_done(after, old)):
        return after
    contact = before.contact
    number, is_shown = canonical_of(new), contact.phone in ("", canonical_of(old))
    if after is None:
        directory.add(contact, new, "")
    others = (after, directory.kin(new))
    directory.note_strangers(contact, [row for row in others if row is not None])
    if old.kind == new.kind and old.kind in PHONE_KINDS and before.pk != getattr(after, "pk", None):
        directory.leave(before)
        directory.left.append((before, None))
    if number and is_shown and contact.phone != number:
        contact.phone = number
        directory.changed[contact.pk] = contact
    directory.save()
    found = directory.find(new)
    for leaver in leavers:
        leaver(before, found, now or (new,))
    return found


def _is_done(after: ContactIdentity, old: IdentityRef) -> bool:
    """Whether this very move was made before: whoever has the old number now is somebody else."""
    keys = (*keys_of(old), *kin_of(old))
    numbers = ContactIdentity.unscoped.filter(contact=after.contact_id, realm__startswith=LEFT)
    return numbers.filter(
        kind__in={kind for kind, _realm, _value in keys},
        value__in={value for _kind, _realm, value in keys},
    ).exists()


def identities_lock(*, company: Any, refs: Iterable[IdentityRef]) -> None:
    """Hold the identities of all that a transaction is about, before anything else is locked: taken
    step by step, the same people's locks come in another order elsewhere.
    """
    lock_all(identity_key(company, ref) for ref in refs)
