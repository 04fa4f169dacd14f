"""What a flow writes into a person's record."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from contacts.models import Purpose
from contacts.services.consent import consent_record
from contacts.services.noting import contact_note
from contacts.services.tagging import contact_tag, contact_untag, tag_wanted
from flows.engine import FlowChange
from omnichannel.models import Conversation

SOURCE = "fluxo"


def changes_make(held: Conversation, changes: Sequence[FlowChange]) -> None:
    """Make changes to the person of a locked conversation; what is there already stays."""
    contact = held.contact
    for one in changes:
        match one.what:
            case "field":
                contact_note(contact=contact, field=one.name, value=one.value)
            case "tag" if one.name:
                tag = tag_wanted(one.name, held.company_id)
                contact_tag(contact=contact, tag=tag, actor=None)
            case "untag" if one.name:
                tag = tag_wanted(one.name, held.company_id)
                contact_untag(contact=contact, tag=tag, actor=None)
            case "consent" if one.name in Purpose.values:
                consent_record(
                    contact=contact,
                    purpose=one.name,
                    is_granted=bool(one.value),
                    source=SOURCE,
                    occurred_at=timezone.now(),
                )
