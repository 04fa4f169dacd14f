"""A patient who writes, and the day they write on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Membership
from common.scoping import company_scope
from contacts.models import Contact
from leadscoring.models import LeadScore
from leadscoring.services.counting import conversations_count
from leadscoring.services.scoring import contacts_score
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.outbound import message_send
from tests import make

# A Wednesday, ten in the morning in São Paulo.
NOW = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
Say = Callable[..., Message]


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    """Stop the clock at NOW; tests move it."""
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def say(channel: Channel) -> Say:
    """Let the patient write."""

    def write(text: str = "Oi", days_ago: float = 0, **values: Any) -> Message:
        at = NOW - timedelta(days=days_ago)
        return make.inbound(channel, text=text, at=at, **values)

    return write


def answer(conversation: Conversation, author: Membership, text: str = "Bom dia!") -> Message:
    """Let an attendant answer."""
    with company_scope(conversation.company_id):
        fresh = Conversation.objects.get(pk=conversation.pk)
        return message_send(conversation=fresh, author=author, text=text)


def hear(contact: Contact) -> LeadScore:
    """Count a person's conversations and score them, as the bell does."""
    company = contact.company_id
    talks = Conversation.unscoped.filter(contact=contact).values_list("pk", flat=True)
    conversations_count(company_id=company, conversation_ids=list(talks))
    contacts_score(company_id=company, contact_ids=[contact.pk], reason="mensagem")
    return LeadScore.unscoped.get(contact=contact)
