"""Lists of numbers that are pasted or read from a file into a campaign."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import IO, Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from campaigns import bells
from campaigns.errors import CampaignFixed, ListRefused
from campaigns.models import Campaign, ListedPerson
from campaigns.services.campaigns import audience_forget
from common.errors import DomainError
from common.files import files_delete
from common.tasks import ring
from contacts.imports.cells import unmarked
from contacts.imports.choices import FileKind, Target
from contacts.imports.headings import HeadingRole, role_of
from contacts.imports.mapping import guess, guess_by_content, heading_row
from contacts.imports.numbers import is_made_up, phones_in
from contacts.imports.reading import Row, kind_of, rows_of, shape_of
from contacts.models import Contact, LegalBasis, Purpose
from contacts.services.consent import ConsentWord, consent_holding, consents_record
from contacts.services.numbers import contacts_by_phone

MOST = 20_000
# The whole list is held at once.
MOST_LETTERS = 16 * 1024 * 1024
SAMPLE = 20
COLUMN, CELL, RAW = 60, 500, 64
NUMBERS = (HeadingRole.PHONE, HeadingRole.NUMBER)
NAMES = (HeadingRole.FULL, HeadingRole.FIRST, HeadingRole.HOLDER)
# Places by which a list is answered for, whatever its own columns are called.
NAME_PLACE = "nome"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: its number as written, other numbers that stand there, and its other
    columns by name.
    """

    line: int
    raw: str
    given: dict[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a list."""

    lines: int
    bad: int
    created: int


# --- reading --------------------------------------------------------------------------------------


def lines_of(file: IO[bytes]) -> list[Line]:
    """Read a list as imports read files, CSV or XLSX: one number a line, or columns under a first
    line of names. Raises ListRefused, and FileRefused and its kinds.
    """
    found = rows_of(file, shape_of(file))
    rows, letters = [], 0
    for row in found:
        cells = [cell[:CELL] for cell in row.cells]
        letters += sum(map(len, cells))
        if letters > MOST_LETTERS:
            raise ListRefused(
                _("O arquivo é grande demais. Importe os contatos e use um segmento.")
            )
        if any(cells):
            rows.append(Row(row.line, cells))
        if len(rows) > MOST:
            break
    if not rows:
        raise ListRefused(_("A lista está vazia. Cole um número por linha."))
    if len(rows) > MOST:
        raise ListRefused(
            _("Cole até %(most)d linhas. Para mais, importe os contatos e use um segmento.")
            % {"most": MOST}
        )
    first = [row.cells for row in rows[:SAMPLE]]
    at = heading_row(first)
    if at is not None:
        names = [cell.strip() for cell in first[at]]
        # A first line that names nothing we know is somebody's, with a slip in the number.
        is_heading = any(
            role_of(name) not in (HeadingRole.OTHER, HeadingRole.NOTHING) for name in names
        )
        mapping = _columns(names, first[at + 1 :]) if is_heading else None
        if mapping is not None:
            return [_named(row, names, mapping) for row in rows[at + 1 :]]
    return _bare(rows, guess_by_content(first, max(map(len, first))))


def pasted(text: str) -> list[Line]:
    """Read a pasted list. Raises as `lines_of`."""
    return lines_of(io.BytesIO(text.encode()))


def line_of(number: int, row: dict[str, Any]) -> Line:
    """Return an integration's object as a line: its number under any name of one."""
    texts = {str(name)[:COLUMN]: str(value)[:CELL] for name, value in row.items()}
    for role in NUMBERS:
        for name in texts:
            if role_of(name) == role:
                raw = texts.pop(name)
                return _split(Line(number, raw, texts))
    return Line(number, "", texts)


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str] | None:
    """Return what the columns hold, None when none is the number's."""
    mapping = guess(names, rows)
    if Target.PHONE in mapping:
        return mapping
    # A heading that says it clearly holds, also over numbers that are none.
    roles = [role_of(name) for name in names]
    place = next((roles.index(role) for role in NUMBERS if role in roles), None)
    if place is None:
        return None
    mapping[place] = Target.PHONE.value
    return mapping


def _named(row: Row, names: Sequence[str], mapping: Sequence[str]) -> Line:
    """Return a line under headings; its first number counts, others are kept with it."""
    raws: list[str] = []
    given: dict[str, str] = {}
    parts: dict[str, list[str]] = {Target.NAME.value: [], Target.SURNAME.value: []}
    for name, target, cell in zip(names, mapping, row.cells, strict=False):
        text = _cell(cell)
        if not text:
            continue
        if target == Target.PHONE:
            raws.append(text)
            continue
        if name:
            given[_free(given, name[:COLUMN])] = text[:CELL]
        if target in parts:
            parts[target].append(text)
    whole = " ".join((*parts[Target.NAME], *parts[Target.SURNAME]))[:CELL]
    if whole and not any(key.casefold() == NAME_PLACE for key in given):
        # `{nome}` is filled whatever the column is called.
        given[NAME_PLACE] = whole
    first, *others = raws or [""]
    line = _split(Line(row.line, first, given))
    more = [number for other in others for number in phones_in(other)[0]]
    return replace(line, more=(*line.more, *more))


