"""Giving conversations back to a person whose record was part of another's for a while."""

from __future__ import annotations

from contacts.models import Contact
from contacts.services.merge_tables import rows_change, rows_of, tables
from omnichannel.models import Conversation


def conversations_return(kept: Contact, gone: Contact) -> None:
    """Give back the conversations held through an address that was given back, with all that hangs
    on them: whoever writes from there next would find an open one that is another person's.
    """
    # Both records are of one company.
    since = Conversation.unscoped.filter(contact=kept, identity__contact=gone)
    ids = list(since.values_list("pk", flat=True))
    if not ids:
        return
    for model, field in tables():
        names = {one.name for one in model._meta.get_fields()}
        if "conversation" in names:
            rows_change(rows_of(model, field, kept).filter(conversation__in=ids), {field: gone.pk})
    Conversation.unscoped.filter(pk__in=ids).update(contact=gone)
