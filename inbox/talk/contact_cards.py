"""Contact cards inside a conversation, as their sender wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from common.phones import display
from contacts.masking import Lens
from contacts.models import Contact
from inbox.talk.shapes import SentContact
from providers.content import Card
from providers.tolerant import Json

ADDRESS_PARTS = ("street", "city", "state", "zip", "country")
WEB = ("https://", "http://")
OTHER_LINES = 12


def person_of(card: Card, lens: Lens, contact: Contact) -> SentContact:
    """Draw one card. Third parties' numbers are hidden from who sees none of the person's own."""
    links = [one for one in _texts(card.urls, "url") if one.startswith(WEB)]
    return SentContact(
        name=card.name or _("Sem nome"),
        phones=tuple(lens.number(contact, one) for one in _phones(card.phones)),
        emails=_texts(card.emails, "email"),
        company=_company(card.org),
        addresses=tuple(filter(None, map(_address, card.addresses))),
        # An address may hold a number ("wa.me/55...") and leads to it.
        links=tuple(links) if lens.sees(contact) else (),
        birthday=card.birthday,
        others=tuple(lens.text(contact, one) for one in _words(card.other))[:OTHER_LINES],
    )


def _texts(rows: Iterable[Json], key: str) -> tuple[str, ...]:
    return tuple(str(row[key]) for row in rows if row.get(key))


def _phones(rows: Iterable[Json]) -> Iterator[str]:
    """Give each number as it was written; only one with its country says which number it is."""
    for row in rows:
        written, wa_id = str(row.get("phone") or ""), str(row.get("wa_id") or "")
        if written.startswith("+") or (not written and wa_id):
            yield display(f"+{''.join(c for c in written or wa_id if c.isdigit())}")
        elif written:
            yield written


def _company(org: Json) -> str:
    return ", ".join(str(org[key]) for key in ("title", "department", "company") if org.get(key))


def _address(row: Mapping[str, Any]) -> str:
    return ", ".join(str(row[part]) for part in ADDRESS_PARTS if row.get(part))


def _words(value: Any, depth: int = 4) -> Iterator[str]:
    """Give whatever texts a card of an unknown shape holds."""
    if isinstance(value, dict | list) and depth:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _words(one, depth - 1)
    elif isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        yield str(value)
