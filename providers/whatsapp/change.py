"""One `changes[]` element of a WhatsApp webhook, and who its items are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from providers.facts import AccountRef, ProviderFault
from providers.tolerant import (
    BadShape,
    Json,
    digits,
    ident,
    label,
    mapping,
    name,
    text,
)

# A business-scoped user id: country code, dot, up to 128 characters (US.1349..., US.ENT.1181...).
BSUID_MARK = "."


@dataclass(frozen=True)
class Change:
    """The value of one change, with what all of its items share.

    `happened_at` is the entry's own time, for items that carry none.
    """

    field: str
    value: Json
    waba_id: str
    received_at: datetime
    happened_at: datetime

    @cached_property
    def account(self) -> AccountRef:
        """The channel: the phone number id, else the number shown to people, else the WABA."""
        metadata = mapping(self.value.get("metadata"))
        if number_id := ident(metadata.get("phone_number_id")):
            return AccountRef(number_id)
        shown = metadata.get("display_phone_number") or self.value.get("display_phone_number")
        if number := digits(shown):
            return AccountRef(number, "phone_number", self.waba_id)
        return AccountRef(self.waba_id, "waba_id")

    @cached_property
    def waba(self) -> AccountRef:
        """The WhatsApp Business Account, for news that is not about one number."""
        return AccountRef(self.waba_id, "waba_id")

    @cached_property
    def business_number(self) -> str:
        """The number of the business in digits, to tell its messages from the person's."""
        return digits(mapping(self.value.get("metadata")).get("display_phone_number"))

    @cached_property
    def contacts(self) -> list[Json]:
        """The well-formed contacts; names are a courtesy, so a bad one costs no message."""
        found = self.value.get("contacts")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    @cached_property
    def _contacts_by_id(self) -> dict[str, Json]:
        by_id: dict[str, Json] = {}
        for one in self.contacts:
            for key in ("user_id", "wa_id"):
                if value := ident(one.get(key)):
                    by_id.setdefault(value, one)
        return by_id

    def contact(self, phone: str, user_id: str, *, is_only_item: bool) -> Json:
        """Return the contact that belongs to an item, or an empty one.

        Pairs by user id or phone, never by position. The only contact is taken for the only item,
        and for an item that names nobody, unless their user ids contradict each other.
        """
        known = self._contacts_by_id
        if found := known.get(user_id) or known.get(phone):
            return found
        if len(self.contacts) == 1 and (is_only_item or not (phone or user_id)):
            only = self.contacts[0]
            theirs = ident(only.get("user_id"))
            if not (theirs and user_id):
                return only
        return {}

    def person(
        self, phone: Any, user_id: Any, parent_id: Any = None, *, is_only_item: bool = False
    ) -> PersonRef:
        """Return the person behind an item. Raises BadShape if nothing identifies one."""
        phone, user_id, parent_id = ident(phone), ident(user_id), ident(parent_id)
        contact = self.contact(phone, user_id, is_only_item=is_only_item)
        profile = mapping(contact.get("profile"))
        identities = identities_of(
            phone or ident(contact.get("wa_id")),
            user_id or ident(contact.get("user_id")),
            parent_id or ident(contact.get("parent_user_id")),
        )
        if not identities:
            raise BadShape("nobody is named as the other side")
        return PersonRef(
            identities=identities,
            name=name(profile.get("name")),
            username=name(profile.get("username")).lstrip("@"),
        )


def identities_of(phone: str, user_id: str, parent_id: str = "") -> tuple[IdentityRef, ...]:
    """Return the identities that are known, the strongest first: user id, parent user id, phone."""
    found = []
    if user_id:
        found.append(IdentityRef(IdentityKind.WA_BSUID, user_id))
    if parent_id:
        found.append(IdentityRef(IdentityKind.WA_PARENT_BSUID, parent_id))
    if phone:
        found.append(IdentityRef(IdentityKind.WA_PHONE, phone))
    return tuple(found)


def faults(holder: Json) -> Iterator[ProviderFault]:
    """Give the well-formed errors of a message, a status or a value."""
    errors = holder.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict) and (code := label(error.get("code"))):
            # The details stand inside or, in older errors, beside the code.
            inner = mapping(error.get("error_data")).get("details")
            details = text(inner, 1000) or text(error.get("details"), 1000)
            message = text(error.get("message"), 1000)
            yield ProviderFault(
                code=code,
                title=text(error.get("title"), 300) or message[:300],
                detail=details or message,
            )
