"""The switches of a person's phone."""

from __future__ import annotations

from typing import Any

from simulator.whatsapp.models import SimPerson
from simulator.whatsapp.services.numbers import chat_touch
from simulator.whatsapp.services.receipts import receipts_arrive


def person_change(*, person: SimPerson, **changes: Any) -> None:
    """Turn switches of a person; a phone that comes online receives what waited for it."""
    was_online = person.is_online
    for name, value in changes.items():
        setattr(person, name, value)
    person.save()
    if person.is_online and not was_online:
        receipts_arrive(person=person)
    for chat in person.chats.select_related("number"):
        chat_touch(number=chat.number, person=person)
