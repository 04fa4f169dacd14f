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

from common.composed import Composed
from common.crypto import SecretUnreadable
from contacts.models import Consent, ConsentChain, ConsentState, Contact, LegalBasis
from contacts.services.consent_rules import HOLDING, refused_by_own_word

CHUNK = 5000
# Brings what holds into step for whomever the newest rows of the ledger are about.
# Each once: PostgreSQL would look through a person's facts for every row.
TOUCHED = """
SELECT DISTINCT contact_id, purpose FROM contacts_consent WHERE company_id = %s AND seq > %s
"""
SETTLE = f"""
INSERT INTO contacts_consentstate AS s
    (id, created_at, updated_at, company_id, contact_id, purpose, channel, is_granted, since)
SELECT uuidv7(), now(), now(), %s, contact_id, purpose, channel, is_granted, since
FROM ({HOLDING.format(people=TOUCHED)}) held
ON CONFLICT (contact_id, purpose, channel) DO UPDATE
SET is_granted = excluded.is_granted, since = excluded.since, updated_at = now()
WHERE (excluded.since, excluded.is_granted) IS DISTINCT FROM (s.since, s.is_granted)
"""  # noqa: S608  (our own text only)


@dataclass(frozen=True, slots=True)
class ConsentWord:
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
def consents_record(*, company: Any, facts: Sequence[ConsentWord]) -> int:
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
        chain.sealed_end = {"seq": chain.seq, "hash": chain.hash}
        chain.save(update_fields=["seq", "hash", "sealed_end", "updated_at"])
        with connection.cursor() as cursor:
            cursor.execute(SETTLE, [company_id, *[company_id, before] * 2])
    return len(rows)


def consent_record(*, contact: Contact, **fact: Any) -> None:
    """Add one fact (the fields of Fact) to a person's consent."""
    consents_record(company=contact.company_id, facts=[ConsentWord(contact_id=contact.pk, **fact)])


def _unknown(facts: Sequence[ConsentWord]) -> Iterator[ConsentWord]:
    unique = {fact.key: fact for fact in reversed(facts)}
    known = Consent.unscoped.filter(contact__in={fact.contact_id for fact in facts})
    same = known.filter(occurred_at__in={fact.occurred_at for fact in facts})
    told = set(
        same.values_list("contact_id", "purpose", "source", "occurred_at", "is_granted").order_by()
    )
    return (fact for key, fact in reversed(unique.items()) if key not in told)


def _row(company_id: Any, seq: int, fact: ConsentWord) -> Consent:
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

    A fact about every channel counts for each. Without a channel, any channel's newest word does.
    """
    rows = _HOLDS.rows(contact.company_id, contact.pk, shape=(str(purpose), str(channel)))
    return rows[0][0] if rows else None


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
        # A channel's row knows what was said of every channel.
        return rows.filter(channel__in=("", channel)).order_by("-channel")
    return rows.order_by("-since", "is_granted")


def _holds(asked: tuple[str, str], company_id: Any, contact_id: Any) -> Any:
    rows = ConsentState.objects.for_company(company_id).filter(contact_id=contact_id)
    return _newest(rows, *asked).values_list("is_granted")[:1]


_HOLDS = Composed(_holds)


def consent_is_refused(contact: Contact, purpose: str) -> bool:
    """Whether the person refused with their own word, which nobody takes back for them."""
    facts = Consent.objects.for_company(contact.company_id).filter(contact=contact)
    return refused_by_own_word(facts.filter(purpose=purpose))


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


# A place in the chain and the hash there.
Anchor = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a company's ledger found; `broken_at` is the first place that does not fit."""

    rows: int
    broken_at: int | None = None
    is_cut_short: bool = False
    states_differ: int = 0
    # The end was not written by whoever holds the keys, or is not the one an anchor remembers.
    is_forged: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether everything fits."""
        is_torn = self.broken_at is not None or self.is_cut_short or self.is_forged
        return not is_torn and not self.states_differ


# What the ledger says and what is kept of it must be the same rows.
EVERYBODY = "SELECT DISTINCT contact_id, purpose FROM contacts_consent WHERE company_id = %s"
DIFFERENT = f"""
SELECT count(*) FROM ({HOLDING.format(people=EVERYBODY)}) told
FULL JOIN (SELECT * FROM contacts_consentstate WHERE company_id = %s) kept
    USING (contact_id, purpose, channel)
WHERE (told.is_granted, told.since) IS DISTINCT FROM (kept.is_granted, kept.since)
"""  # noqa: S608  (our own text only)


def consents_verify(*, company: Any, anchor: Anchor | None = None) -> Verdict:
    """Walk a company's ledger from its beginning and hold each row against the chain, its end
    against the seal and the `anchor`, and what holds against the ledger. Constant memory; reads one
    snapshot.
    """
    company_id = getattr(company, "pk", company)
    with transaction.atomic():
        # One moment for the ledger, its end and what holds.
        chain = ConsentChain.unscoped.select_for_update().filter(company_id=company_id).first()
        rows = Consent.unscoped.filter(company_id=company_id).order_by("seq")
        count, last, broken = _walk(rows.iterator(chunk_size=CHUNK))
        end = (chain.seq, chain.hash) if chain else (0, "")
        with connection.cursor() as cursor:
            cursor.execute(DIFFERENT, [company_id] * 3)
            (different,) = cursor.fetchone()
        is_forged = not _is_sealed(chain) or not _holds_anchor(company_id, anchor)
    return Verdict(count, broken, broken is None and (count, last) != end, different, is_forged)


def consents_anchor(*, company: Any) -> Anchor:
    """Return where a company's ledger ends now, to be kept outside of the database."""
    company_id = getattr(company, "pk", company)
    chain = ConsentChain.unscoped.filter(company_id=company_id).first()
    return (chain.seq, chain.hash) if chain else (0, "")


def _is_sealed(chain: ConsentChain | None) -> bool:
    if chain is None or not chain.seq:
        return True
    try:
        return bool(chain.sealed_end == {"seq": chain.seq, "hash": chain.hash})
    except SecretUnreadable:
        return False


def _holds_anchor(company_id: Any, anchor: Anchor | None) -> bool:
    if anchor is None or not anchor[0]:
        return True
    seq, remembered = anchor
    return Consent.unscoped.filter(company_id=company_id, seq=seq, hash=remembered).exists()


def _walk(rows: Iterable[Consent]) -> tuple[int, str, int | None]:
    before, count = "", 0
    for row in rows:
        count += 1
        if row.seq != count or row.hash != link(before, row):
            return count, before, row.seq
        before = row.hash
    return count, before, None
