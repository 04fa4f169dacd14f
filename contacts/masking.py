"""What attendants see of phones, CPF and other documents: masked, until they ask for them, which is
written down (LGPD arts. 6, III and X, and 46).

One rule for pages and API: managers see all, attendants where their company says so
(`Company.attendants_see_private`) or whom they asked for in the last minutes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common import phones
from common.errors import DomainError
from common.ids import id_from
from contacts.hiding import places_hidden, text_masked
from contacts.imports.mapping import plain
from contacts.models import Contact, ContactView, ViewPlace
from contacts.refs import PHONE_KINDS, IdentityKind
from contacts.services.viewing import view_record

STARS = "**"
REVEALED_FOR = timedelta(minutes=15)
# Names of fields whose value is a document or a number, whatever it looks like.
PRIVATE = re.compile(
    r"\b(cpf|rg|cns|cnh|pis|nis|sus|passaporte|documento|doc|identidade|carteirinha|carteira"
    r"|matricula|telefones?|tel|fone|celular|whats\w*|phone|mobile|recado)\b"
)


@dataclass(frozen=True, slots=True)
class Lens:
    """How one reader sees people's numbers."""

    is_clear: bool = True
    revealed: frozenset[UUID] = frozenset()

    def sees(self, contact: Contact) -> bool:
        """Whether the person's numbers are shown in full."""
        return self.is_clear or contact.pk in self.revealed

    def phone(self, contact: Contact) -> str:
        """Return the person's phone as people read it, "" without one."""
        if not contact.phone:
            return ""
        return (phones.display if self.sees(contact) else phones.masked)(contact.phone)

    def identity(self, contact: Contact, kind: str, value: str) -> str:
        """Return what a provider calls the person; numbers and e-mail addresses are masked."""
        if self.sees(contact):
            return value
        if kind == IdentityKind.EMAIL:
            return email_masked(value)
        if kind not in PHONE_KINDS:
            return value
        return phones.masked(f"+{value.removeprefix('+')}")

    def email(self, contact: Contact, address: str) -> str:
        """Return an e-mail address that came from or went to the person."""
        return address if self.sees(contact) else email_masked(address)

    def number(self, contact: Contact, written: str) -> str:
        """Return somebody else's number that came from or went to the person, in any spelling."""
        return written if self.sees(contact) else number_masked(written)

    def text(self, contact: Contact, text: str) -> str:
        """Return what staff wrote of the person, numbers in it masked."""
        return text if self.sees(contact) else text_masked(text)

    def custom(self, contact: Contact) -> dict[str, Any]:
        """Return the person's additional fields, numbers in them masked."""
        shown = contact.custom
        return shown if self.sees(contact) else {k: _masked(k, v) for k, v in shown.items()}


CLEAR = Lens()


def lens_of(reader: Membership) -> Lens:
    """Return how somebody sees people's numbers now."""
    if reader.sees_numbers:
        return CLEAR
    looks = ContactView.objects.for_company(reader.company_id).filter(
        membership=reader,
        place=ViewPlace.REVEAL,
        pk__gte=id_from(timezone.now() - REVEALED_FOR),
    )
    shown = [pk for look in looks.values_list("contacts", flat=True) for pk in look]
    return Lens(is_clear=False, revealed=frozenset(shown))


def contact_reveal(*, contact: Contact, reader: Membership) -> None:
    """Show a person's numbers to a reader for REVEALED_FOR, and write down that they asked."""
    view_record(reader=reader, place=ViewPlace.REVEAL, contacts=[contact.pk])


def custom_restored(given: Mapping[str, Any], *, contact: Contact, lens: Lens) -> dict[str, Any]:
    """Return additional fields as a reader sent them, with what they were shown masked as it is
    stored: who saves a page as it was shown loses nothing.
    """
    shown, stored = lens.custom(contact), contact.custom
    return {
        name: stored[name] if name in stored and shown[name] == value else value
        for name, value in given.items()
    }


class StillHidden(DomainError):
    """A line with hidden numbers was changed, and what is behind the stars would be lost."""

    code = "dado_oculto"
    status = 400
    message = _("Clique em Revelar antes de mudar uma linha com números ocultos.")


def text_restored(given: str, *, contact: Contact, lens: Lens) -> str:
    """Return the person's notes as a reader sent them, each line they were shown masked as it is
    stored. Raises StillHidden.
    """
    stored = contact.notes
    if lens.sees(contact) or text_masked(stored) == stored:
        return given
    real = {text_masked(line).strip(): line for line in stored.splitlines()}
    lines = given.splitlines()
    if any(STARS in line and line.strip() not in real for line in lines):
        raise StillHidden
    return "\n".join(real.get(line.strip(), line) for line in lines)


def email_masked(address: str) -> str:
    """Return an address with the name before its @ masked but for the first letter: whose server it
    is says nothing of the person.
    """
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{STARS}@{domain}" if at else address


def number_masked(written: str) -> str:
    """Return a number, known by its field to be one, with all but its end masked."""
    number = phones.canonical(written)
    return phones.masked(number) if number else _starred(written, 4)


def _masked(name: str, value: Any) -> Any:
    is_private = bool(PRIVATE.search(plain(name)))
    if isinstance(value, Mapping):
        return {
            key: _masked(f"{name} {key}" if is_private else key, one) for key, one in value.items()
        }
    if isinstance(value, list):
        return [_masked(name, one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if is_private:
        return _starred(str(value), 2)
    if isinstance(value, str):
        return text_masked(value)
    shown = text_masked(str(value))
    return value if shown == str(value) else shown


def _starred(written: str, kept: int) -> str:
    hidden = places_hidden(written, kept)
    return "".join("*" if place in hidden else one for place, one in enumerate(written))
