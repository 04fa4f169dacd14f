"""People into files: what a list shows, in constant memory, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Func, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common import phones
from common.errors import DomainError
from common.zones import zone_named
from contacts.imports.choices import FileKind
from contacts.models import Contact, Purpose, Tag, ViewPlace
from contacts.services.consent import consent_holding
from contacts.services.viewing import view_record

# A workbook is written whole before the first byte leaves: beyond this a browser waits too long.
XLSX_ROWS = 100_000
CUSTOM_COLUMNS = 100
CHUNK = 2000
NOTED = 10_000
PIECE = 256 * 1024
BOM = "﻿"
# What makes a spreadsheet take a text for a formula (OWASP, CSV injection), also behind letters
# that nobody sees.
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)
# Digits that a spreadsheet would take for a number or a day, and so change: a record 000123, a card
# of sixteen, 12E3, 1/2; and numbers abroad, which begin like a formula.
CHANGED = re.compile(r"0\d+|\d{12,}|\d+[eE]\d+|\d{1,4}[-/]\d{1,4}|\+[\d ().-]+")
# No XML holds these.
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FIELDS = (
    *("name", "phone", "email", "status", "notes", "custom", "last_contact_at", "created_at"),
    "company__time_zone",
)


class TooManyForXlsx(DomainError):
    """More rows than a workbook is made of while somebody waits."""

    code = "linhas_demais"

    @property
    def message(self) -> str:
        """Say what to do."""
        return _("São pessoas demais para uma planilha do Excel. Exporte em CSV ou filtre a lista.")


def contacts_export(
    *,
    rows: QuerySet[Contact],
    kind: FileKind,
    actor: Any,
    readers: Mapping[Any, Membership],
    filters: Sequence[str],
    address: Any,
) -> Iterator[str] | Iterator[bytes]:
    """Return the people of a query as a file, and write down who took how many of them, and whom.
    `readers` tells who the actor is in each company; the platform's owner is nobody's colleague.

    It comes in pieces; those of a CSV are made as they are taken. The audit names filters, never
    what was searched for. Raises TooManyForXlsx.
    """
    plain = rows.prefetch_related(None).order_by("-pk")
    counts = list(plain.order_by().values_list("company_id").annotate(Count("pk")))
    if kind == FileKind.XLSX and sum(count for _company, count in counts) > XLSX_ROWS:
        raise TooManyForXlsx
    for company_id, count in counts:
        audit_record(
            company=company_id,
            actor=actor,
            action="contato.exportado",
            detail={"formato": kind.value, "pessoas": count, "filtros": sorted(filters)},
            address=address,
        )
        if company_id in readers:
            _note(readers[company_id], plain.filter(company_id=company_id))
    lines = _lines(plain)
    if kind == FileKind.CSV:
        return csv_pieces(lines)
    return workbook_pieces(lines, _("Contatos"))


def _note(reader: Membership, rows: QuerySet[Contact]) -> None:
    """Write down everybody who is in the file, before anything of it leaves."""
    taken = rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=NOTED)
    while whom := list(islice(taken, NOTED)):
        view_record(reader=reader, place=ViewPlace.EXPORT, contacts=whom)


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet might run a text."""
    first = text[:1]
    if first.isalnum():
        return False
    return first in ("\t", "\r", "\n", "\0") or UNSEEN.sub("", text[:50]).startswith(DANGEROUS)


def harmless(text: str) -> str:
    """Return a text for a CSV, which a spreadsheet shows as it is and neither runs nor changes."""
    if CHANGED.fullmatch(text):
        return f'="{text}"'
    return f"'{text}" if is_dangerous(text) else text


def _lines(rows: QuerySet[Contact]) -> Iterator[list[str]]:
    keys = _custom_keys(rows)
    # Now, in the reader's language: the rest is made when the request is over.
    heading = [
        *(_("Nome"), _("Telefone"), _("E-mail"), _("Situação"), _("Etiquetas")),
        *(_("Aceita marketing"), _("Último contato"), _("Cadastro"), _("Observações")),
        *keys,
    ]
    answers = {True: _("sim"), False: _("não"), None: ""}
    statuses = {value: str(label) for value, label in Contact.Status.choices}
    tags = Tag.unscoped.filter(contacts=OuterRef("pk")).order_by("name").values("name")
    read = rows.annotate(
        marketing_holds=consent_holding(Purpose.MARKETING), tag_names=ArraySubquery(tags)
    ).values_list(*FIELDS, "tag_names", "marketing_holds")

    def cells() -> Iterator[list[str]]:
        for row in read.iterator(chunk_size=CHUNK):
            yield _cells(row, keys, answers, statuses)

    return chain([heading], cells())


def _cells(row: Any, keys: list[str], answers: Any, statuses: Any) -> list[str]:
    name, phone, email, status, notes, custom, last, created, clock, tags, holds = row
    zone = zone_named(clock)
    return [
        *(name, phones.display(phone) if phone else "", email, statuses.get(status, status)),
        *("; ".join(tags), answers[holds], _moment(last, zone), _moment(created, zone), notes),
        *(_custom(custom.get(key)) for key in keys),
    ]


def _custom_keys(rows: QuerySet[Contact]) -> list[str]:
    names = rows.order_by().annotate(key=Func("custom", function="jsonb_object_keys"))
    return sorted(names.values_list("key", flat=True).distinct()[:CUSTOM_COLUMNS])


def _custom(value: Any) -> str:
    return "" if value is None else str(value)


def _moment(moment: Any, zone: ZoneInfo) -> str:
    # By the clock of the person's clinic: a list may hold people of several.
    return f"{moment.astimezone(zone):%d/%m/%Y %H:%M}" if moment else ""


def csv_pieces(lines: Iterator[Sequence[Any]]) -> Iterator[str]:
    """Write what Excel in Brazil opens by a double click: semicolons, and a mark for UTF-8. Nothing
    in it runs or loses digits there.
    """
    buffer = io.StringIO()
    write: Callable[[list[Any]], Any] = csv.writer(buffer, delimiter=";").writerow
    buffer.write(BOM)
    while some := list(islice(lines, CHUNK)):
        for line in some:
            write([harmless(cell) if isinstance(cell, str) else cell for cell in line])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def workbook_pieces(lines: Iterator[Sequence[Any]], title: str) -> Iterator[bytes]:
    """Write a workbook with one sheet; texts stay texts, numbers numbers."""
    return _pieces(_xlsx(lines, title))


def _xlsx(lines: Iterator[Sequence[Any]], title: str) -> IO[bytes]:
    # Imported here: it loads numpy along, which web processes do without until somebody asks.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)

    def cell(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        text = ILLEGAL.sub("", text)[:32_767]
        if not text or text[0].isalnum():
            return text
        # A string by its type, whatever it begins with; the prefix keeps it one when it is edited.
        made = WriteOnlyCell(sheet, value="")
        made._value, made.data_type = text, "s"
        if is_dangerous(text):
            made.quotePrefix = True
        return made

    for line in lines:
        sheet.append([cell(text) for text in line])
    file = tempfile.TemporaryFile()
    book.save(file)
    file.seek(0)
    return file


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
