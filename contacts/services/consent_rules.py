"""Whose word holds. A person's own beats what staff, lists and files claim for them, whenever that
was written down; among equals the newest act holds, of two at one moment the withdrawal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

# Where a person's own word comes from: what they typed or tapped, what they told the provider, and
# both again as a merge or the memory of an erased refusal tells them.
WORD, REMEMBERED = "palavra", "recusa_lembrada"
PREFERENCE, REFUSED = ".user_preferences", ".marketing_recusado"
LIST, IMPORT = "lista de campanha", "importacao:"
# A merge tells facts of another record; how much they weigh goes with them.
MERGED, MERGED_WORD, MERGED_CLAIM = "mesclagem", "mesclagem_palavra", "mesclagem_arquivo"
OWN, STAFF, CLAIM = 2, 1, 0


def weight_of(source: str) -> int:
    """Return how much a fact's source weighs: OWN, STAFF or CLAIM (a file's or a list's yes)."""
    if source in (WORD, REMEMBERED) or source.startswith(MERGED_WORD):
        return OWN
    if source.endswith((PREFERENCE, REFUSED)):
        return OWN
    is_claim = source == LIST or source.startswith((IMPORT, MERGED_CLAIM))
    return CLAIM if is_claim else STAFF


def merged_source(source: str, channel: str) -> str:
    """Return the source by which a merge tells another record's fact."""
    told = {OWN: MERGED_WORD, STAFF: MERGED, CLAIM: MERGED_CLAIM}[weight_of(source)]
    return f"{told}.{channel}".rstrip(".")


# As `weight_of`, in SQL.
WEIGHT = f"""CASE
    WHEN source IN ('{WORD}', '{REMEMBERED}') OR starts_with(source, '{MERGED_WORD}')
        OR right(source, {len(PREFERENCE)}) = '{PREFERENCE}'
        OR right(source, {len(REFUSED)}) = '{REFUSED}' THEN {OWN}
    WHEN source = '{LIST}' OR starts_with(source, '{IMPORT}')
        OR starts_with(source, '{MERGED_CLAIM}') THEN {CLAIM}
    ELSE {STAFF} END"""
_UNBEATEN = (
    "CASE WHEN own_no >= own_yes OR own_yes IS NULL THEN own_no END,"
    " CASE WHEN any_no >= greatest(own_yes, staff_yes)"
    " OR greatest(own_yes, staff_yes) IS NULL THEN any_no END"
)
# What holds of each person, purpose and channel; a fact about every channel ('') counts for each.
# `{people}` chooses whose: a query of (contact_id, purpose).
HOLDING = f"""
SELECT contact_id, purpose, channel, no_since IS NULL AS is_granted,
    coalesce(no_since, yes_since) AS since
FROM (
    SELECT contact_id, purpose, channel, greatest({_UNBEATEN}) AS no_since,
        greatest(own_yes, staff_yes, claim_yes) AS yes_since
    FROM (
        SELECT p.contact_id, p.purpose, p.channel,
            max(f.occurred_at) FILTER (WHERE NOT f.is_granted AND f.weight = {OWN}) AS own_no,
            max(f.occurred_at) FILTER (WHERE NOT f.is_granted AND f.weight < {OWN}) AS any_no,
            max(f.occurred_at) FILTER (WHERE f.is_granted AND f.weight = {OWN}) AS own_yes,
            max(f.occurred_at) FILTER (WHERE f.is_granted AND f.weight = {STAFF}) AS staff_yes,
            max(f.occurred_at) FILTER (WHERE f.is_granted AND f.weight = {CLAIM}) AS claim_yes
        FROM (
            SELECT DISTINCT contact_id, purpose, channel FROM contacts_consent
            WHERE (contact_id, purpose) IN ({{people}})
        ) p
        JOIN (
            SELECT contact_id, purpose, channel, is_granted, occurred_at, {WEIGHT} AS weight
            FROM contacts_consent WHERE (contact_id, purpose) IN ({{people}})
        ) f ON f.contact_id = p.contact_id AND f.purpose = p.purpose
            AND f.channel IN ('', p.channel)
        GROUP BY p.contact_id, p.purpose, p.channel
    ) newest
) judged
"""  # noqa: S608  (our own text only)


def refused_by_own_word(facts: Iterable[Any]) -> bool:
    """Whether a person's own refusal stands against facts of one purpose (rows of Consent): only
    their own word takes it back.
    """
    own = [fact for fact in facts if weight_of(fact.source) == OWN]
    no = _newest(fact.occurred_at for fact in own if not fact.is_granted)
    yes = _newest(fact.occurred_at for fact in own if fact.is_granted)
    return no is not None and (yes is None or no >= yes)


def holds(facts: Iterable[Any]) -> bool:
    """Whether facts of one purpose and channel (rows of Consent) allow it; as `HOLDING`."""
    rows = list(facts)
    if refused_by_own_word(rows):
        return False
    no = _newest(fact.occurred_at for fact in rows if not fact.is_granted)
    yes = _newest(
        fact.occurred_at
        for fact in rows
        if fact.is_granted and weight_of(fact.source) in (OWN, STAFF)
    )
    if no is None:
        return any(fact.is_granted for fact in rows)
    return yes is not None and yes > no


def _newest(moments: Iterable[datetime]) -> datetime | None:
    return max(moments, default=None)
