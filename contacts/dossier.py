"""Everything about one person in one archive: JSON for machines, PDF for people, and the files
(LGPD arts. 18 and 19: access and portability).
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import orjson
from django.core.files.storage import Storage
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.holdings import Holding, everyone_in, holdings
from contacts.models import Contact

# Beyond this the archive is built on disk.
IN_MEMORY = 8 * 2**20
NEVER = frozenset({"company", "hash"})


def dossier_build(contact: Contact) -> IO[bytes]:
    """Return the archive, at its beginning; the caller closes it."""
    archive = tempfile.SpooledTemporaryFile(IN_MEMORY)
    data = dossier_data(contact)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("dados.json", orjson.dumps(data, option=orjson.OPT_INDENT_2))
        bundle.writestr("dados.pdf", _pdf(data))
        for name, storage, path in _files(contact):
            with storage.open(path) as file, bundle.open(f"arquivos/{name}", "w") as entry:
                while chunk := file.read(2**16):
                    entry.write(chunk)
    archive.seek(0)
    return archive


def dossier_data(contact: Contact) -> dict[str, Any]:
    """Return what is held of a person: for each table its rows, column by column."""
    people = everyone_in(contact)
    return {
        "gerado_em": timezone.now().isoformat(),
        "contato": str(contact.pk),
        "dados": {one.title: [_row(one, row) for row in one.rows(people)] for one in holdings},
    }


def _row(holding: Holding, row: Model) -> dict[str, Any]:
    shown = {}
    for column in row._meta.concrete_fields:
        if column.name in holding.hidden or column.name in NEVER:
            continue
        value = getattr(row, column.attname)
        shown[column.name] = _plain(value)
    return shown


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | dict | list | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _files(contact: Contact) -> Iterator[tuple[str, Storage, str]]:
    people = everyone_in(contact)
    for holding in holdings:
        if not holding.files:
            continue
        for row in holding.rows(people):
            file = getattr(row, holding.files)
            if file and file.storage.exists(file.name):
                own = str(getattr(row, "filename", "") or "").replace("/", "_").replace("\\", "_")
                yield f"{row.pk}-{own}".rstrip("-"), file.storage, file.name


def _pdf(data: dict[str, Any]) -> bytes:
    """Draw the rows as a document one can read. Signs the typeface lacks are left out; they stand
    in the JSON.
    """
    # Imported here: it brings typefaces and pictures along, which no other request needs.
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_auto_page_break(auto=True, margin=15)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 16)
    pdf.multi_cell(0, 9, latin(_("Dados guardados sobre você")), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=9)
    when = date_format(timezone.localtime(), "d/m/Y H:i")
    pdf.multi_cell(0, 6, latin(_("Gerado em %s") % when), new_x="LMARGIN", new_y="NEXT")
    for name, rows in data["dados"].items():
        if not rows:
            continue
        pdf.ln(3)
        pdf.set_font("Helvetica", "B", 12)
        title = f"{name[:1].upper()}{name[1:]} ({len(rows)})"
        pdf.multi_cell(0, 8, latin(title), new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=9)
        for row in rows:
            said = "; ".join(f"{key}: {value}" for key, value in row.items() if value not in _EMPTY)
            pdf.multi_cell(0, 5, latin(said), new_x="LMARGIN", new_y="NEXT")
            pdf.ln(1)
    return bytes(pdf.output())


_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def latin(text: str) -> str:
    """Leave out the signs that the typefaces of every PDF program lack."""
    return text.encode("latin-1", "ignore").decode("latin-1")
