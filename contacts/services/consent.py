"""What people allowed. Facts are only ever added, each bound to the one before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import BooleanField, OuterRef, QuerySet, Subquery

from contacts.models import Consent, ConsentChain, ConsentState, Contact, LegalBasis

CHUNK = 5000
# The newest fact of each person, purpose and channel; of two at the same moment the withdrawal.
SETTLE = """
INSERT INTO contacts_consentstate AS s
    (id, created_at, updated_at, company_id, contact_id, purpose, channel, is_granted, since)
SELECT DISTINCT ON (contact_id, purpose, channel)
    gen_random_uuid(), now(), now(), company_id, contact_id, purpose, channel, is_granted,
    occurred_at
FROM contacts_consent WHERE company_id = %s AND seq > %s
ORDER BY contact_id, purpose, channel, occurred_at DESC, is_granted
ON CONFLICT (contact_id, purpose, channel) DO UPDATE
SET is_granted = excluded.is_granted, since = excluded.since, updated_at = now()
WHERE (excluded.since, NOT excluded.is_granted) > (s.since, NOT s.is_granted)
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person allowed or withdrew. `channel` is a kind of channel, empty for all."""

    contact_id: Any
    purpose: str
    is_granted: bool
    source: str
    occurred_at: datetime
    proof: str = ""
    channel: str = ""
    legal_basis: str = LegalBasis.CONSENT
    text_version: str = ""
    author_id: Any = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two facts the same one, told twice."""
        return (self.contact_id, self.purpose, self.source, self.occurred_at, self.is_granted)


@transaction.atomic
def consents_record(*, company: Any, facts: Sequence[Fact]) -> int:
    """Add facts to a company's ledger in the order given and bring what holds into step; return how
    many were new. The same fact told twice is one row.
    """
    company_id = getattr(company, "pk", company)
    # Held until the end: one writer at a time, so the chain has no forks.
    ConsentChain.unscoped.bulk_create([ConsentChain(company_id=company_id)], ignore_conflicts=True)
    chain = ConsentChain.unscoped.select_for_update().get(company_id=company_id)
    before = chain.seq
    rows = []
    for fact in _unknown(facts):
        chain.seq += 1
        row = _row(company_id, chain.seq, fact)
        row.hash = chain.hash = link(chain.hash, row)
        rows.append(row)
    if rows:
        Consent.unscoped.bulk_create(rows, batch_size=CHUNK)
        chain.save(update_fields=["seq", "hash", "updated_at"])
        with connection.cursor() as cursor:
            cursor.execute(SETTLE, [company_id, before])
    return len(rows)


def consent_record(*, contact: Contact, **fact: Any) -> None:
    """Add one fact (the fields of Fact) to a person's consent."""
    consents_record(company=contact.company_id, facts=[Fact(contact_id=contact.pk, **fact)])


def _unknown(facts: Sequence[Fact]) -> Iterator[Fact]:
    unique = {fact.key: fact for fact in reversed(facts)}
    known = Consent.unscoped.filter(contact__in={fact.contact_id for fact in facts})
    same = known.filter(occurred_at__in={fact.occurred_at for fact in facts})
    told = set(
        same.values_list("contact_id", "purpose", "source", "occurred_at", "is_granted").order_by()
    )
    return (fact for key, fact in reversed(unique.items()) if key not in told)


def _row(company_id: Any, seq: int, fact: Fact) -> Consent:
    return Consent(
        company_id=company_id,
        seq=seq,
        contact_id=fact.contact_id,
        purpose=fact.purpose,
        channel=fact.channel,
        is_granted=fact.is_granted,
        legal_basis=fact.legal_basis,
        text_version=fact.text_version[:60],
        source=fact.source[:60],
        proof=fact.proof[:255],
        author_id=fact.author_id,
        occurred_at=fact.occurred_at,
    )


# --- what holds -----------------------------------------------------------------------------------


def consent_state(contact: Contact, purpose: str, channel: str = "") -> bool | None:
    """Return what holds now: True allowed, False withdrawn, None never asked.

    A fact about every channel counts for each; the newest of the two holds. Without a channel, any
    channel's newest fact does.
    """
    rows = ConsentState.objects.for_company(contact.company_id).filter(contact=contact)
    found: bool | None = (
        _newest(rows, purpose, channel).values_list("is_granted", flat=True).first()
    )
    return found


def consent_holding(purpose: str, channel: str = "", *, of: str = "pk") -> Subquery:
    """Return what holds of each person of a query (as `consent_state`, in SQL); `of` is the column
    that names the person.
    """
    # The person's own rows, whichever company the query is about.
    rows = ConsentState.unscoped.filter(contact_id=OuterRef(of))
    newest = _newest(rows, purpose, channel).values("is_granted")[:1]
    return Subquery(newest, output_field=BooleanField())


def _newest(rows: QuerySet[ConsentState], purpose: str, channel: str) -> QuerySet[ConsentState]:
    rows = rows.filter(purpose=purpose)
    if channel:
        rows = rows.filter(channel__in=("", channel))
    return rows.order_by("-since", "is_granted")


# --- the chain ------------------------------------------------------------------------------------


def link(before: str, row: Consent) -> str:
    """Return a row's place in the chain: the hash of everything it says and of the one before."""
    said = [
        before,
        row.seq,
        *map(str, (row.pk, row.company_id, row.contact_id)),
        *(row.purpose, row.channel, row.is_granted, row.legal_basis, row.text_version),
        *(row.source, row.proof, str(row.author_id or "")),
        row.occurred_at.astimezone(UTC).isoformat(),
    ]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a company's ledger found; `broken_at` is the first place that does not fit."""

    rows: int
    broken_at: int | None = None
    is_cut_short: bool = False
    states_differ: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether everything fits."""
        return self.broken_at is None and not self.is_cut_short and not self.states_differ


# What the ledger says and what is kept of it must be the same rows.
DIFFERENT = """
SELECT count(*) FROM (
    SELECT DISTINCT ON (contact_id, purpose, channel) contact_id, purpose, channel, is_granted,
        occurred_at
    FROM contacts_consent WHERE company_id = %(company)s
    ORDER BY contact_id, purpose, channel, occurred_at DESC, is_granted
) told
FULL JOIN (SELECT * FROM contacts_consentstate WHERE company_id = %(company)s) kept
    USING (contact_id, purpose, channel)
WHERE (told.is_granted, told.occurred_at) IS DISTINCT FROM (kept.is_granted, kept.since)
"""


def consents_verify(*, company: Any) -> Verdict:
    """Walk a company's ledger from its beginning and hold each row against the chain, and what
    holds against the ledger. Constant memory; reads one snapshot.
    """
    company_id = getattr(company, "pk", company)
    with transaction.atomic():
        # One moment for the ledger, its end and what holds.
        chain = ConsentChain.unscoped.select_for_update().filter(company_id=company_id).first()
        rows = Consent.unscoped.filter(company_id=company_id).order_by("seq")
        count, last, broken = _walk(rows.iterator(chunk_size=CHUNK))
        end = (chain.seq, chain.hash) if chain else (0, "")
        with connection.cursor() as cursor:
            cursor.execute(DIFFERENT, {"company": company_id})
            (different,) = cursor.fetchone()
    return Verdict(count, broken, broken is None and (count, last) != end, different)


def _walk(rows: Iterable[Consent]) -> tuple[int, str, int | None]:
    before, count = "", 0
    for row in rows:
        count += 1
        if row.seq != count or row.hash != link(before, row):
            return count, before, row.seq
        before = row.hash
    return count, before, None
