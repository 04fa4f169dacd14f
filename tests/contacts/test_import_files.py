"""Files as address books, clinic systems and people write them, and what becomes of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.imports.cells import CUSTOM_NAME, ImportedPerson, columns_of
from contacts.imports.jobs import import_start
from contacts.imports.mapping import guess
from contacts.imports.names import may_be_one
from contacts.imports.numbers import phones_in
from contacts.imports.reading import rows_of, shape_of
from contacts.imports.rows import CellReader
from contacts.imports.words import permission_of
from contacts.models import Contact, ImportJob, ImportRefusal, Tag
from contacts.services.contacts import contact_save
from contacts.services.dependents import dependents_of
from tests.contacts.importing import csv_of, imported, received, run

FILES = Path(__file__).parents[1] / "fixtures" / "imports"
BASIS = {"legal_basis": "consentimento", "proof": "Ficha de cadastro"}


def people(
    headers: Any, *rows: Any
) -> tuple[list[ImportedPerson | None], list[tuple[int, str, bool]]]:
    """Read rows under headings as a guess would; give the people and what was reported."""
    reader = CellReader(headers, guess(headers, rows))
    read = [reader.read(line, row) for line, row in enumerate(rows, 2)]
    told = [(one.line, one.reason.value, one.is_row_in) for _person, found in read for one in found]
    return [person for person, _found in read], told


def people_of(name: str) -> tuple[list[ImportedPerson | None], list[tuple[int, str, bool]]]:
    """Read a file of the fixtures."""
    with (FILES / name).open("rb") as file:
        rows = [row.cells for row in rows_of(file, shape_of(file))]
    return people([cell.strip() for cell in rows[0]], *rows[1:])


def shown(person: ImportedPerson | None) -> Any:
    return person and (person.name, person.phone, person.email)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("b01_google_2024.csv", [
            ("Zuleica Barreirinhas", "+5541997110001", "zuleica@exemplo.example"),
            ("Ivo Catarino", "+5541997110002", "")]),
        ("b02_outlook.csv", [
            ("Teodora Vilhena", "+5541997110005", "teodora@exemplo.example"),
            ("Abel Simioni", "+5541997110006", "")]),
        ("b09b_hubspot.csv", [
            ("Ulisses Peruíbe", "+5541997110063", "ulisses@exemplo.example"),
            ("Vânia Peruíbe", "+5541997110064", "vania@exemplo.example")]),
        ("b09c_clinica.csv", [
            ("Wanda Ilhabela", "+5541997110065", "wanda@exemplo.example"),
            ("Xisto Ilhabela", "+5541997110066", "")]),
        ("b12_contato.csv", [("Edgar Matinhos", "+5541997120001", "")]),
        ("b12b_sim_nao.csv", [
            ("Flora Matinhos", "+5541997120002", ""), ("Guto Matinhos", "+5541997120003", "")]),
        ("b12d_lead_status.csv", [("Igor Matinhos", "+5541997120005", "")]),
        ("b12e_pessoa.csv", [("Jussara Matinhos", "+5541997120006", "")]),
        ("b07_apostrophe.csv", [
            ("Sílvio Aspas", "+5541997110030", ""), ("Silvia Igual", "+5541997110031", ""),
            ("Selma Texto", "+5541997110032", "")]),
    ],
)  # fmt: skip
def test_a_file_goes_in_whole(name: str, expected: Any):
    found, told = people_of(name)
    assert ([shown(person) for person in found], told) == (expected, [])


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        (("Name", "Given Name", "Additional Name", "Family Name", "E-mail 1 - Type",
          "E-mail 1 - Value", "Phone 1 - Type", "Phone 1 - Value"),
         ("Eva Luz", "Eva", "", "Luz", "* Home", "eva@x.example", "Mobile", "41 99711-0001")),
        (("FirstName", "LastName", "MobilePhone", "Email"),
         ("Eva", "Luz", "41 99711-0001", "eva@x.example")),
        (("Last Name", "First Name", "Mobile", "Home Email"),
         ("Luz", "Eva", "41 99711-0001", "eva@x.example")),
        (("Sobrenome", "Nome", "Celular/WhatsApp", "E-mail"),
         ("Luz", "Eva", "41 99711-0001", "eva@x.example")),
        (("Email", "Nome", "Sobrenome", "Telefone", "Estágio no funil"),
         ("eva@x.example", "Eva Luz", "Luz", "41 99711-0001", "Cliente")),
        (("Display Name", "Mobile Phone", "E-mail Address", "Company"),
         ("Eva Luz", "41 99711-0001", "eva@x.example", "Luz Ltda")),
        (("ID", "Nome completo", "Apelido", "Nome da mãe", "Fone Celular", "Correio eletrônico"),
         ("7", "Eva Luz", "Vivi", "Ana Luz", "41 99711-0001", "eva@x.example")),
        (("Prontuário", "Paciente", "Médico", "Telefone do médico", "Telefone 1", "E-mail"),
         ("000123", "Eva Luz", "Dr. Rui", "41 3222-0001", "41 99711-0001", "eva@x.example")),
        (("Nome", "Telefone da mãe", "E-mail"), ("Eva Luz", "41 99711-0001", "eva@x.example")),
        (("nome", "DDD Celular", "email"), ("Eva Luz", "(41) 99711-0001", "eva@x.example")),
        (("Nome (paciente)", "Tel. Celular", "E-mail principal"),
         ("Eva Luz", "41 99711-0001", "eva@x.example")),
        (("first_name", "last_name", "cell_phone", "email"),
         ("Eva", "Luz", "41 99711-0001", "eva@x.example")),
        (("NOME DO PACIENTE", "TELEFONE1", "EMAIL1"), ("Eva Luz", "41997110001", "eva@x.example")),
        (("Qual o seu nome?", "Qual o seu WhatsApp?", "Endereço de e-mail"),
         ("Eva Luz", "41 99711-0001", "eva@x.example")),
        (("Pessoa - Nome", "Pessoa - Telefone - Trabalho", "Pessoa - E-mail - Trabalho"),
         ("Eva Luz", "41997110001", "eva@x.example")),
        (("First name", "Last name", "Phone : mobile", "Phone : iPhone", "Email : home", "Prefix"),
         ("Eva", "Luz", "+55 41 99711-0001", "", "eva@x.example", "Dra.")),
        (("patient_id", "name", "cpf", "mobile_phone", "email", "mother_name"),
         ("1", "Eva Luz", "1234567890", "41997110001", "eva@x.example", "Ana Luz")),
        (("Phone Number", "Saved Name", "Is My Contact", "E-mail"),
         ("+55 41 99711-0001", "Eva Luz", "Yes", "eva@x.example")),
        (("Nome*", "Número de telefone", "E-mail"), ("Eva Luz", "41997110001", "eva@x.example")),
        (("First", "Middle", "Last", "Email", "Home", "Mobile"),
         ("Eva", "", "Luz", "eva@x.example", "", "41 99711-0001")),
        (("Nome", "Sobrenome", "E-mail 1 - Rótulo", "E-mail 1 - Valor", "Telefone 1 - Rótulo",
          "Telefone 1 - Valor"), ("Eva", "Luz", "Casa", "eva@x.example", "Celular", "41997110001")),
    ],
)  # fmt: skip
def test_other_systems_headings_are_known(headers: Any, row: Any):
    (person,), told = people(headers, row)
    assert (shown(person), told) == (("Eva Luz", "+5541997110001", "eva@x.example"), [])


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Cliente desde", ["10/02/2020"]), ("Contato preferencial", ["WhatsApp", "Ligação"]),
        ("Lead Status", ["New", "Open"]), ("Permite acompanhante", ["Sim"]),
        ("Autorização do convênio", ["Sim"]), ("Marketing contact status", ["Marketing contact"]),
        ("Consentimento de tratamento", ["Sim"]), ("Autoriza uso de imagem", ["Sim"]),
        ("Aceita lembretes por WhatsApp", ["Sim"]), ("Grupo sanguíneo", ["O+"]),
        ("Nota fiscal", ["NF 1234"]), ("Nota", ["9", "10"]), ("Cliente", ["Sim", "Não"]),
        ("Paciente", ["10/02/2020", "11/02/2020"]), ("WhatsApp", ["Sim", "Não"]),
        ("Campanha de marketing", ["Verão"]), ("Situação", ["Em dia", "Devendo"]),
        ("Telefone de emergência", ["41 99711-0001"]),
    ],
)  # fmt: skip
def test_what_only_sounds_like_ours_stays_additional(header: str, cells: list[str]):
    headers = ("Nome", "Celular", header)
    rows = [("Eva", "41997110001", cell) for cell in cells]
    assert guess(headers, rows) == ["nome", "telefone", "adicional"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Aceito receber", True), ("Autorizado", True), ("opt-in", True), ("VERDADEIRO", True),
        ("Sim, aceito receber mensagens", True), ("subscribed", True), ("inscrita", True),
        ("Não autorizado", False), ("não quer receber", False), ("Opt-out", False),
        ("Descadastrado", False), ("unsubscribed", False),
        ("Não informado", None), ("sem resposta", None), ("-", None), ("talvez", None),
        ("Sim, mas só SMS", None), ("Marketing contact", None), ("Não respondeu", None),
    ],
)  # fmt: skip
def test_a_permission_is_heard_in_the_words_people_use(text: str, said: bool | None):
    assert permission_of(text) is said


def test_words_nobody_knows_cost_the_cell_and_not_the_person():
    found, told = people_of("b12l_marketing_words.csv")
    assert [person and person.marketing for person in found] == [
        True,
        True,
        False,
        True,
        None,
        True,
    ]
    assert told == [(6, "marketing_desconhecido", True)]
    found, told = people_of("b10_placeholders.csv")
    assert all(found) and len(found) == 7
    assert {code for _line, code, is_in in told if is_in} == {"email_invalido", "telefone_invalido"}
    last = found[-1]
    assert last and (last.email, last.custom) == (
        "a@exemplo.example",
        {"email": "b@exemplo.example"},
    )
    (person,), told = people(("Nome", "Celular", "Status"), ("Eva", "41997110001", "Em orçamento"))
    assert person and person.custom == {"Status": "Em orçamento"}


def test_a_number_somebody_meant_is_mended_and_comes_again():
    rows = (("Eva", "99711-0001", "e@x.example"), ("Ivo", "não tem", "i@x.example"))
    found, told = people(("Nome", "Celular", "E-mail"), *rows)
    assert [bool(person) for person in found] == [False, True]
    assert told == [(2, "telefone_invalido", False), (3, "telefone_invalido", True)]


@pytest.mark.parametrize(
    ("cell", "numbers", "rest"),
    [
        ("(41) 3222-0040 ramal 12", ["+554132220040"], "ramal 12"),
        ("(41) 99711-0041 / 99711-0042", ["+5541997110041", "+5541997110042"], "99711-0042"),
        ("Cel: (41) 99711-0043", ["+5541997110043"], ""),
        ("(41) 99711-0044 (recado Ana)", ["+5541997110044"], "(recado Ana)"),
        ("https://wa.me/5541997110045", ["+5541997110045"], ""),
        ("https://api.whatsapp.com/send?phone=5541997110045&text=Oi", ["+5541997110045"], ""),
        ("tel:+5541997110045", ["+5541997110045"], ""),
        ("(41) 99711-0046, (41) 3222-0046", ["+5541997110046", "+554132220046"], "(41) 3222-0046"),
        ("(41) 99711-0002 ::: (41) 99711-0003", ["+5541997110002", "+5541997110003"],
         "(41) 99711-0003"),
        ("41997110002 41997110003", ["+5541997110002", "+5541997110003"], "41997110003"),
        ("(41) 99711-0002 (41) 99711-0003", ["+5541997110002", "+5541997110003"],
         "(41) 99711-0003"),
        ("0xx41 9719-0004", ["+5541997190004"], ""), ("(0XX41) 9719-0004", ["+5541997190004"], ""),
        ("Maria 41 99711-0047 mãe", ["+5541997110047"], "Maria mãe"),
        ("WhatsApp 41 99711-0047", ["+5541997110047"], ""),
        ("+351 912 345 678 (Portugal)", ["+351912345678"], "(Portugal)"),
        ("não tem", [], ""), ("-", [], ""), ("Sim", [], ""), ("ligar 99711-0001", [], ""),
    ],
)  # fmt: skip
def test_phones_are_read_as_people_keep_them(cell: str, numbers: list[str], rest: str):
    assert phones_in(cell) == (numbers, rest)


@given(st.text(max_size=400))
def test_no_cell_breaks_the_reading_of_phones(cell: str):
    numbers, _rest = phones_in(cell)
    assert all(number.startswith("+") for number in numbers)


def test_a_mobile_is_the_persons_and_the_landline_is_kept():
    rows = (("Eva", "41 3222-0001", "41 99711-0001"),)
    (person,), _told = people(("Nome", "Telefone", "Celular"), *rows)
    assert person and (person.phone, person.custom) == (
        "+5541997110001", {"Telefone": "41 3222-0001"},
    )  # fmt: skip


def test_columns_of_one_name_and_long_questions_are_all_kept():
    (person,), _told = people_of("b04b_same_headers.csv")
    assert person and person.notes == "alérgico a látex\n\nprefere tarde"
    assert person.custom == {"Convênio": "Unimed", "Convênio (2)": "Amil"}
    (person,), _told = people_of("b04c_two_notes.csv")
    assert person and person.notes == "alérgica a iodo\n\nchegou por indicação"
    (person,), _told = people_of("b04_long_headers.csv")
    assert person and sorted(person.custom.values()) == ["Botox", "Criolipólise"]
    (person,), _told = people(
        ("Nome", *["Celular"] * 3), ("Eva", "41997110001", "41997110002", "41997110003")
    )
    assert person and sorted(person.custom.values()) == ["41997110002", "41997110003"]


@given(st.lists(st.text(max_size=130), max_size=30))
def test_no_two_columns_share_a_name(headers: list[str]):
    keys = [column.key for column in columns_of(headers)]
    assert len(set(keys)) == len(keys) and all(len(key) <= CUSTOM_NAME for key in keys)


@pytest.mark.parametrize("header, cell, kept", [
    ("CPF", "1234567890", "01234567890"), ("CEP", "1310100", "01310100"),
    ("CPF", "123", "123"), ("Nascimento", "1984-03-09", "09/03/1984"),
    ("Nascimento", "1984-03-09 00:00:00", "09/03/1984"), ("Prontuário", '="000123"', "000123"),
    ("Prontuário", "'000123", "000123"),
])  # fmt: skip
def test_zeros_and_days_are_kept_in_one_form(header: str, cell: str, kept: str):
    (person,), _told = people(("Nome", "Celular", header), ("Eva", "41997110001", cell))
    assert person and person.custom == {header: kept}


# --- families -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ("Lia", "Lia Prado", True), ("Jo", "Joana Dias", True), ("JOSÉ ÁVILA", "jose avila", True),
        ("Luiz Souza", "Luís Sousa", True), ("Dra. Helena Prado", "Helena Prado", True),
        ("Ana M. Luz", "Ana Maria Luz", True), ("🌸", "Flor Luz", True), ("", "Eva", True),
        ("Maria da Luz", "Maria Luz", True),
        ("Marta Quintanilha", "Davi Quintanilha", False),
        ("Maria Clara Luz", "Maria Eduarda Luz", False),
        ("Daniel Luz", "Daniela Luz", False), ("Gabriel", "Gabriela", False),
        ("Paulo Luz", "Paula Luz", False), ("Marcos Luz", "Marcia Luz", False),
    ],
)  # fmt: skip
def test_names_are_compared_as_people_write_them(one: str, other: str, may_be: bool):
    assert may_be_one(one, other) is may_be is may_be_one(other, one)


def family(ana: Any, **choices: Any) -> tuple[ImportJob, Contact, list[Any]]:
    job = received(ana, (FILES / "b05_familia.csv").read_bytes())
    job = run(import_start(job=job, actor=ana, **choices))
    mother = Contact.unscoped.get(phone="+5541997110010")
    return job, mother, dependents_of(mother)


@pytest.mark.usefixtures("bells")
@pytest.mark.parametrize("existing", ["completar", "substituir"])
def test_a_mother_and_her_children_on_one_phone_are_three_people(ana, existing):
    job, mother, (davi, lara) = family(ana, existing=existing)
    assert (job.created_count, job.unchanged_count, job.refused_count) == (3, 0, 0)
    assert (mother.name, mother.email, mother.notes) == (
        "Marta Quintanilha", "marta@exemplo.example", "mãe",
    )  # fmt: skip
    assert (davi.name, davi.email, davi.notes, davi.phone) == (
        "Davi Quintanilha", "davi@exemplo.example", "filho, alergia a dipirona", "",
    )  # fmt: skip
    assert lara.name == "Lara Quintanilha"
    tags = {
        tag.name: tag.contacts.for_company(tag.company_id).count() for tag in Tag.unscoped.all()
    }
    assert tags == {"Estética": 1, "Pediatria": 2}
    told = ImportRefusal.unscoped.filter(job=job).order_by("line")
    assert [(one.line, one.code, one.is_row_in) for one in told] == [
        (3, "outra_pessoa_no_telefone", True), (4, "outra_pessoa_no_telefone", True),
    ]  # fmt: skip


@pytest.mark.usefixtures("bells")
def test_the_same_family_again_makes_nobody_new(ana):
    family(ana)
    job, _mother, children = family(ana, existing="substituir")
    assert (job.created_count, job.unchanged_count, len(children)) == (0, 3, 2)


@pytest.mark.usefixtures("bells")
def test_a_child_never_becomes_a_guardian_and_a_clinics_number_no_family(ana):
    mother = contact_save(actor=ana, name="Marta Luz", phone="41997110010")
    contact_save(actor=ana, name="Davi Luz", phone="41997110011", guardian=mother)
    job = imported(ana, ("Lara Luz", "41997110011", ""))
    assert (job.created_count, job.refused_count) == (0, 1)
    assert ImportRefusal.unscoped.get(job=job).code == "telefone_de_outra_pessoa"
    names = ("Ana Bia Caio Dora Eva Fábio Gil Hugo Ivo Jair Kim Lino Mel Noel Olga Paz").split()
    job = imported(ana, *((name * 2, "41 3222-0000", "") for name in names))
    assert (job.created_count, job.refused_count) == (13, 3)


@pytest.mark.usefixtures("bells")
def test_an_accent_makes_no_second_tag(ana):
    header = ("Nome", "Celular", "Etiquetas")
    imported(ana, ("Eva", "41997110001", "Estética"), header=header)
    job = imported(
        ana, ("Ivo", "41997110002", "ESTETICA"), ("Eva", "41997110001", "Nova"), header=header
    )
    assert sorted(Tag.unscoped.values_list("name", flat=True)) == ["Estética", "Nova"]
    # A row that only adds a tag is a change.
    assert (job.created_count, job.updated_count, job.unchanged_count) == (1, 1, 0)


@pytest.mark.usefixtures("bells")
def test_a_row_with_a_reported_cell_is_in(ana):
    content = csv_of([("Nome", "Celular", "Marketing"), ("Eva", "41997110001", "talvez")])
    job = received(ana, content)
    choices = {"mapping": ["nome", "telefone", "marketing"], **BASIS}
    job = run(import_start(job=job, actor=ana, **choices))
    assert (job.created_count, job.refused_count) == (1, 0)
    assert ImportRefusal.unscoped.get(job=job).is_row_in
