"""People of one chunk of a file, written set by set.

A person is known by the canonical phone, and only without one by the e-mail. The numbers are locked
as `contact_save` and the first messages lock them, so nobody is made twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from uuid_utils import uuid7

from common import phones
from common.locks import lock_all, lock_key
from common.rows import copy_rows, run
from contacts.imports.choices import Existing, Reason
from contacts.imports.rows import Person, Problem
from contacts.models import Contact, ContactIdentity, ImportJob, LegalBasis, Purpose
from contacts.refs import IdentityKind
from contacts.services.consent import Fact, consent_holding, consents_record
from contacts.services.contacts import tags_named

# How many chunks are written at once, all companies together: each holds a lock per phone, and the
# server's table of locks is of one size for everyone.
WRITERS = 3
WA_PHONE = IdentityKind.WA_PHONE.value
FIELDS = ("name", "phone", "email", "notes", "status", "custom")
BY_PHONE = """
SELECT phone, id::text FROM contacts_contact
WHERE company_id = %s::uuid AND phone = ANY(%s::text[]) ORDER BY id DESC
"""
BY_IDENTITY = """
SELECT value, kind, contact_id::text FROM contacts_contactidentity
WHERE company_id = %s::uuid AND kind = ANY(%s::text[]) AND realm = '' AND value = ANY(%s::text[])
ORDER BY id DESC
"""
BY_EMAIL = """
SELECT upper(email), id::text FROM contacts_contact
WHERE company_id = %s::uuid AND email <> '' AND upper(email) = ANY(%s::text[]) ORDER BY id DESC
"""
MERGED = """
SELECT id::text, merged_into_id::text FROM contacts_contact
WHERE id = ANY(%s::uuid[]) AND merged_into_id IS NOT NULL
"""
UPDATE = """
UPDATE contacts_contact c SET updated_at = now(), name = v.name, phone = v.phone, email = v.email,
    notes = v.notes, status = v.status, custom = v.custom
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[])
    AS v(id, name, phone, email, notes, status, custom)
WHERE c.id = v.id
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

    pk: str
    name: str
    phone: str
    email: str
    notes: str
    status: str
    custom: dict[str, Any]
    is_new: bool = False
    is_changed: bool = False
    tags: dict[str, None] = field(default_factory=dict)
    marketing: tuple[bool, int, str] | None = None

    def fill(self, person: Person, overwrites: bool) -> bool:
        """Take over what a row says; return whether that changed anything."""
        before = self.is_changed
        self.is_changed = False
        for name in ("name", "phone", "email", "notes"):
            given, present = getattr(person, name), getattr(self, name)
            if given and given != present and (overwrites or not present):
                setattr(self, name, given)
                self.is_changed = True
        # A status is never empty.
        if overwrites and person.status and person.status != self.status:
            self.status, self.is_changed = person.status, True
        for name, value in person.custom.items():
            present = self.custom.get(name)
            if value != present and (overwrites or present in (None, "")):
                self.custom[name] = value
                self.is_changed = True
        is_changed, self.is_changed = self.is_changed, self.is_changed or before
        return is_changed