def _bare(rows: Sequence[Row], mapping: Sequence[str]) -> list[Line]:
    """Return lines without headings: cells that are all numbers are a person each."""
    place = mapping.index(Target.PHONE) if Target.PHONE in mapping else 0
    found: list[Line] = []
    for row in rows:
        cells = [_cell(cell) for cell in row.cells]
        said = [cell for cell in cells if cell]
        numbers = [_numbers(cell) for cell in said]
        if all(numbers):
            found += [Line(row.line, number) for number in dict.fromkeys(chain(*numbers))]
            continue
        raw = cells[place] if place < len(cells) else ""
        name = next(
            (
                cell
                for cell, target in zip(cells, mapping, strict=False)
                if target == Target.NAME and cell
            ),
            "",
        )
        found.append(_split(Line(row.line, raw, {NAME_PLACE: name[:CELL]} if name else {})))
    if len({line.line for line in found}) == len(found):
        return found
    # Several people stand on a line: they are counted through.
    return [replace(line, line=number) for number, line in enumerate(found, 1)]


def _numbers(cell: str) -> list[str]:
    """Return the numbers of a cell that holds nothing else, as written where it is one."""
    found, _rest = phones_in(cell)
    if len(found) < 2:
        return [cell] if found else []
    is_plain = not any(c.isalpha() for c in cell)
    return found if is_plain else []


def _split(line: Line) -> Line:
    """Tell a line's first number from the others in its cell."""
    found = [number for number in phones_in(line.raw)[0] if not is_made_up(number)]
    if len(found) < 2:
        return line
    return replace(line, more=tuple(found[1:]))


def _cell(cell: str) -> str:
    text = cell.strip()
    return unmarked(text) if text[:1] in ("'", "=") else text


def _free(given: dict[str, str], name: str) -> str:
    """Return a name that no column of the line has yet."""
    if name not in given:
        return name
    number = next(n for n in range(2, 1000) if f"{name[:52]} ({n})" not in given)
    return f"{name[:52]} ({number})"


# --- writing --------------------------------------------------------------------------------------


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
    numbers = {one.line: _number(one) for one in lines}
    names: dict[str, str] = {}
    for one in lines:
        if (number := numbers[one.line]) is not None:
            names[number] = names.get(number) or _name(one)
    # Outside of the transaction below: it holds a lock for each number, a thousand at a time.
    people, created = contacts_by_phone(company_id=campaign.company_id, names=names)
    rows = [
        ListedPerson(
            company_id=campaign.company_id,
            campaign=campaign,
            line=one.line,
            raw=one.raw[:RAW],
            phone=(numbers[one.line] or "")[:20],
            contact_id=people.get(numbers[one.line] or ""),
            given=one.given,
            more=", ".join(one.more)[:200],
        )
        for one in lines
    ]
    _replace(campaign, actor, rows, people if proof else {}, proof)
    bad = sum(number is None for number in numbers.values())
    return Listed(len(lines), bad, created)


def _number(line: Line) -> str | None:
    found = phones_in(line.raw)[0] if line.raw else []
    return next((number for number in found if not is_made_up(number)), None)


def list_keep(*, campaign: Campaign, actor: Membership, file: File[bytes], proof: str) -> None:
    """Keep a workbook for a worker to read into the campaign's list; until then no audience is
    frozen. Raises CampaignFixed, FileRefused and its kinds.
    """
    with transaction.atomic():
        row = Campaign.unscoped.select_for_update(of=("self",)).get(pk=campaign.pk)
        if not row.is_editable:
            raise CampaignFixed
        files_delete((row.list_file,))
        row.list_file.save("", file, save=False)
        row.list_wish = {"actor": str(actor.pk), "proof": proof}
        row.list_error = ""
        row.save(update_fields=["list_file", "list_wish", "list_error", "updated_at"])
        audience_forget(row)
        ring(bells.LIST, str(row.company_id), str(row.pk))


def list_forget(*, campaign: Campaign) -> None:
    """Let go of a workbook that nobody has read yet, and of what was wrong with the last one."""
    if not (campaign.list_file or campaign.list_error):
        return
    with transaction.atomic():
        row = Campaign.unscoped.select_for_update(of=("self",)).get(pk=campaign.pk)
        files_delete((row.list_file,))
        row.list_file, row.list_wish, row.list_error = "", None, ""
        row.save(update_fields=["list_file", "list_wish", "list_error", "updated_at"])


def list_read(*, campaign: Campaign) -> None:
    """Read a workbook that waits into the campaign's list, or keep the sentence that says why it
    cannot be. Rung twice, it replaces the list by itself.
    """
    if not campaign.list_file:
        return
    wish, name, error = campaign.list_wish or {"actor": None}, campaign.list_file.name, ""
    known = Membership.objects.for_company(campaign.company_id)
    actor = known.filter(pk=wish["actor"]).first() if wish["actor"] else None
    try:
        if actor is None:
            raise ListRefused
        with campaign.list_file.open("rb") as file:
            lines = lines_of(file.file)
        list_put(campaign=campaign, actor=actor, lines=lines, proof=wish.get("proof", ""))
    except DomainError as refused:
        error = str(refused.detail)[:300]
    except FileNotFoundError:
        # Another worker read it first.
        return
    file = campaign.list_file
    waiting = Campaign.unscoped.filter(pk=campaign.pk, list_file=name)
    with transaction.atomic():
        waiting.update(list_file="", list_wish=None, list_error=error, updated_at=timezone.now())
        files_delete((file,))


def is_workbook(file: IO[bytes]) -> bool:
    """Whether a list is one that a worker must read. Raises FileRefused and its kinds."""
    return kind_of(file) == FileKind.XLSX


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
    for role in NAMES:
        for name, value in line.given.items():
            if role_of(name) == role:
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
            ConsentWord(
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
