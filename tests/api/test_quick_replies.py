"""Respostas rápidas by the API."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Company, Membership
from queues.models import QuickReply
from queues.services.queues import queue_save
from queues.services.quick_replies import quick_reply_save

FIELDS = {
    *("id", "scope", "queue", "folder", "name", "text", "files", "used_count"),
    *("created_at", "updated_at"),
}


def test_a_quick_reply_is_made_changed_and_removed(api: Any, beto: Membership):
    client = api(beto)
    made = client.post(
        "respostas-rapidas/", {"name": "/oi", "text": "Oi, {{nome}}!", "folder": "Geral"}
    )
    assert made.status_code == 201, made.json()
    assert set(made.json()) == FIELDS
    assert (made.json()["name"], made.json()["scope"]) == ("oi", "pessoal")
    where = f"respostas-rapidas/{made.json()['id']}/"
    changed = client.patch(where, {"text": "Olá, {{nome}}!"}).json()
    assert (changed["text"], changed["folder"]) == ("Olá, {{nome}}!", "Geral")
    assert client.get("respostas-rapidas/").json()["results"] == [changed]
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_a_file_comes_and_goes(api: Any, beto: Membership):
    reply = quick_reply_save(actor=beto, name="oi", text="Oi")
    file = SimpleUploadedFile("a.txt", b"Preparo", "text/plain")
    where = f"respostas-rapidas/{reply.pk}/arquivos/"
    sent = api(beto).post(where, {"file": file}, format="multipart")
    assert sent.status_code == 201, sent.json()
    assert [one["filename"] for one in sent.json()["files"]] == ["a.txt"]
    assert api(beto).delete(where).status_code == 204
    assert api(beto).get(f"respostas-rapidas/{reply.pk}/").json()["files"] == []


def test_the_teams_and_strangers(api: Any, ana: Membership, beto: Membership, clinic: Company):
    queue = queue_save(company=clinic, actor=None, name="Exames")
    assert api(beto).post(
        "respostas-rapidas/", {"name": "oi", "text": "Oi", "scope": "empresa"}
    ).status_code == 403  # fmt: skip
    # A queue that somebody does not see is none.
    given = {"name": "oi", "text": "Oi", "scope": "fila", "queue": str(queue.pk)}
    assert api(beto).post("respostas-rapidas/", given).status_code == 404
    assert api(ana).post("respostas-rapidas/", given).status_code == 201
    private = quick_reply_save(actor=beto, name="minha", text="Oi")
    assert api(ana).get(f"respostas-rapidas/{private.pk}/").status_code == 404


def test_what_is_wrong_is_named(api: Any, beto: Membership):
    for given, field in (
        ({"name": "a b", "text": "x"}, "name"),
        ({"name": "a", "text": "{{senha}}"}, "text"),
        ({"name": "a", "text": "x", "used_count": 3}, "used_count"),
        ({"name": "a"}, "text"),
    ):
        refused = api(beto).post("respostas-rapidas/", given)
        assert refused.status_code in (400, 422), refused.json()
        assert field in refused.json()["fields"]
    assert not QuickReply.unscoped.exists()
