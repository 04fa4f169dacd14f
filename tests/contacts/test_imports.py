"""People from files: who they are, what they allowed, and what did not go in."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from common.scoping import company_scope
from contacts.imports.jobs import (
    BasisMissing,
    ColumnsMissing,
    FileRepeated,
    import_start,
    same_before,
)
from contacts.models import (
    Consent,
    Contact,
    ContactIdentity,
    ImportJob,
    ImportRefusal,
    Purpose,
    Tag,
)
from contacts.services.consent import consent_record, consent_state, consents_verify
from contacts.services.contacts import contact_save
from contacts.services.merging import contacts_merge
from tests import make
from tests.contacts.importing import csv_of, imported, received, run, xlsx_of

FULL = (
    "Nome",
    "Celular",
    "E-mail",
    "Etiquetas",
    "Situação",
    "Data de nascimento",
    "Aceita marketing",
)
BASIS = {"legal_basis": "consentimento", "proof": "Ficha de cadastro"}

pytestmark = pytest.mark.usefixtures("bells")


def refusals(job: ImportJob) -> list[tuple[int, str, str]]:
    rows = ImportRefusal.unscoped.filter(job=job).order_by("line", "column")
    return list(rows.values_list("line", "column", "code"))


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    return job.created_count, job.updated_count, job.unchanged_count, job.refused_count


def test_a_row_becomes_a_person_with_everything_it_says(ana):
    row = (
        "Joana  Dias",
        "(41) 9888-7777",
        "joana@exemplo.example",
        "VIP; Botox",
        "Paciente",
        "1980-01-02",
        "Sim",
    )
    job = imported(ana, row, header=FULL, **BASIS)
    assert (job.status, counts(job)) == ("concluida", (1, 0, 0, 0))
    contact = Contact.unscoped.get()
    assert (contact.name, contact.phone, contact.status) == (
        "Joana Dias",
        "+5541998887777",
        "cliente",
    )
    assert contact.custom == {"Data de nascimento": "02/01/1980"}
    assert sorted(Tag.unscoped.filter(contacts=contact).values_list("name", flat=True)) == [
        "Botox",
        "VIP",
    ]
    assert ContactIdentity.unscoped.get().value == "5541998887777"
    consent = Consent.unscoped.get()
    assert (consent.is_granted, consent.legal_basis, consent.author) == (True, "consentimento", ana)
    assert consent.proof == "Ficha de cadastro (pacientes.csv, linha 2)"
    assert consents_verify(company=ana.company_id).is_whole


def test_a_first_message_finds_who_was_imported(ana, channel):
    imported(ana, ("Joana", "41 9888-7777", ""))
    message = make.inbound(channel, person=make.person("554198887777"))
    assert message.conversation.contact == Contact.unscoped.get()


@pytest.mark.parametrize(
    "spelling", ["41998887777", "4198887777", "+55 (41) 9888-7777", "041998887777"]
)
def test_a_person_who_wrote_before_is_the_same_in_any_spelling(ana, channel, spelling):
    known = make.inbound(channel, person=make.person("554198887777", "")).conversation.contact
    job = imported(ana, ("Joana Dias", spelling, "j@exemplo.example"))
    assert counts(job) == (0, 1, 0, 0)
    known.refresh_from_db()
    assert (known.name, known.email, Contact.unscoped.count()) == (
        "Joana Dias",
        "j@exemplo.example",
        1,
    )
    assert ContactIdentity.unscoped.count() == 1


def test_a_landline_gets_no_nine(ana):
    imported(ana, ("Clínica", "41 3232-1010", ""))
    assert Contact.unscoped.get().phone == "+554132321010"


def test_without_a_phone_the_e_mail_tells_who_it_is(ana):
    contact_save(actor=ana, name="Lia", email="Lia@Exemplo.example", phone="41998881111")
    job = imported(
        ana,
        ("Lia Prado", "", "lia@exemplo.example"),
        ("Outra", "41998882222", "lia@exemplo.example"),
    )
    assert counts(job) == (1, 0, 1, 0)
    assert Contact.unscoped.count() == 2


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ("completar", ("Lia", "lia@exemplo.example")),
        ("substituir", ("Lia Prado", "lia@exemplo.example")),
    ],
)
def test_what_is_there_stays_unless_it_is_to_be_replaced(ana, existing, expected):
    contact = contact_save(
        actor=ana, name="Lia", phone="41998881111", custom={"CPF": "1"}, notes="alergia"
    )
    header = ("Nome", "Telefone", "E-mail", "CPF", "Convênio")
    row = ("Lia Prado", "41998881111", "lia@exemplo.example", "2", "Vida")
    imported(ana, row, header=header, existing=existing)
    contact.refresh_from_db()
    assert (contact.name, contact.email) == expected
    assert contact.custom == {"CPF": "1" if existing == "completar" else "2", "Convênio": "Vida"}
    assert contact.notes == "alergia"


def test_somebody_who_was_made_part_of_another_is_the_other(ana):
    people = [contact_save(actor=ana, name=n, email=f"{n}@exemplo.example") for n in "abc"]
    contacts_merge(kept=people[1], gone=people[0], actor=ana)
    contacts_merge(kept=people[2], gone=people[1], actor=ana)
    job = imported(ana, ("A", "", "a@exemplo.example"), existing="substituir")
    assert counts(job) == (0, 1, 0, 0)
    people[2].refresh_from_db()
    assert (people[2].name, people[2].email) == ("A", "a@exemplo.example")


def test_rows_about_one_person_become_one_person(ana):
    job = imported(
        ana,
        ("", "41998881111", ""),
        ("Lia", "(41) 9888-1111", "lia@exemplo.example"),
        ("Lia Prado", "", "lia@exemplo.example"),
    )
    assert counts(job) == (1, 1, 1, 0)
    assert Contact.unscoped.get().name == "Lia"


def test_every_refusal_names_line_column_and_reason(ana):
    job = imported(
        ana,
        ("Certa", "41998881111", ""),
        ("Curto", "123", "sem arroba"),
        ("Planilha", "5,54E+12", ""),
        ("", "", ""),
        ("Ninguém", "", ""),
        ("x" * 300, "41998881112", ""),
        ("Sobra", "41998881113", "", "demais"),
    )
    assert refusals(job) == [
        (3, "Celular", "telefone_invalido"),
        (3, "E-mail", "email_invalido"),
        (4, "Celular", "telefone_abreviado"),
        (6, "", "sem_identificacao"),
        (7, "Nome", "texto_longo"),
        (8, "", "colunas_a_mais"),
    ]
    assert counts(job) == (1, 0, 0, 5)


def test_a_second_number_is_kept_beside(ana):
    header = ("Nome", "Celular", "Telefone")
    imported(ana, ("Lia", "41998881111", "41 3232-1010"), header=header)
    contact = Contact.unscoped.get()
    assert (contact.phone, contact.custom) == ("+5541998881111", {"Telefone": "41 3232-1010"})


def test_permissions_need_a_basis_and_a_proof(ana):
    job = received(ana, csv_of([FULL, ("Lia", "41998881111", "", "", "", "", "sim")]))
    for choices in ({}, {"legal_basis": "consentimento"}, {"proof": "Ficha"}):
        with pytest.raises(BasisMissing):
            import_start(job=job, actor=ana, **choices)
    import_start(job=job, actor=ana, **BASIS)


def test_what_a_person_withdrew_is_not_brought_back_by_a_list(ana):
    contact = contact_save(actor=ana, name="Lia", phone="41998881111")
    consent_record(
        contact=contact,
        purpose=Purpose.MARKETING,
        is_granted=False,
        source="SAIR",
        occurred_at=timezone.now(),
    )
    job = imported(
        ana, ("Lia", "41998881111", "sim"), header=("Nome", "Celular", "Aceita marketing"), **BASIS
    )
    assert consent_state(contact, Purpose.MARKETING) is False
    assert refusals(job) == [(2, "Aceita marketing", "marketing_recusado")]
    assert (counts(job), ImportRefusal.unscoped.get().is_row_in) == ((0, 0, 1, 0), True)


def test_a_withdrawal_in_a_list_is_written_down(ana):
    imported(
        ana, ("Lia", "41998881111", "não"), header=("Nome", "Celular", "Aceita marketing"), **BASIS
    )
    assert consent_state(Contact.unscoped.get(), Purpose.MARKETING) is False


def test_the_same_file_twice_is_said_so(ana):
    first = imported(ana, ("Lia", "41998881111", ""))
    again = received(ana, csv_of([("Nome", "Celular", "E-mail"), ("Lia", "41998881111", "")]))
    assert same_before(again) == first
    with pytest.raises(FileRepeated) as refused:
        import_start(job=again, actor=ana)
    assert refused.value.fields == {"id": [first.pk]}
    again.refresh_from_db()
    assert again.status == "rascunho"
    # With other choices it may change something.
    assert run(import_start(job=again, actor=ana, existing="substituir")).status == "concluida"


def test_a_file_without_phone_and_e_mail_does_not_start(ana):
    with pytest.raises(ColumnsMissing):
        import_start(job=received(ana, csv_of([("Nome",), ("Lia",)])), actor=ana)


def test_a_person_decides_whether_the_first_row_is_a_heading(ana):
    content = csv_of([("Lia", "41998881111", "x"), ("Zé", "41998882222", "y")])
    job = received(ana, content)
    assert (job.has_header, job.mapping) == (False, ["nome", "telefone", ""])
    choices = {"mapping": ["nome", "telefone", "adicional"]}
    assert run(import_start(job=job, actor=ana, **choices)).created_count == 2
    assert Contact.unscoped.get(name="Lia").custom == {"C": "x"}
    job = received(ana, content)
    job = run(import_start(job=job, actor=ana, has_header=True, **choices))
    assert (job.total, job.headers) == (1, ["Lia", "41998881111", "x"])
    assert Contact.unscoped.get(name="Zé").custom == {"C": "y", "x": "y"}


def test_rivals_have_their_own_people(ana, rui):
    imported(ana, ("Lia", "41998881111", "a@exemplo.example"))
    job = imported(rui, ("Lia", "41998881111", "a@exemplo.example"))
    assert counts(job) == (1, 0, 0, 0)
    with company_scope(rui.company_id):
        assert Contact.objects.count() == 1


def test_a_workbook_goes_in_as_a_text_file_does(ana):
    content = xlsx_of(
        [("Nome", "Celular"), ("Lia", 41998881111), ('=HYPERLINK("http://x")', "41998882222")]
    )
    job = run(import_start(job=received(ana, content, "p.xlsx"), actor=ana))
    assert counts(job) == (2, 0, 0, 0)
    # A formula whose result no sheet program has counted yet is told, never stored.
    assert set(Contact.unscoped.values_list("name", flat=True)) == {"Lia", ""}
    assert refusals(job) == [(3, "Nome", "formula_sem_resultado")]


def test_nothing_of_a_person_is_in_the_audit(ana):
    imported(ana, ("Joana Dias", "41998881111", "joana@exemplo.example"))
    said = str(list(AuditEntry.unscoped.values_list("action", "detail")))
    assert "importacao.iniciada" in said and "importacao.concluida" in said
    assert "Joana" not in said and "99888" not in said and "exemplo" not in said
