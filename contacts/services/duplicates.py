"""Records that may be one person: found by comparing all of them or, as something is learned of
somebody, by services.matching; decided by staff.

Whoever may see both people may decide, as whoever sees a person may change their record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict
from common.slots import Slot
from common.tasks import ring
from contacts import bells
from contacts.changed import changed_tell
from contacts.models import (
    Contact,
    ContactIdentity,
    ContactMerge,
    ContactTag,
    DuplicatePair,
    DuplicateReason,
    DuplicateStatus,
)
from contacts.services.merging import contacts_merge, people_hold

# More people than this behind one number or address are a switchboard or a family's mailbox.
CROWD = 20

# As matching.evidence_of makes it, for what it knows too.
EVIDENCE = f"""
CASE WHEN reason IN ('{DuplicateReason.PHONE}', '{DuplicateReason.EMAIL}') THEN
    encode(sha256(convert_to(%(company)s::text || CASE reason WHEN '{DuplicateReason.PHONE}'
    THEN '|phone|' ELSE '|email|' END || key, 'UTF8')), 'hex')
ELSE '' END
"""
# Every record of a group is paired with the oldest one: after those are merged, a next scan pairs
# what is left. Phones are canonical already, so the ninth digit does not tell two apart. A family
# shares its mailbox: a guardian and their dependants are no pair.
SCAN = f"""
WITH standing AS (
    SELECT id, phone, lower(email) AS email, upper(unaccent(trim(name))) AS name
    FROM contacts_contact WHERE company_id = %(company)s AND merged_into_id IS NULL
), keys AS (
    SELECT id, '{DuplicateReason.PHONE}' AS reason, phone AS key, 1 AS weight
    FROM standing WHERE phone <> ''
    UNION ALL
    SELECT id, '{DuplicateReason.EMAIL}', email, 2 FROM standing WHERE email <> ''
    UNION ALL
    SELECT id, '{DuplicateReason.NAME}', name || right(phone, 8), 3
    FROM standing WHERE length(phone) > 8 AND name LIKE '%% %%'
), crowds AS (
    SELECT reason, weight, key, array_agg(id ORDER BY id) AS ids
    FROM keys GROUP BY reason, weight, key HAVING count(*) BETWEEN 2 AND {CROWD}
), pairs AS (
    SELECT DISTINCT ON (first, second) ids[1] AS first, second, reason, {EVIDENCE} AS evidence
    FROM crowds, LATERAL unnest(ids[2:]) AS second, LATERAL (SELECT ids[1] AS first) f
    ORDER BY first, second, weight
), strangers AS (
    SELECT p.first, p.second, p.reason, p.evidence FROM pairs p
    JOIN contacts_contact a ON a.id = p.first JOIN contacts_contact b ON b.id = p.second
    WHERE coalesce(a.guardian_id, a.id) <> coalesce(b.guardian_id, b.id) AND NOT EXISTS (
        SELECT FROM contacts_duplicatepair d WHERE d.company_id = %(company)s
        AND d.status = '{DuplicateStatus.DIFFERENT}' AND d.evidence = p.evidence
        AND NOT (d.evidence = '')
    )
)
INSERT INTO contacts_duplicatepair
    (id, created_at, updated_at, company_id, first_id, second_id, reason, status, evidence)
SELECT uuidv7(), now(), now(), %(company)s, first, second, reason,
    '{DuplicateStatus.OPEN}', evidence
