"""How files are written: encodings, separators, titles above the table, what a sheet shows."""

from __future__ import annotations

import io
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contacts.imports.encodings import LINE_BYTES
from contacts.imports.formats import shown
from contacts.imports.jobs import FileEmpty, import_start
from contacts.imports.mapping import heading_row
from contacts.imports.reading import FileUnsafe, rows_of, shape_of
from contacts.imports.running import import_run
from contacts.imports.workbook import CELL_LETTERS, CELLS
from contacts.models import Contact, ImportJob, ImportRefusal
from tests.backoffice import Office, said, text_of
from tests.contacts.importing import csv_of, received, run, upload, xlsx_of
from tests.contacts.test_import_reading import MAIN, XML, cells, read, sheet, workbook

FILES = Path(__file__).parents[1] / "fixtures" / "imports"
PEOPLE = [
    ("Nome", "Celular", "Obs"),
    ("Sílvio Conceição", "41997110001", "ação às 9h"),
    ("JOÃO ÂNGELO", "41997110002", "não é alérgico; só à noite"),
]


@pytest.mark.parametrize(
    "encoding", ["cp1252", "cp850", "mac-roman", "utf-8", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_letters_and_separators_are_told_from_the_file(encoding: str, delimiter: str):
    content = csv_of(PEOPLE, encoding=encoding, delimiter=delimiter)
    assert cells(content) == [list(row) for row in PEOPLE]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("b08_excel_mac.csv", ["Sítio Álvaro Conceição", "(41) 99711-0070"]),
        ("b08c_utf16.csv", ["Íris Conceição", "(41) 99711-0075"]),
        ("b08d_utf16_nobom.csv", ["Íris Sem Marca", "(41) 99711-0076"]),
        ("b08e_pipe.csv", ["Pipo Barra", "(41) 99711-0077", "pipo@exemplo.example"]),
        ("b03_formula.xlsx",
         ["Gilda Parati", "41997110090", "gilda@exemplo.example", "41", "997110090"]),
        ("b17_cpf_format.xlsx",
         ["Nilo Formato", "41997220001", "01234567890", "01310-100", "12/03/1985", "14:30"]),
    ],
)  # fmt: skip
def test_a_real_file_is_read_as_it_is_seen(name: str, row: list[str]):
    assert cells((FILES / name).read_bytes())[1] == row


def test_one_odd_line_does_not_spoil_the_others():
    names = [row[0] for row in cells((FILES / "b11_mixed_encoding.csv").read_bytes())]
    assert names[1:4] == ["Inês Conceição", "José Antônio", "Mônica Ação 0"]
    assert not any("Ã" in name for name in names)


def test_what_a_person_says_of_a_file_holds():
    content = "Nome,Obs\nÍris;a,b\n".encode("mac-roman")
    shape = shape_of(io.BytesIO(content), "mac-roman", ",")
    assert [row.cells for row in rows_of(io.BytesIO(content), shape)][1] == ["Íris;a", "b"]


def test_a_line_without_an_end_costs_its_row_and_no_memory():
    content = b"Nome;Cel\nAna;1\n" + b"y" * (20 * LINE_BYTES) + b"\nIvo;2\n"
    tracemalloc.start()
    found = read(content)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(line, row, bool(problem)) for line, row, problem in found] == [
        (1, ["Nome", "Cel"], False), (2, ["Ana", "1"], False), (3, [], True),
        (4, ["Ivo", "2"], False),
    ]  # fmt: skip
    assert peak < 10 * LINE_BYTES


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(content: bytes):
    try:
        read(b"Nome;Cel\n" + content)
    except Exception as refused:  # every refusal has a code
        assert getattr(refused, "code", "")


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["Lista de Pacientes"], ["Nome", "Celular"], ["Eva", "41997110001"]], 1),
        ([["Clínica X", "", "Tel. (41) 3222-0000"], ["emitido em 01/02/2026"],
          ["Paciente", "Fone", "E-mail"], ["Eva", "41997110001", ""]], 2),
        ([["Nome", "Celular"], ["Eva", "41997110001"]], 0),
        ([["Qualquer", "Coisa"], ["Eva", "41997110001"]], 0),
        ([["Eva", "41997110001"], ["Ivo", "41997110002"]], None),
        ([["telefone"], ["41997110001"]], 0),
        ([], None),
    ],
)  # fmt: skip
def test_the_row_of_headings_is_found(rows: Any, place: int | None):
    assert heading_row(rows) == place


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        ("1234567890", "00000000000", "01234567890"), ("1310100", "00000-000", "01310-100"),
        ("1234567890", r"000\.000\.000\-00", "012.345.678-90"),
        ("41997110001", "(00) 00000-0000", "(41) 99711-0001"),
        ("4132220001", "[<=9999999999](00) 0000-0000;(00) 00000-0000", "(41) 3222-0001"),
        ("41997110001", "[<=9999999999](00) 0000-0000;(00) 00000-0000", "(41) 99711-0001"),
        ("1234.5", "[$R$-416] #,##0.00", "R$ 1.234,50"), ("0.125", "0.0%", "12,5%"),
        ("45000", "dd/mm/yyyy", "15/03/2023"), ("45000.5", "dd/mm/yyyy hh:mm", "15/03/2023 12:00"),
        ("45000", '[$-416]d" de "mmmm" de "yyyy;@', "15/03/2023"), ("0.5", "h:mm", "12:00"),
        ("1.5", "[h]:mm", "36:00"), ("4.1997110001E10", "General", "41997110001"),
        ("0.1", "General", "0.1"), ("-3", "0", "-3"), ("59", "dd/mm/yyyy", "28/02/1900"),
        ("7", "@", "7"), ("99999999999", "dd/mm/yyyy", "99999999999"),
    ],
)  # fmt: skip
def test_a_number_is_what_its_format_shows(number: str, code: str, text: str):
    assert shown(number, code) == text


