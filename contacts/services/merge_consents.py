"""What a merge tells the ledger of consents, which is only added to."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from contacts.models import Consent, ConsentState, Contact, ContactMerge
from contacts.services.consent import ConsentWord, consents_record
from contacts.services.consent_rules import MERGED, holds, merged_source, weight_of

UNMERGED = "mesclagem_desfeita"


def consents_tell(gone: Contact, kept: Contact) -> None:
    """Tell the kept record what the other one said, with the weight each word had there."""
    rows = Consent.unscoped.filter(contact=gone).order_by("occurred_at", "seq")
    newest = {
        (row.purpose, row.channel, row.is_granted, weight_of(row.source)): row for row in rows
    }
    consents_record(
        company=kept.company_id, facts=[_told_of(kept, gone, row) for row in newest.values()]
    )


def _told_of(contact: Contact, other: Contact, row: Consent) -> ConsentWord:
    return ConsentWord(
        contact_id=contact.pk,
        purpose=row.purpose,
        channel=row.channel,
        is_granted=row.is_granted,
        legal_basis=row.legal_basis,
        source=merged_source(row.source, row.channel),
        occurred_at=row.occurred_at,
        proof=f"contato {other.pk}",
    )


def consents_untell(kept: Contact, gone: Contact, merge: ContactMerge) -> None:
    """Withdraw what only the other one had allowed; who was never asked has not allowed it.

    What was refused since the merge counts for both: nobody knows any more which of them said it.
    """
    facts = list(Consent.unscoped.filter(contact=kept))
    theirs = f"contato {merge.gone_id}"
    told = [row for row in facts if row.is_granted and row.proof == theirs]
    granted = {(row.purpose, row.channel) for row in told}
    held = ConsentState.unscoped.filter(contact=kept, is_granted=True)
    undone = [
        ConsentWord(
            contact_id=kept.pk,
            purpose=state.purpose,
            channel=state.channel,
            is_granted=False,
            source=UNMERGED,
            occurred_at=timezone.now(),
        )
        for state in held
        if (state.purpose, state.channel) in granted and not holds(_own(facts, state, theirs))
    ]
    since = [
        _told_of(gone, kept, row)
        for row in facts
        if not row.is_granted
        and row.created_at >= merge.created_at
        and not row.source.startswith(MERGED)
    ]
    consents_record(company=kept.company_id, facts=[*undone, *since])


def _own(facts: Sequence[Consent], state: ConsentState, theirs: str) -> list[Consent]:
    return [
        row
        for row in facts
        if row.purpose == state.purpose
        and row.channel in ("", state.channel)
        and row.proof != theirs
    ]
