"""People of one chunk of a file, written set by set.

A person is known by the canonical phone, and only without one by the e-mail. The numbers are locked
as `contact_save` and the first messages lock them, so nobody is made twice. A row with another name
than the one who has the number is somebody else: a dependant of theirs.
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
from contacts.imports.cells import ImportedPerson, Problem
from contacts.imports.choices import Existing, RefusalReason
from contacts.imports.headings import plain
from contacts.imports.names import may_be_one
from contacts.keys import number_key
from contacts.models import Contact, ContactIdentity, ImportJob, LegalBasis, Purpose
from contacts.refs import PHONE_KINDS, RECORD_PHONE
from contacts.services.consent import ConsentWord, consent_holding, consents_record
from contacts.services.contacts import tags_by_name
from contacts.services.refusals import refusals_recall

# How many chunks are written at once, all companies together: each holds a lock per phone, and the
# server's table of locks is of one size for everyone.
WRITERS = 3
FIELDS = ("name", "phone", "email", "notes", "status", "custom")
LOADED = (*FIELDS, "guardian_id")
BY_PHONE = """
SELECT phone, id::text FROM contacts_contact
WHERE company_id = %s::uuid AND phone = ANY(%s::text[]) ORDER BY id DESC
"""
BY_IDENTITY = """
SELECT value, contact_id::text FROM contacts_contactidentity
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
RETURNING contact_id::text
"""
# More behind one number are no family: it is a clinic's own, say, put where none was known.
MOST_DEPENDENTS = 12
# Before the keys of those whom no number and no address names.
NEAR = "\0"


@dataclass(slots=True)
class ChunkOutcome:
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
    guardian: UUID | str | None = None
    is_new: bool = False
    is_changed: bool = False
    tags: dict[str, None] = field(default_factory=dict)
    marketing: tuple[bool, int, str] | None = None

    def fill(self, person: ImportedPerson, overwrites: bool) -> bool:
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

    def __init__(self, job: ImportJob, people: Sequence[ImportedPerson]) -> None:
        self.job = job
        self.company_id = job.company_id
        self.overwrites = job.existing == Existing.OVERWRITE
        self.people = people
        self.outcome = ChunkOutcome()
        self.numbers = list({person.phone for person in people if person.phone})
        self.drafts: dict[str, _Draft] = {}
        # Dependants by whom they depend on, where a row may be about one.
        self.near: dict[str, list[_Draft]] = {}
        # Of whom a row changed nothing, unless it adds a tag or a permission.
        self.unchanged: set[str] = set()
        # Numbers by which a message finds its person already.
        self.reached: set[str] = set()

    def lock(self) -> None:
        """Hold what others may be making at this moment."""
        company = str(self.company_id)
        # One after the other within a company, where two files may hold the same e-mail.
        lock_all([lock_key("import", company)])
        lock_all([lock_key("import-writer", self.job.pk.int % WRITERS)])
        # The same lock as services.identities takes.
        lock_all(number_key(company, number) for number in self.numbers)

    def find(self) -> None:
        """Load everybody the chunk may be about."""
        found = self._look_up()
        drafts = self._load(set(found.values()))
        while len(drafts) < len(set(found.values())):
            # Somebody was made part of another meanwhile.
            found = self._look_up()
            drafts = self._load(set(found.values()))
        self.drafts = {key: drafts[pk] for key, pk in found.items()}
        self._find_near()

    def _find_near(self) -> None:
        """Load the dependants of whoever a row with another name may be one of."""
        holders = {
            draft.pk
            for person in self.people
            if (draft := self.drafts.get(_key(person))) and _is_other(draft, person)
        }
        if not holders:
            return
        known = {draft.pk: draft for draft in self.drafts.values()}
        rows = Contact.objects.for_company(self.company_id).standing()
        near = rows.filter(guardian__in=[UUID(pk) for pk in holders])
        ids = set(near.values_list("pk", flat=True))
        known |= self._load(map(str, ids))
        for draft in sorted(known.values(), key=lambda one: one.pk):
            if draft.guardian and str(draft.guardian) in holders:
                self.near.setdefault(str(draft.guardian), []).append(draft)

    def _look_up(self) -> dict[str, str]:
        """Return whom each number and address belongs to. Of several, the oldest comes last and
        stays.
        """
        forms = {form: number for number in self.numbers for form in phones.variants(number)}
        kinds = [kind.value for kind in PHONE_KINDS]
        emails = list({person.email.upper() for person in self.people if not person.phone})
        found: dict[str, str] = {}
        for value, contact_id in run(BY_IDENTITY, self.company_id, kinds, list(forms)):
            found[forms[value]] = contact_id
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
        held = rows.select_for_update(no_key=True).order_by("pk").values_list("pk", *LOADED)
        return {str(pk): _Draft(str(pk), *values) for pk, *values in held}

    def apply(self) -> None:
        """Let each row, in the order of the file, say what it says of its person."""
        for person in self.people:
            key = _key(person)
            draft = self.drafts.get(key)
            if draft is not None and _is_other(draft, person):
                self._apply_near(draft, person)
            else:
                self._apply_one(draft, key, person)

    def _apply_one(
        self, draft: _Draft | None, key: str, person: ImportedPerson, guardian: str | None = None
    ) -> None:
        drafts, outcome = self.drafts, self.outcome
        if draft is None:
            draft = drafts[key] = _new(person, guardian)
            outcome.created += 1
        elif draft.fill(person, self.overwrites):
            outcome.updated += 1
        else:
            outcome.unchanged += 1
            self.unchanged.add(draft.pk)
        if draft.email:
            drafts.setdefault(draft.email.upper(), draft)
        if person.tags:
            draft.tags |= dict.fromkeys(person.tags)
        if person.marketing is not None:
            draft.marketing = person.marketing, person.line, person.marketing_column

    def _apply_near(self, holder: _Draft, person: ImportedPerson) -> None:
        """Let a row say what it says of somebody who is reached by another's phone or e-mail."""
        near = self.near.setdefault(holder.pk, [])
        name = plain(person.name)
        known = [draft for draft in near if plain(draft.name) == name]
        known = known or [draft for draft in near if may_be_one(draft.name, person.name)]
        if not known and (holder.guardian or len(near) >= MOST_DEPENDENTS):
            self.outcome.problems.append(Problem(person.line, "", RefusalReason.OTHER_PERSON))
            return
        # The number stays the other one's.
        person.phone = ""
        draft = known[0] if known else None
        key = f"{NEAR}{draft.pk if draft else person.line}"
        if draft is not None:
            self.drafts[key] = draft
        else:
            reason = RefusalReason.DEPENDENT
            self.outcome.problems.append(Problem(person.line, "", reason, is_row_in=True))
        self._apply_one(draft, key, person, holder.pk)
        if draft is None:
            near.append(self.drafts[key])

    def save(self) -> None:
        """Write people, how they are reached, tags and consents."""
        drafts = list({id(draft): draft for draft in self.drafts.values()}.values())
        company = str(self.company_id)
        copy_rows(
            Contact,
            ("id", "company_id", *LOADED),
            [(d.pk, company, *_texts(d), _text(d.guardian)) for d in drafts if d.is_new],
        )
        changed = [(d.pk, *_texts(d)) for d in drafts if d.is_changed and not d.is_new]
        if changed:
            run(UPDATE, *map(list, zip(*changed, strict=True)))
        copy_rows(
            ContactIdentity,
            ("id", "company_id", "contact_id", "kind", "value"),
            [
                (str(uuid7()), company, self.drafts[number].pk, RECORD_PHONE.value, number[1:])
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
        tags = tags_by_name(self.company_id, sorted(names))
        pairs = {
            (draft.pk, tags[name].pk) for draft in drafts for name in draft.tags if name in tags
        }
        new = run(TAG, [contact for contact, _tag in pairs], [tag for _contact, tag in pairs])
        self._count_changed(contact for (contact,) in new)

    def _count_changed(self, ids: Iterable[str]) -> None:
        """Count rows as changes that only added a tag or a permission."""
        changed = self.unchanged.intersection(ids)
        self.unchanged -= changed
        self.outcome.updated += len(changed)
        self.outcome.unchanged -= len(changed)

    def _save_consents(self, drafts: list[_Draft]) -> None:
        told = [draft for draft in drafts if draft.marketing is not None]
        brought = [draft.pk for draft in drafts if draft.is_new or draft.marketing is not None]
        refusals_recall(company_id=self.company_id, contact_ids=brought)
        if not told:
            return
        known = self._holding([draft.pk for draft in told])
        facts = []
        for draft in told:
            assert draft.marketing is not None
            granted, line, column = draft.marketing
            holds = known.get(draft.pk)
            if granted and holds is False:
                # An old list must not bring back what the person has withdrawn since.
                refused = Problem(line, column, RefusalReason.OPTED_OUT, is_row_in=True)
                self.outcome.problems.append(refused)
            elif granted is not holds:
                facts.append(self._fact(draft, granted, line))
        consents_record(company=self.company_id, facts=facts)
        self._count_changed(str(fact.contact_id) for fact in facts)

    def _holding(self, ids: list[str]) -> dict[str, bool | None]:
        if not ids:
            return {}
        rows = Contact.objects.for_company(self.company_id).filter(pk__in=ids)
        pairs = rows.values_list("pk", consent_holding(Purpose.MARKETING))
        return {str(pk): holds for pk, holds in pairs}

    def _fact(self, draft: _Draft, granted: bool, line: int) -> ConsentWord:
        assert self.job.started_at is not None
        return ConsentWord(
            contact_id=UUID(draft.pk),
            purpose=Purpose.MARKETING,
            is_granted=granted,
            source=f"importacao:{self.job.pk}",
            occurred_at=self.job.started_at,
            proof=f"{self.job.proof} ({self.job.filename[:60]}, linha {line})",
            legal_basis=self.job.legal_basis or LegalBasis.CONSENT,
            author_id=self.job.author_id,
        )


def chunk_write(job: ImportJob, people: Sequence[ImportedPerson]) -> ChunkOutcome:
    """Write the people of one chunk, in the caller's transaction; return what became of them."""
    chunk = _Chunk(job, people)
    if people:
        chunk.lock()
        chunk.find()
        chunk.apply()
        chunk.save()
    return chunk.outcome


def _key(person: ImportedPerson) -> str:
    return person.phone or person.email.upper()


def _is_other(draft: _Draft, person: ImportedPerson) -> bool:
    """Whether a row is about somebody else than the one who has its number."""
    name, given = draft.name, person.name
    return bool(name and given) and name != given and not may_be_one(name, given)


def _new(person: ImportedPerson, guardian: str | None = None) -> _Draft:
    return _Draft(
        str(uuid7()),
        person.name,
        person.phone,
        person.email,
        person.notes,
        person.status or Contact.Status.LEAD.value,
        person.custom,
        guardian,
        is_new=True,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(draft: _Draft) -> tuple[str, ...]:
    """Return a person's `FIELDS` as PostgreSQL reads them."""
    custom = orjson.dumps(draft.custom).decode() if draft.custom else "{}"
    return draft.name, draft.phone, draft.email, draft.notes, draft.status, custom