@given(
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 10**18)),
    st.text(alphabet='0#?.,%-"\\[]();dmyhsR$ E/<=9@', max_size=20),
)
def test_no_format_breaks_a_number(number: Any, code: str):
    assert isinstance(shown(str(number), code), str)


# --- limits of workbooks --------------------------------------------------------------------------


def inline(letters: bytes) -> bytes:
    return b'<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>' % letters


def padded(size: int) -> bytes:
    """Give letters that pack well, but not like a bomb."""
    chance = random.Random(1)
    piece = b"x" * (64 * 1024)
    return b"".join(
        bytes(chance.choices(range(97, 123), k=900)) + piece for _ in range(size // len(piece))
    )


PAST = b'<row r="2"><c r="A2" t="inlineStr"><is><t>Ivo</t></is></c></row>'
BIG = 24 * 1024 * 1024


@pytest.mark.parametrize("kind", ["cell", "text", "tag", "comment", "row"])
def test_no_workbook_takes_memory_by_its_cells_rows_or_tags(kind: str):
    many = padded(BIG)
    shared: dict[str, bytes] = {}
    match kind:
        case "cell":
            body = inline(many) + PAST
        case "text":
            body = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + PAST
            table = XML + b"<sst %s><si><t>%s</t></si></sst>" % (MAIN, many)
            shared = {"xl/sharedStrings.xml": table}
        case "tag":
            body = b'<row r="1"><c r="%s"/></row>' % many
        case "comment":
            body = b"<!--%s-->" % many
        case _:
            cell = b'<c r="A1" t="inlineStr"><is><t>%s</t></is></c>' % padded(70_000)
            body = b'<row r="1">%s</row>' % (cell * 300) + PAST
    file = io.BytesIO(workbook(sheet(body), **shared))
    del many, body, shared
    tracemalloc.start()
    try:
        found = [row.cells for row in rows_of(file, shape_of(file))]
    except FileUnsafe:
        assert kind in ("tag", "comment")
    else:
        assert found[-1] == ["Ivo"] and all(
            len(cell) <= CELL_LETTERS for row in found for cell in row
        )
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_one_text_in_every_cell_costs_rows_and_not_the_disk(monkeypatch):
    table = XML + b"<sst %s><si><t>%s</t></si></sst>" % (MAIN, b"x" * 30_000)
    cells = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(100))
    body = b"".join(b'<row r="%d">%s</row>' % (n, cells) for n in range(1, 20))
    file = io.BytesIO(
        workbook(sheet(body + PAST.replace(b"2", b"50")), **{"xl/sharedStrings.xml": table})
    )
    found = list(rows_of(file, shape_of(file)))
    assert {row.problem for row in found[:-1]} == {"linha_ilegivel"} and found[-1].cells == ["Ivo"]
    monkeypatch.setattr("contacts.imports.workbook.LETTERS", 1_000_000)
    with pytest.raises(FileUnsafe):
        list(rows_of(file, shape_of(file)))


@pytest.mark.parametrize(
    "body",
    [b"<a>" * 200 + b"</a>" * 200, b"".join(b"<a%d/>" % n for n in range(20_000)),
     b'<row r="1">' + b"<c/>" * (CELLS + 2) + b"</row>"],
    ids=["depth", "names", "cells"],
)  # fmt: skip
def test_a_sheet_beyond_what_any_program_writes_is_refused(body: bytes):
    file = io.BytesIO(workbook(sheet(body)))
    with pytest.raises(FileUnsafe):
        list(rows_of(file, shape_of(file)))