class _Chunk:
    """The people of a chunk, found or to be made."""

    def __init__(self, job: ImportJob, people: Sequence[Person]) -> None:
        self.job = job
        self.company_id = job.company_id
        self.overwrites = job.existing == Existing.OVERWRITE
        self.people = people
        self.outcome = Outcome()
        self.numbers = list({person.phone for person in people if person.phone})
        self.drafts: dict[str, _Draft] = {}
        # Numbers by which a message finds its person already.
        self.reached: set[str] = set()

    def lock(self) -> None:
        """Hold what others may be making at this moment."""
        company = str(self.company_id)
        # One after the other within a company, where two files may hold the same e-mail.
        lock_all([lock_key("import", company)])
        lock_all([lock_key("import-writer", self.job.pk.int % WRITERS)])
        # The same lock as services.identities takes.
        lock_all(lock_key("identity", company, WA_PHONE, "", number) for number in self.numbers)

    def find(self) -> None:
        """Load everybody the chunk may be about."""
        found = self._look_up()
        drafts = self._load(set(found.values()))
        while len(drafts) < len(set(found.values())):
            # Somebody was made part of another meanwhile.
            found = self._look_up()
            drafts = self._load(set(found.values()))
        self.drafts = {key: drafts[pk] for key, pk in found.items()}

    def _look_up(self) -> dict[str, str]:
        """Return whom each number and address belongs to. Of several, the oldest comes last and
        stays.
        """
        forms = {form: number for number in self.numbers for form in phones.variants(number)}
        kinds = [WA_PHONE, IdentityKind.PHONE.value]
        emails = list({person.email.upper() for person in self.people if not person.phone})
        found: dict[str, str] = {}
        for value, kind, contact_id in run(BY_IDENTITY, self.company_id, kinds, list(forms)):
            found[forms[value]] = contact_id
            if kind == WA_PHONE:
                self.reached.add(forms[value])
        found.update(run(BY_PHONE, self.company_id, self.numbers))
        if emails:
            found.update(run(BY_EMAIL, self.company_id, emails))
        while found and (merged := dict(run(MERGED, list(set(found.values()))))):
            found = {key: merged.get(pk, pk) for key, pk in found.items()}
        return found

    def _load(self, ids: Iterable[str]) -> dict[str, _Draft]:
        wanted = list(ids)
        if not wanted:
            return {}
        rows = Contact.objects.for_company(self.company_id).standing().filter(pk__in=wanted)
        # In one order, as everybody who changes several should.
        held = rows.select_for_update(no_key=True).order_by("pk").values_list("pk", *FIELDS)
        return {str(pk): _Draft(str(pk), *values) for pk, *values in held}

    def apply(self) -> None:
        """Let each row, in the order of the file, say what it says of its person."""
        drafts, outcome = self.drafts, self.outcome
        for person in self.people:
            key = person.phone or person.email.upper()
            draft = drafts.get(key)
            if draft is None:
                draft = drafts[key] = _new(person)
                outcome.created += 1
            elif draft.fill(person, self.overwrites):
                outcome.updated += 1
            else:
                outcome.unchanged += 1
            if draft.email:
                drafts.setdefault(draft.email.upper(), draft)
            if person.tags:
                draft.tags |= dict.fromkeys(person.tags)
            if person.marketing is not None:
                draft.marketing = person.marketing, person.line, person.marketing_column

    def save(self) -> None:
        """Write people, how they are reached, tags and consents."""
        drafts = list({id(draft): draft for draft in self.drafts.values()}.values())
        company = str(self.company_id)
        copy_rows(
            Contact,
            ("id", "company_id", *FIELDS),
            [(d.pk, company, *_texts(d)) for d in drafts if d.is_new],
        )
        changed = [(d.pk, *_texts(d)) for d in drafts if d.is_changed and not d.is_new]
        if changed:
            run(UPDATE, *map(list, zip(*changed, strict=True)))
        copy_rows(
            ContactIdentity,
            ("id", "company_id", "contact_id", "kind", "value"),
            [
                (str(uuid7()), company, self.drafts[number].pk, WA_PHONE, number[1:])
                for number in self.numbers
                if number not in self.reached
            ],
        )
        self._save_tags(drafts)
        self._save_consents(drafts)

    def _save_tags(self, drafts: list[_Draft]) -> None:
        names = {name for draft in drafts for name in draft.tags}
        if not names:
            return
        tags = {tag.name.upper(): tag.pk for tag in tags_named(self.company_id, list(names))}
        pairs = {
            (draft.pk, tags[name.upper()])
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
        known = self._holding([draft.pk for draft in told if not draft.is_new])
        facts = []
        for draft in told:
            assert draft.marketing is not None
            granted, line, column = draft.marketing
            holds = known.get(draft.pk)
            if granted and holds is False:
                # An old list must not bring back what the person has withdrawn since.
                self.outcome.problems.append(Problem(line, column, Reason.OPTED_OUT))
            elif granted is not holds:
                facts.append(self._fact(draft, granted, line))
        consents_record(company=self.company_id, facts=facts)

    def _holding(self, ids: list[str]) -> dict[str, bool | None]:
        if not ids:
            return {}
        rows = Contact.objects.for_company(self.company_id).filter(pk__in=ids)
        pairs = rows.values_list("pk", consent_holding(Purpose.MARKETING))
        return {str(pk): holds for pk, holds in pairs}

    def _fact(self, draft: _Draft, granted: bool, line: int) -> Fact:
        assert self.job.started_at is not None
        return Fact(
            contact_id=UUID(draft.pk),
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


def _new(person: Person) -> _Draft:
    return _Draft(
        str(uuid7()),
        person.name,
        person.phone,
        person.email,
        person.notes,
        person.status or Contact.Status.LEAD.value,
        person.custom,
        is_new=True,
    )


def _texts(draft: _Draft) -> tuple[str, ...]:
    """Return a person's `FIELDS` as PostgreSQL reads them."""
    custom = orjson.dumps(draft.custom).decode() if draft.custom else "{}"
    return draft.name, draft.phone, draft.email, draft.notes, draft.status, custom
