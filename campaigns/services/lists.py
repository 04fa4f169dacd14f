"""Lists of numbers that are pasted or read from a file into a campaign."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from campaigns.errors import CampaignFixed, ListRefused
from campaigns.models import Campaign, ListedPerson
from campaigns.services.campaigns import audience_forget
from common import phones
from contacts.imports.mapping import plain
from contacts.imports.reading import rows_of, shape_of
from contacts.models import Contact, LegalBasis, Purpose
from contacts.services.consent import Fact, consent_holding, consents_record
from contacts.services.numbers import contacts_by_phone

MOST = 20_000
NUMBER_NAMES = ("telefone", "celular", "whatsapp", "phone", "numero", "fone", "contato")
NAME_NAMES = ("nome", "name", "paciente", "cliente")
COLUMN, CELL = 60, 500


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: its number as written, and its other columns by name."""

    line: int
    raw: str
    given: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a list."""

    lines: int
    bad: int
    created: int


def lines_of(file: IO[bytes]) -> list[Line]:
    """Read a list as imports read files, CSV or XLSX: one number a line, or columns under a first
    line of names. Raises ListRefused, and FileRefused and its kinds.
    """
    found = rows_of(file, shape_of(file))
    rows = [(row.line, row.cells) for row in islice(found, MOST + 1) if any(row.cells)]
    if not rows:
        raise ListRefused(_("A lista está vazia. Cole um número por linha."))
    if len(rows) > MOST:
        raise ListRefused(
            _("Cole até %(most)d linhas. Para mais, importe os contatos e use um segmento.")
            % {"most": MOST}
        )
    names = [cell.strip() for cell in rows[0][1]]
    place = _number_column(names)
    if place is None:
        return [Line(number, cells[0].strip()[:64]) for number, cells in rows]
    return [_named(number, cells, names, place) for number, cells in rows[1:]]


def pasted(text: str) -> list[Line]:
    """Read a pasted list. Raises as `lines_of`."""
    return lines_of(io.BytesIO(text.encode()))


def _number_column(names: Sequence[str]) -> int | None:
    for place, name in enumerate(names):
        if plain(name) in NUMBER_NAMES:
            return place
    return None


def _named(number: int, row: Sequence[str], names: Sequence[str], place: int) -> Line:
    given = {
        name[:COLUMN]: cell.strip()[:CELL]
        for column, (name, cell) in enumerate(zip(names, row, strict=False))
        if column != place and name and cell.strip()
    }
    return Line(number, row[place].strip()[:64] if place < len(row) else "", given)


def list_put(
    *,
    campaign: Campaign,
    actor: Membership,
    lines: Sequence[Line],
    proof: str = "",
) -> Listed:
    """Replace a campaign's list. Numbers nobody has become people; bad ones are kept and counted.

    With `proof` (how these people allowed marketing) their consent is written to the ledger.
    Raises CampaignFixed.
    """
    if not campaign.is_editable:
        raise CampaignFixed
    numbers = {one.line: phones.canonical(one.raw) for one in lines}
    names = {number: _name(one) for one in lines if (number := numbers[one.line]) is not None}
    # Outside of the transaction below: it holds a lock for each number, a thousand at a time.
    people, created = contacts_by_phone(company_id=campaign.company_id, names=names)
    rows = [
        ListedPerson(
            company_id=campaign.company_id,
            campaign=campaign,
            line=one.line,
            raw=one.raw,
            contact_id=people.get(numbers[one.line] or ""),
            given=one.given,
        )
        for one in lines
    ]
    _replace(campaign, actor, rows, people if proof else {}, proof)
    bad = sum(number is None for number in numbers.values())
    return Listed(len(lines), bad, created)


@transaction.atomic
def _replace(
    campaign: Campaign,
    actor: Membership,
    rows: Sequence[ListedPerson],
    allowing: dict[str, Any],
    proof: str,
) -> None:
    row = Campaign.unscoped.select_for_update().get(pk=campaign.pk)
    if not row.is_editable:
        raise CampaignFixed
    ListedPerson.unscoped.filter(campaign=row).delete()
    ListedPerson.unscoped.bulk_create(rows, batch_size=2000)
    if allowing:
        _allow(row, actor, allowing, proof)
    audience_forget(row)
    audit_record(
        company=row.company_id,
        actor=actor.user,
        action="campanha.lista",
        target=row,
        detail={"linhas": len(rows)},
    )


def _name(line: Line) -> str:
    for name, value in line.given.items():
        if plain(name) in NAME_NAMES:
            return value[:255]
    return ""


def _allow(row: Campaign, actor: Membership, people: dict[str, Any], proof: str) -> None:
    """Write down that people of a list allowed marketing; whoever said no stays out."""
    asked = Contact.objects.for_company(row.company_id).filter(pk__in=set(people.values()))
    unasked = asked.annotate(held=consent_holding(Purpose.MARKETING, row.channel_kind))
    now = timezone.now()
    consents_record(
        company=row.company_id,
        facts=[
            Fact(
                contact_id=pk,
                purpose=Purpose.MARKETING,
                is_granted=True,
                legal_basis=LegalBasis.CONSENT,
                source="lista de campanha",
                proof=proof,
                occurred_at=now,
                author_id=actor.pk,
            )
            for pk in unasked.filter(held=None).values_list("pk", flat=True)
        ],
    )
