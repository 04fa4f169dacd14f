"""A report as a file: what its page shows, with numbers that a spreadsheet can go on with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from contacts.dossier import latin
from contacts.imports.exporting import csv_pieces, workbook_pieces
from inbox.reports.shapes import Figure, Sheet

UNITS = {"n": "", "s": "s", "%": "%", "nota": ""}


def lines_of(title: str, figures: Sequence[Figure], sheets: Sequence[Sheet]) -> Iterator[list[Any]]:
    """Return a report line by line: the numbers with what they mean, then each table."""
    yield [title]
    yield []
    yield [_("Número"), _("Valor"), _("Unidade"), _("O que é")]
    for one in figures:
        yield [one.label, one.raw, UNITS[one.unit], one.words]
    for sheet in sheets:
        yield []
        yield [sheet.title]
        yield list(sheet.columns)
        for part in sheet.parts:
            yield [part.name, *(cell.raw for cell in part.cells)]


def as_csv(lines: Iterator[list[Any]]) -> Iterator[str]:
    """Write what Excel in Brazil opens by a double click."""
    return csv_pieces([_local(cell) for cell in line] for line in lines)


def as_xlsx(lines: Iterator[list[Any]], title: str) -> Iterator[bytes]:
    """Write a workbook."""
    return workbook_pieces(lines, title)


def as_pdf(title: str, figures: Sequence[Figure], sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Draw the numbers and the tables on paper. Signs the typeface lacks are left out."""
    # Imported here: it brings typefaces and pictures along, which no other request needs.
    from fpdf import FPDF
    from fpdf.fonts import FontFace

    pdf = FPDF(orientation="landscape")
    pdf.set_auto_page_break(auto=True, margin=12)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 15)
    pdf.multi_cell(0, 9, latin(title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=9)
    bold = FontFace(emphasis="BOLD", fill_color=(232, 240, 238))

    def draw(heading: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        with pdf.table(
            col_widths=tuple(widths), headings_style=bold, line_height=5, text_align="LEFT"
        ) as table:
            for row in (heading, *rows):
                table.row([latin(cell) for cell in row])
        pdf.ln(5)

    pdf.ln(2)
    draw(
        (_("Número"), _("Valor"), _("O que é")),
        [(one.label, one.value, one.words) for one in figures],
        (30, 14, 90),
    )
    for sheet in sheets:
        # Twenty-four columns do not fit on paper; they stand in the other files.
        if not sheet.parts or len(sheet.columns) > 12:
            continue
        pdf.set_font("Helvetica", "B", 11)
        pdf.multi_cell(0, 7, latin(sheet.title), new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=9)
        rows = [(part.name, *(cell.value for cell in part.cells)) for part in sheet.parts]
        draw(sheet.columns, rows, (30, *[14] * (len(sheet.columns) - 1)))
    yield bytes(pdf.output())


def _local(cell: Any) -> Any:
    return number_format(cell, use_l10n=True) if isinstance(cell, float) else cell
