"""Files as clinics have them, and as attackers make them."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from contacts.imports import mapping
from contacts.imports.choices import FileKind
from contacts.imports.mapping import UNCOUNTED
from contacts.imports.reading import (
    FileEmpty,
    FileOld,
    FileUnsafe,
    ImportFileRefused,
    rows_of,
    shape_of,
)
from tests.contacts.importing import csv_of, xlsx_of

ROWS = [("Nome", "Celular"), ("João Açaí", "41 99888-7777")]
XML = b'<?xml version="1.0"?>'
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def read(content: bytes) -> list[tuple[int, list[str], str]]:
    file = io.BytesIO(content)
    return [(row.line, row.cells, row.problem) for row in rows_of(file, shape_of(file))]


def cells(content: bytes) -> list[list[str]]:
    return [row for _line, row, problem in read(content) if not problem]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_whatever_it_was_saved_as(encoding, delimiter):
    content = csv_of(ROWS, encoding=encoding, delimiter=delimiter)
    assert cells(content) == [list(row) for row in ROWS]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(end):
    assert cells(f"Nome;Celular{end}Lia;1{end}".encode()) == [["Nome", "Celular"], ["Lia", "1"]]


def test_excels_own_first_line_names_the_delimiter():
    assert cells(b"sep=,\nNome,a;b;c\nLia,1;2;3\n") == [["Nome", "a;b;c"], ["Lia", "1;2;3"]]


def test_quoted_breaks_and_delimiters_belong_to_their_cell():
    content = 'Nome;Obs\n"Lia";"linha 1\nlinha 2; ""aspas"""\nZé;x\n'.encode()
    assert read(content)[1:] == [
        (2, ["Lia", 'linha 1\nlinha 2; "aspas"'], ""),
        (3, ["Zé", "x"], ""),
    ]


def test_a_quote_that_never_closes_costs_its_row_only():
    rows = b"".join(b"P%d;1\n" % number for number in range(1000))
    found = read(b'Nome;Cel\n"Lia;1\n' + rows)
    assert found[1] == (2, [], "linha_ilegivel")
    assert [line for line, _cells, _problem in found[2:]] == list(range(3, 1003))


def test_blank_lines_count_and_are_no_rows():
    assert [line for line, *_rest in read(b"Nome;Cel\n\n;;\nLia;1\n")] == [1, 4]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (b" \n \n", FileEmpty),
        (b"%PDF-1.7\n", ImportFileRefused),
        (b"<html><table>", ImportFileRefused),
        (b"Nome;\0\0\0", ImportFileRefused),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileOld),
        (b"PK\x03\x04 nada", ImportFileRefused),
        (b"\xff\xfeN\0o\0m\0e\0\n\0\0\xd8", ImportFileRefused),
    ],
)
def test_what_is_no_list_is_refused(content, refusal):
    with pytest.raises(refusal):
        read(content)


# --- workbooks ------------------------------------------------------------------------------------


def test_cells_of_a_workbook_are_read_as_people_see_them():
    content = xlsx_of(
        [
            ("Nome", "Celular", "Nascimento", "Quando", "Aceita", "Nota"),
            ("Lia", 41998887777, date(1980, 1, 2), MOMENT, True, 4.5),
            ("=1+1", 41998887777.0, None, None, False, None),
        ]
    )
    assert cells(content)[1:] == [
        ["Lia", "41998887777", "02/01/1980", "02/01/2026 03:04", "sim", "4.5"],
        [UNCOUNTED, "41998887777", "", "", "não"],
    ]
    assert shape_of(io.BytesIO(content)).kind == FileKind.XLSX


KINDS = b"application/vnd.openxmlformats-officedocument.spreadsheetml."
PACKAGE = b"http://schemas.openxmlformats.org/package/2006/"
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def part(name: bytes, kind: bytes) -> bytes:
    return b'<Override PartName="/xl/%s" ContentType="%s%s+xml"/>' % (name, KINDS, kind)


