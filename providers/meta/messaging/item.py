"""One event of a `messaging` box: between whom, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from providers.facts import AccountRef, Json
from providers.tolerant import BadShape, ident, mapping, moment, required, required_id

# News about the account itself, which no person is at the other end of.
ENFORCEMENT = "policy-enforcement"
# An id of an account narrows ids of people, and is kept with each.
REALM_LENGTH = 64


@dataclass(frozen=True, slots=True)
class MessagingItem:
    """An event, with whose account it is about and the person at the other end, if any.

    is_ours   the account did it, not the person
    is_self   somebody wrote to themselves
    """

    raw: Json
    account: AccountRef
    person: PersonRef
    happened_at: datetime
    received_at: datetime
    is_ours: bool
    is_self: bool = False

    @classmethod
    def read(
        cls, raw: Any, entry_id: str, kind: IdentityKind, received_at: datetime
    ) -> MessagingItem:
        """Read the ends of an event. Raises BadShape.

        An entry is named by the account. In older ones of Instagram it is named by the Page; there
        the account is the recipient, or the sender of an echo. Some echoes name the person as their
        sender, so whoever is not the account is the person.
        """
        held = required(raw, "event")
        sender = ident(mapping(held.get("sender")).get("id"))
        recipient = ident(mapping(held.get("recipient")).get("id"))
        message = mapping(held.get("message"))
        is_echo = message.get("is_echo") is True
        if entry_id in (sender, recipient):
            account = entry_id
        else:
            account = required_id(sender if is_echo else recipient, "account")
        person = sender if account == recipient else recipient
        is_self = message.get("is_self") is True or (sender == recipient != "")
        if not person and ENFORCEMENT not in held:
            raise BadShape("sender is missing")
        if len(account) > REALM_LENGTH:
            raise BadShape("account is too long")
        names = (IdentityRef(kind, person, account),) if person else ()
        return cls(
            raw=held,
            account=AccountRef(account),
            person=PersonRef(names),
            happened_at=moment(held.get("timestamp"), received_at),
            received_at=received_at,
            is_ours=is_echo or (sender == account and not is_self),
            is_self=is_self,
        )

    def name_for(self, what: str) -> str:
        """Return an id for an event that has none: the same event makes the same one."""
        person = self.person.identities[0].value
        return f"{what}:{person}:{ident(self.raw.get('timestamp'))}"
