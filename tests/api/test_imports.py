"""Bringing people in over the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Membership
from contacts.models import Consent, Contact, ImportJob
from tests.api.conftest import Client
from tests.backoffice import supervisor
from tests.contacts.importing import csv_of, run, upload, xlsx_of

FIELDS = {
    "id", "status", "filename", "existing", "total", "line", "percent", "created", "updated",
    "unchanged", "refused", "error", "created_at", "started_at", "ended_at",
}  # fmt: skip
JOANA = {"name": "Joana Dias", "phone": "(41) 9888-7777", "tags": ["VIP"], "custom": {"a": 1}}


def finish(body: dict[str, str]) -> ImportJob:
    return run(ImportJob.unscoped.get(pk=body["id"]))


def test_people_as_json_go_in_and_the_job_can_be_asked(api: Client, ana: Membership, bells):
    answer = api(ana).post("contatos/importar/", {"contacts": [JOANA, {"name": "Sem nada"}]})
    assert answer.status_code == 202
    body = answer.json()
    assert set(body) == FIELDS
    assert (body["status"], body["total"], body["percent"]) == ("aguardando", 2, 0)
    finish(body)
    asked = api(ana).get(f"contatos/importar/{body['id']}/").json()
    assert (asked["status"], asked["percent"]) == ("concluida", 100)
    assert (asked["created"], asked["refused"]) == (1, 1)
    contact = Contact.unscoped.get()
    assert (contact.phone, contact.custom) == ("+5541998887777", {"a": 1})
    assert [tag.name for tag in contact.tags.for_company(ana.company_id)] == ["VIP"]
    refused = api(ana).get(f"contatos/importar/{body['id']}/recusadas/").json()["results"]
    assert [(row["line"], row["column"], row["code"]) for row in refused] == [
        (2, "", "sem_identificacao")
    ]
    assert "Falta telefone ou e-mail" in refused[0]["reason"]


def test_a_file_goes_in_by_its_headings(api: Client, ana: Membership, bells):
    content = csv_of([("Paciente", "Fone", "Origem"), ("Lia", "41998881111", "Site")])
    answer = api(ana).post("contatos/importar/", {"file": upload(content)}, format="multipart")
    assert answer.status_code == 202
    assert finish(answer.json()).created_count == 1
    contact = Contact.unscoped.get()
    assert (contact.name, contact.custom) == ("Lia", {"Origem": "Site"})


def test_a_mapping_says_what_headings_do_not(api: Client, ana: Membership, bells):
    content = csv_of([("A", "B", "Origem"), ("Lia", "41998881111", "Site")])
    given = {"file": upload(content), "mapping": '{"a": "nome", "B": "telefone", "Origem": ""}'}
    finish(api(ana).post("contatos/importar/", given, format="multipart").json())
    contact = Contact.unscoped.get()
    assert (contact.name, contact.phone, contact.custom) == ("Lia", "+5541998881111", {})


@pytest.mark.parametrize("mapping", ["x", "[]", '{"a": "outro"}', '{"a": {}}', "[" * 15_000])
def test_a_mapping_that_is_none_is_refused(api: Client, ana: Membership, mapping: str):
    given = {"file": upload(b"a;b\n1;2\n"), "mapping": mapping}
    answer = api(ana).post("contatos/importar/", given, format="multipart")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"mapping"})


def test_the_same_file_again_names_the_first_import(api: Client, ana: Membership, bells):
    content = csv_of([("Nome", "Fone"), ("Lia", "41998881111")])
    first, again = (
        api(ana).post("contatos/importar/", {"file": upload(content)}, format="multipart")
        for _ in range(2)
    )
    assert (again.status_code, again.json()["code"]) == (409, "arquivo_repetido")
    assert again.json()["fields"] == {"id": [first.json()["id"]]}
    body = {"contacts": [JOANA]}
    first = api(ana).post("contatos/importar/", body)
    assert api(ana).post("contatos/importar/", body).json()["fields"]["id"] == [first.json()["id"]]
    assert ImportJob.unscoped.filter(status="aguardando").count() == 2


def test_a_repeated_key_gets_the_first_answer(api: Client, ana: Membership, bells):
    content = csv_of([("Nome", "Fone"), ("Lia", "41998881111")])
    answers = [
        api(ana).post(
            "contatos/importar/",
            {"file": upload(content)},
            format="multipart",
            headers={"Idempotency-Key": "k1"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()


def test_permissions_need_a_basis(api: Client, ana: Membership, bells):
    body = {"contacts": [{**JOANA, "marketing_opt_in": True}]}
    answer = api(ana).post("contatos/importar/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "base_legal_ausente")
    assert not ImportJob.unscoped.exists()
    body |= {"legal_basis": "consentimento", "proof": "Ficha"}
    finish(api(ana).post("contatos/importar/", body).json())
    assert Consent.unscoped.get().is_granted


def test_rows_that_are_no_contacts_are_reported_one_by_one(api: Client, ana: Membership, bells):
    people = [
        {"phone": 41998881111},
        {"phone": "41998881112", "company": "x"},
        {"phone": "41998881113", "tags": ["a" * 61]},
        {"phone": "41998881114", "custom": {"a": "\u0000"}},
        {"phone": "41998881115", "tags": [1]},
        {"phone": "41998881116", "marketing_opt_in": "sim"},
        {"phone": "41998881117", "status": "outro"},
        {"phone": "41998881118", "name": None},
    ]
    body = {"contacts": people, "legal_basis": "consentimento", "proof": "x"}
    answer = api(ana).post("contatos/importar/", body)
    if answer.status_code == 400:
        # The NUL is seen at the door.
        del people[3]
        answer = api(ana).post("contatos/importar/", body)
    job = finish(answer.json())
    refused = api(ana).get(f"contatos/importar/{job.pk}/recusadas/?limite=2").json()
    assert [row["line"] for row in refused["results"]] == [1, 2]
    more = api(ana).get(refused["next"]).json()["results"]
    assert [row["line"] for row in more] == [3, 4]
    assert job.created_count == 1


@pytest.mark.parametrize(
    "body",
    [[], 5, "x", {}, {"contacts": []}, {"contacts": {}}, {"contacts": [1]}, {"contacts": None},
     {"contacts": [JOANA], "existing": "apagar"}, {"contacts": [JOANA], "company": "x"},
     {"contacts": [JOANA], "legal_basis": "x"}],
)  # fmt: skip
def test_what_is_no_list_of_people_is_refused(api: Client, ana: Membership, body: Any):
    answer = api(ana).post("contatos/importar/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "dados_invalidos")


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"PK\x03\x04", b"Nome\nLia\n"])
def test_a_file_nobody_can_be_read_from_is_refused(api: Client, ana: Membership, content: bytes):
    answer = api(ana).post("contatos/importar/", {"file": upload(content)}, format="multipart")
    assert answer.status_code == 400
    assert not ImportJob.unscoped.exists()


def test_only_managers_import(api: Client, clinic, beto: Membership, bells):
    for method, path in (
        ("post", "contatos/importar/"),
        ("get", f"contatos/importar/{uuid4()}/"),
        ("get", f"contatos/importar/{uuid4()}/recusadas/"),
    ):
        assert getattr(api(beto), method)(path, {}).status_code == 403
        assert getattr(api(None), method)(path, {}).status_code == 401
    answer = api(supervisor(clinic)).post("contatos/importar/", {"contacts": [JOANA]})
    assert answer.status_code == 202


def test_the_rivals_import_is_a_missing_one(api: Client, ana: Membership, rui: Membership, bells):
    job = api(ana).post("contatos/importar/", {"contacts": [JOANA]}).json()["id"]
    for end in ("", "recusadas/"):
        foreign = api(rui).get(f"contatos/importar/{job}/{end}")
        missing = api(rui).get(f"contatos/importar/{uuid4()}/{end}")
        assert foreign.status_code == 404
        assert foreign.content == missing.content


def test_the_api_takes_them_as_well(api: Client, ana, bells):
    content = "Lista\nNome;Celular\nÍris;41997110001\n".encode("mac-roman")
    given = {
        "file": upload(content), "encoding": "mac-roman", "delimiter": ";", "heading_line": 2,
    }  # fmt: skip
    answer = api(ana).post("contatos/importar/", given, format="multipart")
    assert answer.status_code == 202
    run(ImportJob.unscoped.get())
    assert Contact.unscoped.get().name == "Íris"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("Nome", "Celular"), ("Eva", "41997110001")], ""),
        ([("Nome", "Idade"), ("Eva", "7")], "colunas_ausentes"),
        ([("Nome", "Celular", "Aceita marketing"), ("Eva", "41997110001", "sim")],
         "base_legal_ausente"),
        ([], "arquivo_vazio"),
    ],
)  # fmt: skip
def test_a_workbook_over_the_api_starts_itself_or_says_why_not(
    api: Client, ana, bells, rows: Any, code: str
):
    given = {"file": upload(xlsx_of(rows), "p.xlsx"), "mapping": '{"nome": "nome"}'}
    body = api(ana).post("contatos/importar/", given, format="multipart").json()
    assert body["status"] == "lendo"
    job = run(ImportJob.unscoped.get())
    assert (job.status, job.error) == ("falhou" if code else "concluida", code)
    assert Contact.unscoped.count() == (0 if code else 1)
