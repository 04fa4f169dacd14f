"""What conversations say of the people in them, for contacts to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership
from common import phones
from omnichannel.models import Channel, Conversation, Message


def people_open_to(membership: Membership) -> Q:
    """Return the condition on people that nobody has spoken with them, or that a conversation of
    theirs is this person's or nobody's.
    """
    # The people are of the person's company already. A dependant is spoken of where their guardian
    # writes.
    of_person = Conversation.unscoped.filter(
        Q(contact_id=OuterRef("pk")) | Q(contact_id=OuterRef("guardian_id"))
    )
    open_to = of_person.filter(Q(attendant=membership) | Q(attendant=None))
    return Q(~Exists(of_person) | Exists(open_to))


def is_talking(contact_ids: list[Any]) -> bool:
    """Whether one of some people has a conversation that has not ended."""
    # By the people alone: their conversations are all of their company.
    return Conversation.unscoped.filter(contact__in=contact_ids).open().exists()


def has_said(contact_ids: list[Any]) -> bool:
    """Whether one of some people has written anything."""
    # By the people alone, as above.
    return Message.unscoped.inbound().filter(conversation__contact__in=contact_ids).exists()


def own_addresses(company_id: Any, keys: Sequence[str]) -> set[str]:
    """Return which of some e-mails and numbers are those of the company's own channels."""
    rows = Channel.objects.for_company(company_id).values_list("account_id", "phone_number")
    mine = {value.lower() for row in rows for value in row if value}
    mine |= {number for value in mine if (number := phones.canonical(value))}
    return mine & set(keys)
