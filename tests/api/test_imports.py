"""Bringing people in over the API."""

from __future__ import annotations

from accounts.models import Membership
from contacts.models import Contact, ImportJob
from tests.api.conftest import Client
from tests.contacts.importing import run

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