# --- on the page and over the API -----------------------------------------------------------------


@pytest.mark.usefixtures("bells")
def test_a_workbook_is_read_by_a_worker_and_then_chosen_on_the_page(ana, monkeypatch):
    office = Office(ana)
    content = (FILES / "b06_title_row.xlsx").read_bytes()
    with monkeypatch.context() as web:
        # The web process unpacks nothing.
        web.setattr("zipfile.ZipExtFile.read", lambda *given: pytest.fail("it was unpacked"))
        office.save("contacts_importjob", upload=upload(content, "p.xlsx"))
    job = ImportJob.unscoped.get()
    assert job.status == "lendo"
    address = reverse("admin:contacts_importjob_progress", args=[job.pk])
    page = text_of(office.page("contacts_importjob", job))
    assert "Lendo a planilha" in page and f'hx-get="{address}"' in page
    job = worked(job)
    assert (job.status, job.heading_line) == ("rascunho", 3)
    assert office.browser.get(address)["HX-Refresh"] == "true"
    assert job.mapping == ["nome", "telefone", "email", "adicional"]
    page = text_of(office.page("contacts_importjob", job))
    assert "Yara Trindade" in page and "Lista de Pacientes" not in page
    given = {f"coluna_{n}": target for n, target in enumerate(job.mapping)}
    office.save("contacts_importjob", job, **given, has_header="on", existing="completar")
    job = run(job)
    assert (job.total, job.created_count, job.refused_count) == (2, 2, 0)
    assert Contact.unscoped.get(name="Yara Trindade").custom == {"Convênio": "Unimed"}


def worked(job: ImportJob) -> ImportJob:
    import_run(job_id=job.pk, company_id=job.company_id)
    return ImportJob.unscoped.get(pk=job.pk)


@pytest.mark.usefixtures("bells")
def test_encoding_separator_and_headings_are_chosen_on_the_page(ana):
    office = Office(ana)
    # Nothing tells these letters apart: a person must.
    content = "Lista da Íris\nNome;Celular;Obs\nÍris;41997110001;a,b\n".encode("mac-roman")
    office.save("contacts_importjob", upload=upload(content))
    job = ImportJob.unscoped.get()
    given = {"has_header": "on", "existing": "completar", "coluna_0": "nome"}
    again = {**given, "encoding": "mac-roman", "delimiter": ";", "heading_line": "2"}
    answer = office.save("contacts_importjob", job, **again)
    assert "lido de novo" in said(answer)
    job.refresh_from_db()
    assert (job.status, job.encoding, job.heading_line) == ("rascunho", "mac-roman", 2)
    assert job.mapping == ["nome", "telefone", "observacoes"]
    assert "Íris" in text_of(office.page("contacts_importjob", job))
    columns = {f"coluna_{n}": target for n, target in enumerate(job.mapping)}
    office.save("contacts_importjob", job, **(again | columns))
    run(job)
    assert Contact.unscoped.get().notes == "a,b"
    assert Contact.unscoped.get().name == "Íris"


@pytest.mark.usefixtures("bells")
def test_the_page_as_it_was_drawn_imports_a_file_without_headings(ana):
    office = Office(ana)
    office.save("contacts_importjob", upload=upload(b"Eva;41997110001\nIvo;41997110002\n"))
    job = ImportJob.unscoped.get()
    form = office.page("contacts_importjob", job).context["adminform"].form
    drawn = {name: form[name].value() for name in form.fields}
    answer = office.save(
        "contacts_importjob",
        job,
        **{name: one for name, one in drawn.items() if one},
        heading_line="0",
    )
    assert answer.status_code == 302
    assert run(ImportJob.unscoped.get()).created_count == 2


def test_a_workbook_of_nothing_is_refused():
    file = io.BytesIO(xlsx_of([]))
    assert list(rows_of(file, shape_of(file))) == []
    assert FileEmpty.code == "arquivo_vazio"


@pytest.mark.usefixtures("bells")
def test_a_formula_without_a_result_is_told_and_not_stored(ana):
    rows = [("Nome", "Celular"), ("=PROPER(B1)", "41997110001"), ("Ivo", "41997110002")]
    job = received(ana, xlsx_of(rows), "p.xlsx")
    job = run(import_start(job=job, actor=ana))
    told = ImportRefusal.unscoped.get(job=job)
    assert (job.created_count, told.code, told.is_row_in) == (2, "formula_sem_resultado", True)
    assert set(Contact.unscoped.values_list("name", flat=True)) == {"", "Ivo"}
