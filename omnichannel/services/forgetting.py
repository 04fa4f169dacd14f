"""What an erasure empties here beside the columns of holdings: kept receipts and kept answers."""

from __future__ import annotations

from django.db.models import Q

from accounts.services.idempotency import answers_forget
from contacts.holdings import everyone_in
from contacts.models import Contact
from contacts.traces import ENOUGH
from omnichannel.models import Conversation, Message, StatusReceipt


def traces_forget(contact: Contact, values: list[str]) -> int:
    """Remove receipts of a person's messages, also of those never stored, and answers of the API
    that quote a conversation of theirs; return how many.
    """
    people = everyone_in(contact)
    talks = Conversation.unscoped.filter(contact__in=people)
    said = Message.unscoped.filter(conversation__in=talks).exclude(external_id=None)
    named = Q(external_id__in=said.values("external_id"))
    for value in values:
        if len(value) >= ENOUGH:
            named |= Q(external_id__contains=value)
    receipts = StatusReceipt.unscoped.filter(named, company_id=contact.company_id)
    count: int = receipts.delete()[0]
    ids = [str(pk) for pk in talks.values_list("pk", flat=True)]
    return count + answers_forget(company_id=contact.company_id, values=ids)