def workbook(sheet: bytes, **parts: bytes) -> bytes:
    """Make a workbook of one sheet by hand; parts replace or add members."""
    listed = (
        part(b"workbook.xml", b"sheet.main")
        + part(b"worksheets/a.xml", b"worksheet")
        + part(b"sharedStrings.xml", b"sharedStrings") * ("xl/sharedStrings.xml" in parts)
    )
    members = {
        "[Content_Types].xml": XML
        + b'<Types xmlns="%scontent-types">%s</Types>' % (PACKAGE, listed),
        "xl/workbook.xml": XML
        + b"<workbook %s xmlns:r='%s'>" % (MAIN, OFFICE)
        + b'<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": XML
        + b'<Relationships xmlns="%srelationships">' % PACKAGE
        + b'<Relationship Id="r1" Target="worksheets/a.xml" Type="%s/worksheet"/>' % OFFICE
        + b"</Relationships>",
        "xl/worksheets/a.xml": sheet,
        **parts,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def sheet(rows: bytes) -> bytes:
    return XML + b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (MAIN, rows)


MOMENT = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001  (sheets know no zones)
CELL = b'<c r="A1" t="inlineStr"><is><t>Lia</t></is></c>'


def test_a_workbook_made_by_hand_is_read():
    assert cells(workbook(sheet(b'<row r="1">%s</row>' % CELL))) == [["Lia"]]


def texts(count: int) -> bytes:
    """Make a workbook whose cells point into a table of texts, as Excel writes them."""
    table = b"".join(b"<si><r><t>Pessoa </t></r><r><t>%d</t></r></si>" % n for n in range(count))
    rows = b"".join(
        b'<row r="%d" ht="15" customHeight="1"><c r="A%d" t="s"><v>%d</v></c></row>'
        % (n + 1, n + 1, n)
        for n in range(count)
    )
    shared = XML + b"<sst %s>%s</sst>" % (MAIN, table)
    return workbook(sheet(rows), **{"xl/sharedStrings.xml": shared})


def test_shared_texts_are_looked_up():
    assert cells(texts(3)) == [["Pessoa 0"], ["Pessoa 1"], ["Pessoa 2"]]


@pytest.mark.parametrize("place", ["3", "-1", "x", "99999999999"])
def test_a_text_that_is_not_in_the_table_costs_its_row(place):
    content = texts(3)
    row = b'<row r="1"><c r="A1" t="s"><v>%s</v></c></row>' % place.encode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = archive.read("xl/sharedStrings.xml")
    found = read(workbook(sheet(row), **{"xl/sharedStrings.xml": shared}))
    assert found == [(1, [], "linha_ilegivel")]


@pytest.mark.parametrize("number", ["99999999999999", "0", "-3", "x", "9" * 5000])
def test_a_row_of_an_impossible_number_is_one_refusal(number):
    rows = b'<row r="%s">%s</row>' % (number.encode(), CELL.replace(b' r="A1"', b""))
    found = read(workbook(sheet(rows)))
    assert len(found) == 1 and found[0][2] == "linha_ilegivel"


def test_a_cell_far_to_the_right_makes_no_wide_rows():
    rows = b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'
    assert read(workbook(sheet(rows)))[0][2] == "linha_ilegivel"


ENTITY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("doctype", [ENTITY, LAUGHS, b"<!DOCTYPE x>"])
@pytest.mark.parametrize("part", ["xl/worksheets/a.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_external_and_multiplied_entities_are_refused(doctype, part):
    body = sheet(b'<row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row>')
    content = workbook(sheet(b""), **{part: body.replace(XML, XML + doctype)})
    assert_refused_at_once(content)


def test_an_entity_behind_a_long_comment_is_refused():
    comment = b"<!--%s-->" % (b"x" * 300_000)
    assert_refused_at_once(workbook(sheet(b"").replace(XML, XML + comment + ENTITY)))


def assert_refused_at_once(content: bytes) -> None:
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(FileUnsafe):
        shape_of(io.BytesIO(content))
    seconds, (_now, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds <= 1 and peak < 20 * 1024 * 1024


def bomb(gigabytes: int) -> bytes:
    """Make a workbook whose sheet says it unpacks to so much: one packed piece, many times."""
    content = io.BytesIO(workbook(b" " * 50 * 1024 * 1024))
    data = bytearray(content.getvalue())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("xl/worksheets/a.xml").file_size
    told = struct.pack("<L", size)
    return bytes(data).replace(told, struct.pack("<L", min(gigabytes * 1024**3, 2**32 - 2)))


@pytest.mark.parametrize("gigabytes", [0, 2, 4])
def test_a_bomb_is_refused_before_it_is_unpacked(gigabytes):
    content = bomb(gigabytes) if gigabytes else workbook(b" " * 50 * 1024 * 1024)
    assert_refused_at_once(content)


def test_an_archive_of_a_hundred_thousand_parts_is_refused_before_they_are_listed():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(70_000):
            archive.writestr(str(number), b"")
    assert_refused_at_once(content.getvalue())


def test_a_sheet_that_lies_about_its_size_gives_no_more_than_it_said():
    content = workbook(sheet(b'<row r="1">%s</row>' % CELL * 50))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/a.xml").file_size
    lying = content.replace(struct.pack("<L", size), struct.pack("<L", 200))
    with pytest.raises(ImportFileRefused):
        read(lying)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "texts"])
def test_memory_does_not_grow_with_the_file(kind):
    def peak(count: int) -> int:
        rows = [("Nome", "Celular"), *((f"Pessoa {n}", f"4199{n:07d}") for n in range(count))]
        make = {"csv": csv_of, "xlsx": xlsx_of, "texts": lambda rows: texts(len(rows))}[kind]
        file = io.BytesIO(make(rows))
        shape = shape_of(file)
        tracemalloc.start()
        assert sum(1 for _row in rows_of(file, shape)) == count + 1
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = peak(500), peak(5000)
    assert many < few + 600_000


# --- guesses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Nome", "nome"), ("NOME COMPLETO", "nome"), ("Nome do paciente", "nome"),
        ("Paciente", "nome"), ("Telefone", "telefone"), ("Celular", "telefone"),
        ("Tel.", "telefone"), ("WhatsApp", "telefone"), ("Nº do celular", "telefone"),
        ("fone_residencial", "telefone"), ("E-mail", "email"), ("email", "email"),
        ("Etiquetas", "etiquetas"), ("Tags", "etiquetas"), ("Situação", "situacao"),
        ("Observações", "observacoes"), ("Obs", "observacoes"),
        ("Aceita marketing", "marketing"), ("opt-in", "marketing"),
        ("Data de nascimento", "adicional"), ("CPF", "adicional"), ("Nome da mãe", "adicional"),
        ("Telefone do responsável", "adicional"), ("Convênio", "adicional"), ("", ""),
        ("Último contato", ""), ("Número", "adicional"),
    ],
)  # fmt: skip
def test_a_heading_is_guessed(header: str, target: str):
    assert mapping.guess([header]) == [target]


def test_only_one_column_is_the_name():
    assert mapping.guess(["Nome", "Cliente", "E-mail", "Email 2"]) == [
        "nome", "adicional", "email", "adicional",
    ]  # fmt: skip


def test_without_a_heading_the_content_tells():
    rows: list[Any] = [["Lia", "41 99888-7777", "lia@exemplo.example", "7"]] * 2
    assert not mapping.is_heading(rows[0])
    assert mapping.guess_by_content(rows, 4) == ["nome", "telefone", "email", ""]
