"""A frontend of its own: other origins, who am I, tickets for sockets, addresses, parameters,
limits.
"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Membership
from accounts.services import socket_tickets
from accounts.services.socket_tickets import socket_ticket_use
from contacts.models import Contact
from queues.models import Queue, QueueMember
from tests.api.conftest import API, Client

PAGE = "https://painel.clinica.example"


@pytest.fixture
def from_elsewhere(settings: Settings) -> None:
    """Let one other origin in."""
    settings.CORS_ALLOWED_ORIGINS = [PAGE]


# --- other origins --------------------------------------------------------------------------------


def preflight(client: Any, path: str, origin: str = PAGE) -> Any:
    asked = {"HTTP_ORIGIN": origin, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    return client.options(path, **asked)


def test_a_page_of_a_named_origin_may_call_with_a_token_but_with_no_cookie(
    api: Client, beto: Membership, from_elsewhere: None
):
    before = preflight(api(None), f"{API}contatos/")
    assert (before.status_code, before["Access-Control-Allow-Origin"]) == (200, PAGE)
    assert "idempotency-key" in before["Access-Control-Allow-Headers"]
    answer = api(beto).get("contatos/", HTTP_ORIGIN=PAGE)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, PAGE)
    assert "RateLimit" in answer["Access-Control-Expose-Headers"]
    for one in (before, answer):
        assert "Access-Control-Allow-Credentials" not in one


def test_other_origins_and_other_paths_are_told_nothing(
    api: Client, beto: Membership, from_elsewhere: None
):
    for path, origin in ((f"{API}contatos/", "https://alheio.example"), ("/atendimento/", PAGE)):
        assert "Access-Control-Allow-Origin" not in preflight(api(None), path, origin)
        assert "Access-Control-Allow-Origin" not in api(beto).get(path, HTTP_ORIGIN=origin)


def test_a_wildcard_is_refused_when_the_product_starts(settings: Settings):
    from corsheaders.checks import check_settings

    settings.CORS_ALLOWED_ORIGINS = ["*"]
    assert [row.id for row in check_settings()] == ["corsheaders.E013"]


# --- who am I -------------------------------------------------------------------------------------


def test_a_caller_learns_who_they_are_and_where(api: Client, beto: Membership):
    queue = Queue.unscoped.create(company=beto.company, name="Recepção")
    QueueMember.unscoped.create(company=beto.company, queue=queue, membership=beto)
    told = api(beto).get("eu/").json()
    assert (told["id"], told["role"], told["email"]) == (
        str(beto.pk),
        "atendente",
        beto.user.email,
    )
    assert told["company"]["id"] == str(beto.company_id)
    assert told["queues"] == [{"id": str(queue.pk), "name": queue.name, "is_active": True}]
    assert told["socket"] == f"/ws/atendimento/{beto.company_id}/"
    assert told["rights"] == ["atender", "ver_todas_as_conversas"]


def test_rights_follow_the_role_and_the_companys_settings(api: Client, ana: Membership):
    assert "administrar" in api(ana).get("eu/").json()["rights"]
    assert "ver_numeros" in api(ana).get("eu/").json()["rights"]


def test_strangers_learn_nothing(api: Client):
    assert api(None).get("eu/").status_code == 401
    assert api(None).post("eu/ticket/").status_code == 401


# --- tickets --------------------------------------------------------------------------------------


def test_a_ticket_lets_in_once_and_is_kept_only_as_a_hash(
    api: Client, beto: Membership, monkeypatch: pytest.MonkeyPatch
):
    kept: list[str] = []
    real = socket_tickets.cache.set
    monkeypatch.setattr(
        socket_tickets.cache, "set", lambda key, *rest: (kept.append(key), real(key, *rest))
    )
    answer = api(beto).post("eu/ticket/")
    ticket = answer.json()["ticket"]
    assert answer.status_code == 201
    assert answer.json()["address"].endswith(f"?ticket={ticket}")
    assert kept and ticket not in kept[0]
    bearer = socket_ticket_use(ticket)
    assert bearer is not None
    assert (bearer.user_id, bearer.company_id) == (beto.user_id, beto.company_id)
    assert socket_ticket_use(ticket) is None
    assert socket_ticket_use("inventado") is None


def test_a_session_gets_no_ticket(api: Client, beto: Membership):
    client = api(None)
    client.force_login(beto.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("eu/").status_code == 200
    assert client.post("eu/ticket/").status_code == 401


# --- addresses and parameters ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["contatos", "whatsapp/config", "eu", "schema", "docs"])
def test_an_address_without_its_final_slash_is_the_same(api: Client, ana: Membership, path: str):
    assert api(ana).get(path).status_code == 200
    refused = api(ana).get(f"{path}/nada")
    assert refused.status_code == 404


def test_both_forms_of_an_address_are_one_repeated_write(api: Client, beto: Membership):
    answers = [
        api(beto).post(path, {"name": "Jo"}, HTTP_IDEMPOTENCY_KEY="k")
        for path in ("contatos", "contatos/")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Contact.objects.for_company(beto.company).count() == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("conversas/?queue=x", "queue"),
        ("conversas/?unread=true", "unread"),
        ("contatos/?ordering=nome", "ordering"),
        ("contatos/?limite=abc", "limite"),
        ("contatos/?limite=0", "limite"),
        ("contatos/?limite=201", "limite"),
        ("contatos/?limite=", "limite"),
        ("contatos/?status=lead&status=lead", "status"),
        ("conversas/?contact=x", "contact"),
        ("eu/?limite=3", "limite"),
        ("analytics/metricas/?x=1", "x"),
        ("contatos/0192f3a4-0000-7000-8000-000000000001/?x=1", "x"),
    ],
)
def test_what_nothing_reads_is_refused_by_name(api: Client, ana: Membership, path: str, name: str):
    answer = api(ana).get(path)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


def test_a_write_takes_no_parameters(api: Client, beto: Membership):
    answer = api(beto).post("contatos/?status=lead", {"name": "Jo"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["status"])


# --- limits ---------------------------------------------------------------------------------------


def test_answers_tell_how_often_one_may_ask(api: Client, beto: Membership, settings: Settings):
    settings.API_CALLS_PER_MINUTE = 2
    client = api(beto)
    answers = [client.get("eu/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"padrao";q=2;w=60'}
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert answers[2].json()["code"] == "muitas_tentativas"


def test_one_callers_calls_are_not_anothers(
    api: Client, beto: Membership, carla: Membership, settings: Settings
):
    settings.API_CALLS_PER_MINUTE = 1
    assert api(beto).get("eu/").status_code == 200
    assert api(carla).get("eu/").status_code == 200


def test_without_a_limit_nothing_is_told(api: Client, beto: Membership, settings: Settings):
    settings.API_CALLS_PER_MINUTE = 0
    assert "RateLimit" not in api(beto).get("eu/")
