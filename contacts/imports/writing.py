"""People of one chunk of a file, written set by set.

A person is known by the canonical phone, and only without one by the e-mail. The numbers are locked
as `contact_save` and the first messages lock them, so nobody is made twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from common import phones
from common.locks import lock_all, lock_key
from common.rows import insert_rows, run, update_rows
from contacts.imports.choices import Existing, Reason
from contacts.imports.rows import Person, Problem
from contacts.models import Contact, ContactIdentity, ImportJob, LegalBasis, Purpose
from contacts.refs import IdentityKind
from contacts.services.consent import Fact, consent_holding, consents_record
from contacts.services.contacts import tags_named

# How many chunks are written at once, all companies together: each holds a lock per phone, and the
# server's table of locks is of one size for everyone.
WRITERS = 3
FIELDS = ("name", "phone", "email", "status", "notes", "custom")
BY_PHONE = """
SELECT phone, id FROM contacts_contact
WHERE company_id = %s::uuid AND phone = ANY(%s::text[]) ORDER BY id DESC
"""
BY_IDENTITY = """
SELECT value, kind, contact_id FROM contacts_contactidentity
WHERE company_id = %s::uuid AND kind = ANY(%s::text[]) AND realm = '' AND value = ANY(%s::text[])
ORDER BY id DESC
"""
BY_EMAIL = """
SELECT upper(email), id FROM contacts_contact
WHERE company_id = %s::uuid AND email <> '' AND upper(email) = ANY(%s::text[]) ORDER BY id DESC
"""
TAG = """
INSERT INTO contacts_contact_tags (contact_id, tag_id)
SELECT * FROM unnest(%s::uuid[], %s::uuid[]) ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Outcome:
    """What became of a chunk's people."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    """A person as they will be after the chunk."""

    contact: Contact
    is_new: bool
    is_changed: bool = False
    tags: dict[str, None] = field(default_factory=dict)
    marketing: tuple[bool, int, str] | None = None


class _Chunk:
    """The people of a chunk, found or to be made."""

    def __init__(self, job: ImportJob, people: Sequence[Person]) -> None:
        self.job = job
        self.company_id = job.company_id
        self.overwrites = job.existing == Existing.OVERWRITE
        self.people = people
        self.outcome = Outcome()
        self.drafts: dict[str, _Draft] = {}
        self.unreached: dict[str, Contact] = {}
        self.tags_before: dict[Any, set[str]] = {}

    def lock(self) -> None:
        """Hold what others may be making at this moment."""
        company = str(self.company_id)
        # One after the other within a company, where two files may hold the same e-mail.
        lock_all([lock_key("import", company)])
        lock_all([lock_key("import-writer", self.job.pk.int % WRITERS)])
        # The same lock as services.identities takes.
        kind = IdentityKind.WA_PHONE.value
        numbers = {person.phone for person in self.people if person.phone}
        lock_all(lock_key("identity", company, kind, "", number) for number in numbers)

    def find(self) -> None:
        """Load everybody the chunk may be about."""
        numbers = list({person.phone for person in self.people if person.phone})
        forms = {form: number for number in numbers for form in phones.variants(number)}
        kinds = [IdentityKind.WA_PHONE.value, IdentityKind.PHONE.value]
        emails = list({_key(person) for person in self.people if not person.phone})
        # The oldest comes last and stays.
        found: dict[str, Any] = {}
        reached: set[str] = set()
        for value, kind, contact_id in run(BY_IDENTITY, self.company_id, kinds, list(forms)):
            found[forms[value]] = contact_id
            if kind == IdentityKind.WA_PHONE:
                reached.add(forms[value])
        found |= dict(run(BY_PHONE, self.company_id, numbers))
        if emails:
            found |= dict(run(BY_EMAIL, self.company_id, emails))
        contacts = self._contacts(set(found.values()))
        drafts = {pk: _Draft(contact, is_new=False) for pk, contact in contacts.items()}
        self.drafts = {key: drafts[pk] for key, pk in found.items() if pk in drafts}
        self.unreached = {
            number: self.drafts[number].contact
            for number in numbers
            if number in self.drafts and number not in reached
        }

    def _contacts(self, ids: Iterable[Any]) -> dict[Any, Contact]:
        wanted = list(ids)
        if not wanted:
            return {}
        rows = Contact.objects.for_company(self.company_id).filter(pk__in=wanted)
        # In one order, as everybody who changes several should.
        return {row.pk: row for row in rows.select_for_update(no_key=True).order_by("pk")}

    def apply(self) -> None:
        """Let each row, in the order of the file, say what it says of its person."""
        for person in self.people:
            key = _key(person)
            draft = self.drafts.get(key)
            if draft is None:
                draft = self.drafts[key] = _Draft(self._new(person), is_new=True)
                self.outcome.created += 1
            elif self._fill(draft, person):
                self.outcome.updated += 1
            else:
                self.outcome.unchanged += 1
            if draft.contact.email:
                self.drafts.setdefault(draft.contact.email.upper(), draft)
            draft.tags |= dict.fromkeys(person.tags)
            if person.marketing is not None:
                draft.marketing = person.marketing, person.line, person.marketing_column

    def _new(self, person: Person) -> Contact:
        contact = Contact(
            company_id=self.company_id,
            name=person.name,
            phone=person.phone,
            email=person.email,
            notes=person.notes,
            custom=person.custom,
        )
        contact.status = person.status or contact.status
        return contact

    def _fill(self, draft: _Draft, person: Person) -> bool:
        contact, is_changed = draft.contact, False
        for name in ("name", "phone", "email", "notes"):
            given, present = getattr(person, name), getattr(contact, name)
            if given and given != present and (self.overwrites or not present):
                setattr(contact, name, given)
                is_changed = True
        # A status is never empty.
        if self.overwrites and person.status and person.status != contact.status:
            contact.status, is_changed = person.status, True
        for name, value in person.custom.items():
            present = contact.custom.get(name)
            if value != present and (self.overwrites or present in (None, "")):
                contact.custom[name] = value
                is_changed = True
        draft.is_changed |= is_changed
        return is_changed

    def save(self) -> None:
        """Write people, how they are reached, tags and consents."""
        drafts = list({id(draft): draft for draft in self.drafts.values()}.values())
        new = [draft.contact for draft in drafts if draft.is_new]
        insert_rows(new)
        update_rows([d.contact for d in drafts if d.is_changed and not d.is_new], FIELDS)
        reached = [(row.phone, row) for row in new if row.phone] + list(self.unreached.items())
        insert_rows(
            [
                ContactIdentity(
                    company_id=self.company_id,
                    contact=contact,
                    kind=IdentityKind.WA_PHONE.value,
                    value=number.removeprefix("+"),
                )
                for number, contact in reached
            ]
        )
        self._save_tags(drafts)
        self._save_consents(drafts)

    def _save_tags(self, drafts: list[_Draft]) -> None:
        names = {name for draft in drafts for name in draft.tags}
        if not names:
            return
        tags = {tag.name.upper(): tag.pk for tag in tags_named(self.company_id, list(names))}
        pairs = {
            (draft.contact.pk, tags[name.upper()])
            for draft in drafts
            for name in draft.tags
            # Few letters have no capital here and one there.
            if name.upper() in tags
        }
        run(TAG, [contact for contact, _tag in pairs], [tag for _contact, tag in pairs])

    def _save_consents(self, drafts: list[_Draft]) -> None:
        told = [draft for draft in drafts if draft.marketing is not None]
        if not told:
            return
        known = self._holding([draft.contact.pk for draft in told if not draft.is_new])
        facts = []
        for draft in told:
            assert draft.marketing is not None
            granted, line, column = draft.marketing
            holds = known.get(draft.contact.pk)
            if granted and holds is False:
                # An old list must not bring back what the person has withdrawn since.
                self.outcome.problems.append(Problem(line, column, Reason.OPTED_OUT))
            elif granted is not holds:
                facts.append(self._fact(draft.contact, granted, line))
        consents_record(company=self.company_id, facts=facts)

    def _holding(self, ids: list[Any]) -> dict[Any, bool | None]:
        if not ids:
            return {}
        rows = Contact.objects.for_company(self.company_id).filter(pk__in=ids)
        return dict(rows.values_list("pk", consent_holding(Purpose.MARKETING)))

    def _fact(self, contact: Contact, granted: bool, line: int) -> Fact:
        assert self.job.started_at is not None
        return Fact(
            contact_id=contact.pk,
            purpose=Purpose.MARKETING,
            is_granted=granted,
            source=f"importacao:{self.job.pk}",
            occurred_at=self.job.started_at,
            proof=f"{self.job.proof} ({self.job.filename[:60]}, linha {line})",
            legal_basis=self.job.legal_basis or LegalBasis.CONSENT,
            author_id=self.job.author_id,
        )


def chunk_write(job: ImportJob, people: Sequence[Person]) -> Outcome:
    """Write the people of one chunk, in the caller's transaction; return what became of them."""
    chunk = _Chunk(job, people)
    if people:
        chunk.lock()
        chunk.find()
        chunk.apply()
        chunk.save()
    return chunk.outcome


def _key(person: Person) -> str:
    return person.phone or person.email.upper()
