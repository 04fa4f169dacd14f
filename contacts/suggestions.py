"""Who may be the same person as whom, as far as a reader may see both."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from contacts.models import Contact, ContactMerge, DuplicatePair, DuplicateStatus
from contacts.models.merging import UNDO_WITHIN

# More are for the back-office: the column stays small.
SHOWN = 3


def suggestions_seen(reader: Membership) -> Any:
    """Return the pairs of which a reader may see both people; of two that became one, the one."""
    people = Contact.objects.visible_to(reader)
    rows = DuplicatePair.objects.for_company(reader.company_id)
    became_one = Q(status=DuplicateStatus.MERGED)
    return rows.filter(
        Q(first__in=people, second__in=people)
        | became_one & (Q(first__in=people) | Q(second__in=people))
    )


def suggestions_of(contact_id: Any, reader: Membership) -> list[DuplicatePair]:
    """Return the few open pairs of a person that tell the most, proven ones first."""
    rows = suggestions_seen(reader).filter(status=DuplicateStatus.OPEN)
    mine = rows.filter(Q(first=contact_id) | Q(second=contact_id))
    shown = mine.select_related("first", "second").order_by("-is_strong", "-pk")
    return list(shown.prefetch_related("first__identities", "second__identities")[:SHOWN])


def merge_last(contact_id: Any, reader: Membership) -> ContactMerge | None:
    """Return a person's latest merge that can still be undone."""
    rows = ContactMerge.objects.for_company(reader.company_id).filter(
        kept=contact_id, undone_at=None, created_at__gt=timezone.now() - UNDO_WITHIN
    )
    return rows.select_related("gone").order_by("-pk").first()


def merges_seen(reader: Membership) -> Any:
    """Return the merges whose person a reader may see."""
    rows = ContactMerge.objects.for_company(reader.company_id)
    return rows.filter(kept__in=Contact.objects.visible_to(reader))