FROM strangers ON CONFLICT DO NOTHING
"""  # noqa: S608  (our own constants only)


@transaction.atomic
def duplicates_scan(*, company: Any) -> int:
    """Compare all of a company's people by phone, e-mail, and name with the phone's end; return how
    many new pairs there are to look at. Pairs that were decided are left alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(SCAN, {"company": getattr(company, "pk", company)})
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two people, by their ids, may be one; `evidence` is a digest of what they share."""

    one: Any
    other: Any
    reason: str
    is_strong: bool = False
    evidence: str = ""

    @property
    def ids(self) -> tuple[Any, Any]:
        """The two as a pair keeps them: the older record first."""
        first, second = sorted((self.one, self.other))
        return first, second


class SuggestionDecided(Conflict):
    """Somebody has decided about the pair, otherwise than is asked now."""

    code = "sugestao_decidida"
    message = _("Um colega já decidiu sobre estes contatos. Atualize a página.")


# Whether one of some people, by their ids, has said anything yet: told by who keeps conversations.
talked: Slot[Callable[[list[Any]], bool]] = Slot()


def pair_note(
    *, one: Contact, other: Contact, reason: str, is_strong: bool = False, evidence: str = ""
) -> DuplicatePair:
    """Put a pair on the list, or return it as it stands there."""
    like = Likeness(one.pk, other.pk, reason, is_strong, evidence)
    pairs_note(company_id=one.company_id, found=[like])
    first, second = like.ids
    return DuplicatePair.unscoped.get(first=first, second=second)


def pairs_note(*, company_id: Any, found: Sequence[Likeness]) -> list[DuplicatePair]:
    """Put pairs on the list; return those that are new there, or came back with a proof that staff
    have not refused. In the caller's transaction; open pages of both people hear of it.
    """
    if not found:
        return []
    wanted = {like.ids: like for like in found}
    # By their ids, which are of one company.
    rows = DuplicatePair.unscoped.filter(
        first__in=[first for first, _second in wanted],
        second__in=[second for _first, second in wanted],
    )
    known = {(row.first_id, row.second_id): row for row in rows}
    # In one order, so that two who note the same pairs wait for each other and no more.
    fresh = [
        DuplicatePair(
            company_id=company_id,
            first_id=first,
            second_id=second,
            reason=like.reason,
            is_strong=like.is_strong,
            evidence=like.evidence,
        )
        for (first, second), like in sorted(wanted.items())
        if (first, second) not in known
    ]
    DuplicatePair.unscoped.bulk_create(fresh, ignore_conflicts=True)
    news = [*fresh, *(row for ids, row in sorted(known.items()) if _is_news(row, wanted[ids]))]
    for row in news:
        if row.is_strong:
            ring(bells.VISITOR_JOIN, str(company_id), str(row.pk))
    changed_tell(company_id, {one for row in news for one in (row.first_id, row.second_id)})
    return news


def _is_news(row: DuplicatePair, like: Likeness) -> bool:
    """Write on a known pair what is known better now; tell whether it was."""
    if not like.is_strong:
        return False
    is_refused = row.status == DuplicateStatus.DIFFERENT
    if row.status == DuplicateStatus.MERGED or (row.is_strong and not is_refused):
        return False
    if is_refused and like.evidence in (row.evidence, *row.refused):
        return False
    # The status as it was read, or a colleague has decided meanwhile.
    changed = DuplicatePair.unscoped.filter(pk=row.pk, status=row.status).update(
        status=DuplicateStatus.OPEN,
        reason=like.reason,
        is_strong=True,
        evidence=like.evidence,
        refused=[*row.refused, row.evidence] if is_refused else row.refused,
        decided_by=None,
        decided_at=None,
        updated_at=timezone.now(),
    )
    row.is_strong = True
    return bool(changed)


@transaction.atomic
def pair_dismiss(*, pair: DuplicatePair, actor: Membership) -> DuplicatePair:
    """Record that a pair are two people; it is not brought up again. Raises SuggestionDecided."""
    row = DuplicatePair.unscoped.select_for_update().get(pk=pair.pk)
    if row.status == DuplicateStatus.DIFFERENT:
        return row
    if row.status != DuplicateStatus.OPEN:
        raise SuggestionDecided
    _decided(row, DuplicateStatus.DIFFERENT, actor)
    audit_record(
        company=row.company_id,
        actor=actor.user,
        action="contato.sao_diferentes",
        target=row.first,
        detail={"outro": str(row.second_id)},
    )
    changed_tell(row.company_id, [row.first_id, row.second_id])
    return row


@transaction.atomic
def pair_confirm(
    *, pair: DuplicatePair, actor: Membership | None, kept: Contact | None = None
) -> ContactMerge:
    """Make a pair one person; return the merge, which can be undone. Without `kept` the record that
    tells more stays. Confirming again returns the same. Raises SuggestionDecided, OneFamily.
    """
    # The order in which merges lock: people first, the pair last.
    first, second = people_hold(pair.first, pair.second)
    row = DuplicatePair.unscoped.select_for_update().get(pk=pair.pk)
    if row.status == DuplicateStatus.MERGED:
        merge = ContactMerge.unscoped.filter(
            Q(kept=first, gone=second) | Q(kept=second, gone=first), undone_at=None
        ).first()
        if merge is not None:
            return merge
    if row.status != DuplicateStatus.OPEN:
        raise SuggestionDecided
    stays = kept.pk if kept is not None else _telling(first, second).pk
    kept, gone = (first, second) if stays == first.pk else (second, first)
    merge = contacts_merge(kept=kept, gone=gone, actor=actor)
    _decided(row, DuplicateStatus.MERGED, actor)
    return merge


def visitor_join(*, pair: DuplicatePair) -> ContactMerge | None:
    """Make a visitor who has no name, no address and has said nothing part of the person they are
    proven to be; everybody else waits for staff to decide.
    """
    if not pair.is_strong or pair.status != DuplicateStatus.OPEN:
        return None
    for visitor, person in ((pair.second, pair.first), (pair.first, pair.second)):
        if _is_blank(visitor):
            try:
                return pair_confirm(pair=pair, actor=None, kept=person)
            except Conflict:
                # Decided meanwhile, or of one family.
                return None
    return None


def _decided(row: DuplicatePair, status: str, actor: Membership | None) -> None:
    row.status, row.decided_by, row.decided_at = status, actor, timezone.now()
    row.save(update_fields=["status", "decided_by", "decided_at", "updated_at"])


def _telling(first: Contact, second: Contact) -> Contact:
    """Return the record that stays: the one with a name, else the older."""
    return second if second.name and not first.name else first


def _is_blank(contact: Contact) -> bool:
    written = (contact.name, contact.phone, contact.email, contact.notes, contact.custom)
    if any(written) or contact.guardian_id or contact.merged_into_id:
        return False
    # By the person alone: their rows are all of their company.
    has_more = (
        ContactTag.objects.filter(contact=contact).exists()
        or Contact.unscoped.filter(guardian=contact).exists()
        or ContactIdentity.unscoped.filter(contact=contact).exclude(username="").exists()
    )
    return not (has_more or any(said([contact.pk]) for said in talked))
