"""Lists of numbers: whatever stands in them is sent to, or counted with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Membership
from campaigns import tasks
from campaigns.choices import WinnerRule
from campaigns.errors import ListReading, ListRefused
from campaigns.models import Campaign, ListedPerson, Recipient
from campaigns.selectors import left_out_of, lines_behind, results
from campaigns.services.audiences import audience_build, audience_request
from campaigns.services.lists import Line, is_workbook, line_of, list_keep, list_put, pasted
from contacts.models import Purpose
from contacts.services.consent import consent_record
from tests.campaigns.conftest import patient
from tests.contacts.importing import upload, xlsx_of

Make = Callable[..., Campaign]


@pytest.mark.parametrize(
    "header",
    ["Telefone", "Tel", "Telefone celular", "Celular/WhatsApp", "Celular do paciente", "Fone 1",
     "Phone Number", "Contato", "Nº do WhatsApp", "telefone_1", "Mobile Phone"],
)  # fmt: skip
def test_every_heading_that_imports_know_is_a_lists_number(header: str) -> None:
    lines = pasted(f"Nome;{header}\nDavi Luz;(41) 99716-0001\nLara;41997160002\n")
    assert [(one.line, one.raw, one.given["Nome"]) for one in lines] == [
        (2, "(41) 99716-0001", "Davi Luz"), (3, "41997160002", "Lara"),
    ]  # fmt: skip


def test_a_title_names_in_parts_and_names_first_without_headings() -> None:
    (one,) = pasted("Retornos de maio\nPaciente\tFone\tdia\nEva Luz\t41997160001\tterça\n")
    assert (one.line, one.raw, one.given) == (
        3, "41997160001", {"Paciente": "Eva Luz", "dia": "terça", "nome": "Eva Luz"},
    )  # fmt: skip
    (one,) = pasted("First Name,Last Name,Mobile\nEva,Luz,41997160001\n")
    assert one.given["nome"] == "Eva Luz"
    assert [one.raw for one in pasted("123\n(41) 99716-0001")] == ["123", "(41) 99716-0001"]
    (one, _two) = pasted("Eva Luz;41997160001\nIvo;41997160002\n")
    assert (one.raw, one.given) == ("41997160001", {"nome": "Eva Luz"})
    (one,) = pasted('Nome;Celular\nEva;="41997160001"\n')
    assert one.raw == "41997160001"


def test_second_numbers_are_people_in_a_bare_list_and_told_beside_a_name() -> None:
    found = pasted("(41) 99716-0001, (41) 99716-0002\n41997160003 / 41997160004\n41997160005\n")
    numbers = [f"+554199716000{n}" for n in range(1, 5)]
    assert [one.raw for one in found] == [*numbers, "41997160005"]
    assert [one.line for one in found] == [1, 2, 3, 4, 5]
    (one,) = pasted("Nome;Celular;Fone\nEva;(41) 99716-0001 / 99716-0002;41 3222-0001\n")
    assert one.more == ("+5541997160002", "+554132220001")
    assert line_of(1, {"Celular": "41997160001", "Nome": "Eva"}) == Line(
        1, "41997160001", {"Nome": "Eva"}
    )


def put(row: Campaign, actor: Membership, text: str) -> None:
    """Give a campaign a list, and freeze its people."""
    list_put(campaign=row, actor=actor, lines=pasted(text), proof="Ficha")
    audience_request(campaign=row, actor=actor)
    audience_build(campaign=row)
    row.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_list_vanishes_uncounted(bells: Any, draft: Make, ana: Membership) -> None:
    row = draft(filters={})
    text = "paciente;quando;fone\nDavi;15h;41997160001\nLara;16h;(41) 99716-0001\n"
    put(row, ana, f"{text}Eva;17h;41997160002 / 41997160003\nIvo;18h;123\nBia;19h;4197160002\n")
    assert left_out_of(row) == {"numero_invalido": 1, "repetido": 2, "segundo_numero": 1}
    assert Recipient.unscoped.filter(campaign=row, left_out="").count() == 2
    repeated = lines_behind(row, "repetido")
    assert [(one.line, one.given["paciente"]) for one in repeated] == [(3, "Lara"), (6, "Bia")]
    second = lines_behind(row, "segundo_numero").get()
    assert (second.line, second.more) == (4, "+5541997160003")


@pytest.mark.django_db(transaction=True)
def test_who_answers_that_they_leave_is_no_success_of_a_version(
    bells: Any, ready: Make, ana: Membership
) -> None:
    leaving, glad = patient(ana, "Sai"), patient(ana, "Fica")
    row = ready()
    now = timezone.now()
    sent = {"sent_at": now, "delivered_at": now, "read_at": now, "replied_at": now}
    Recipient.unscoped.filter(campaign=row).update(**sent)
    Campaign.unscoped.filter(pk=row.pk).update(winner_rule=WinnerRule.REPLY)
    row.refresh_from_db()
    consent_record(
        contact=leaving, purpose=Purpose.MARKETING, is_granted=False, source="SAIR",
        occurred_at=timezone.now(),
    )  # fmt: skip
    (version,) = results(row).variants
    assert (version.totals.replied, version.share) == (2, 0.5)
    assert glad.pk


# --- workbooks ------------------------------------------------------------------------------------


def kept(row: Campaign, actor: Membership, content: bytes) -> None:
    """Send a workbook for a campaign's list."""
    list_keep(campaign=row, actor=actor, file=upload(content, "l.xlsx"), proof="Ficha")
    row.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_a_workbook_waits_for_a_worker_and_nothing_is_frozen_before(
    bells: Any, draft: Make, ana: Membership
) -> None:
    row = draft(filters={})
    kept(row, ana, xlsx_of([("Nome", "Celular"), ("Eva", 41997160001)]))
    name, storage = row.list_file.name, row.list_file.storage
    with pytest.raises(ListReading):
        audience_request(campaign=row, actor=ana)
    tasks.list_read(str(row.company_id), str(row.pk))
    row.refresh_from_db()
    assert (bool(row.list_file), row.list_wish, storage.exists(name)) == (False, None, False)
    line = ListedPerson.unscoped.get(campaign=row)
    assert (line.raw, line.given, line.phone) == ("41997160001", {"Nome": "Eva"}, "+5541997160001")
    audience_request(campaign=row, actor=ana)
    # A bell that rings again changes nothing.
    tasks.list_read(str(row.company_id), str(row.pk))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rows", [[], [("Nome", "Idade")] * 2])
def test_a_workbook_that_is_no_list_says_so(
    bells: Any, draft: Make, ana: Membership, rows: Any
) -> None:
    row = draft(filters={})
    kept(row, ana, xlsx_of(rows))
    tasks.list_read(str(row.company_id), str(row.pk))
    row.refresh_from_db()
    assert not row.list_file
    if not rows:
        with pytest.raises(ListRefused, match="vazia"):
            audience_request(campaign=row, actor=ana)


def test_a_list_of_text_is_no_workbook() -> None:
    assert not is_workbook(ContentFile(b"41997160001\n"))
