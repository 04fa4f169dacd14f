"""Every way a vendor can fail ends as one trouble, in time; a good answer is checked and paid."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from accounts.models import Company
from bot.models import AiClaim, AiDeparture, AiProvider, AiUsage
from bot.services.ai_ledger import policy_of
from bot.services.vendor_answers import vendor_of
from bot.vendors.base import ActKind, BotAct, GivenEntry, Looked, VendorTrouble
from tests.bot.vendors.conftest import (
    GOOD,
    asking,
    bodies_of,
    called,
    chat_body,
    responses_body,
    spoken,
)

Says = Callable[[Request], Response]
pytestmark = pytest.mark.django_db


def error(status: int, code: str, **headers: str) -> Says:
    body = json.dumps({"error": {"code": code, "message": "segredo do servidor", "type": "x"}})
    return lambda _request: Response(body, status, headers, content_type="application/json")


def body(content: Any, kind: str = "application/json") -> Says:
    text = content if isinstance(content, str) else json.dumps(content)
    return lambda _request: Response(text, 200, {"x-request-id": "req_7"}, content_type=kind)


def refusal() -> dict[str, Any]:
    said = spoken("")
    said["content"] = [{"type": "refusal", "refusal": "não posso"}]
    return responses_body([said])


CUT = responses_body(
    [spoken("meia frase")], status="incomplete", incomplete_details={"reason": "max_output_tokens"}
)
FILTERED = responses_body([], status="incomplete", incomplete_details={"reason": "content_filter"})
# The table of the SDK's failures: what the server does, what comes of it, how often it was asked.
FAILURES: list[tuple[str, Says, VendorTrouble, int]] = [
    ("quota", error(429, "insufficient_quota"), VendorTrouble.QUOTA, 1),
    ("ritmo", error(429, "rate_limit_exceeded", **{"Retry-After": "0"}), VendorTrouble.BUSY, 2),
    ("401", error(401, "invalid_api_key"), VendorTrouble.CREDENTIALS, 1),
    ("403", error(403, "forbidden"), VendorTrouble.CREDENTIALS, 1),
    ("longo", error(400, "context_length_exceeded"), VendorTrouble.TOO_LONG, 2),
    ("400", error(400, "invalid_value"), VendorTrouble.BAD_REQUEST, 1),
    ("filtro", error(400, "content_filter"), VendorTrouble.FILTERED, 1),
    ("404", error(404, "model_not_found"), VendorTrouble.MODEL_GONE, 1),
    ("413", error(413, ""), VendorTrouble.TOO_LONG, 2),
    ("500", error(500, "server_error"), VendorTrouble.SERVER, 2),
    ("503 html", lambda _r: Response("<html>", 503), VendorTrouble.SERVER, 2),
    ("html com 200", body("<html>login</html>", "text/html"), VendorTrouble.NONSENSE, 2),
    ("json cortado", body('{"id": "resp_1", "output": [{"ty'), VendorTrouble.NONSENSE, 2),
    ("vazio", body({}), VendorTrouble.NONSENSE, 2),
    ("lista", body([1, 2]), VendorTrouble.NONSENSE, 2),
    ("sem output", body({"id": "x", "status": "completed"}), VendorTrouble.NONSENSE, 2),
    ("recusa", body(refusal()), VendorTrouble.REFUSAL, 1),
    ("incompleta", body(CUT), VendorTrouble.NONSENSE, 3),
    ("filtrada", body(FILTERED), VendorTrouble.FILTERED, 1),
    ("texto sem ferramenta", body(responses_body([spoken("oi")])), VendorTrouble.NONSENSE, 2),
    (
        "ferramenta inventada",
        body(responses_body([called("apagar_paciente", id="7")])),
        VendorTrouble.NONSENSE,
        2,
    ),
    (
        "campo a mais",
        body(responses_body([called("horarios", contato_id="7")])),
        VendorTrouble.NONSENSE,
        2,
    ),
    (
        "preço inventado",
        body(responses_body([called("responder", texto="Custa R$ 99,00.", fontes=["e1"])])),
        VendorTrouble.UNGUARDED,
        2,
    ),
]


@pytest.mark.parametrize(
    ("says", "trouble", "times"), [one[1:] for one in FAILURES], ids=[one[0] for one in FAILURES]
)
def test_every_failure_ends_as_one_trouble(
    clinic: Company,
    provider: AiProvider,
    httpserver: HTTPServer,
    says: Says,
    trouble: VendorTrouble,
    times: int,
) -> None:
    httpserver.expect_request("/v1/responses").respond_with_handler(says)
    result = vendor_of(provider).answer(asking(clinic))
    assert (result.trouble, result.acts) == (trouble, ())
    assert len(httpserver.log) == times
    assert "segredo" not in result.detail
    row = AiUsage.objects.for_company(clinic).get()
    assert row.trouble == trouble.value
    assert not AiClaim.objects.for_company(clinic).exists()


def _listening(answer: Callable[[socket.socket], None]) -> tuple[int, socket.socket]:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                taken, _peer = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(taken,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1], server


def _drip(taken: socket.socket) -> None:
    taken.recv(65536)
    taken.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
    )
    try:
        for _n in range(900):
            taken.sendall(b" ")
            time.sleep(0.1)
    except OSError:
        pass


def _short(taken: socket.socket) -> None:
    taken.recv(65536)
    taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
    taken.close()


def _reset(taken: socket.socket) -> None:
    taken.close()


def _silent(taken: socket.socket) -> None:
    taken.recv(65536)
    time.sleep(30)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (_drip, VendorTrouble.TIMEOUT),
        (_silent, VendorTrouble.TIMEOUT),
        (_short, VendorTrouble.UNREACHABLE),
        (_reset, VendorTrouble.UNREACHABLE),
        (None, VendorTrouble.UNREACHABLE),
    ],
    ids=["goteja", "cala", "corta", "fecha", "ninguém"],
)
def test_broken_connections_end_in_time(
    clinic: Company, provider: AiProvider, settings: Any, answer: Any, trouble: VendorTrouble
) -> None:
    port, server = _listening(answer or _reset)
    if answer is None:
        server.close()
    settings.MEDIA_EXTRA_HOSTS = [f"127.0.0.1:{port}"]
    provider.base_url = f"http://127.0.0.1:{port}/v1"
    began = time.monotonic()
    result = vendor_of(provider).answer(asking(clinic), budget_seconds=1.5)
    assert result.trouble == trouble
    assert time.monotonic() - began < 2.5
    server.close()


def test_an_address_inside_is_not_called(clinic: Company, provider: AiProvider, settings: Any):
    settings.MEDIA_EXTRA_HOSTS = []
    result = vendor_of(provider).answer(asking(clinic))
    assert (result.trouble, result.detail) == (VendorTrouble.UNREACHABLE, "endereco_nao_permitido")


def test_a_good_answer_is_read_paid_for_and_logged(
    clinic: Company, provider: AiProvider, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v1/responses").respond_with_handler(body(responses_body([GOOD])))
    request = asking(clinic, "sou a Joana Prado, cpf 529.982.247-25", names=("Joana Prado",))
    result = vendor_of(provider).answer(request)
    assert result.act == BotAct(ActKind.ANSWER, text="A consulta custa R$ 350,00.", sources=("e1",))
    assert result.request_id == "req_7"
    # 600 fresh at 10, 400 cached at 1, 100 made at 50, of a million.
    assert result.cost == Decimal("0.0114")
    sent = next(iter(bodies_of(httpserver)))
    assert sent["store"] is False
    assert "previous_response_id" not in sent
    assert len(sent["safety_identifier"]) == 64
    assert str(request.contact_id) not in json.dumps(sent)
    assert all(tool["strict"] for tool in sent["tools"])
    for secret in ("529.982.247-25", "Joana", "Prado"):
        assert secret not in json.dumps(sent, ensure_ascii=False)
    log = AiDeparture.objects.for_company(clinic).get()
    assert "<CPF_1>" in log.sent
    assert "529.982.247-25" not in log.sent + log.answered
    assert AiUsage.objects.for_company(clinic).get().cost == Decimal("0.0114")


def test_a_prompt_begins_with_what_stays(
    clinic: Company, provider: AiProvider, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v1/responses").respond_with_json(responses_body([GOOD]))
    for newest in ("quanto é?", "e quanto fica?"):
        vendor_of(provider).answer(asking(clinic, newest, moment=f"agora {newest}"))
    first, second = bodies_of(httpserver)
    assert first["instructions"] == second["instructions"]
    assert first["input"][-1] != second["input"][-1]


def test_the_guards_word_gives_a_second_chance(
    clinic: Company, provider: AiProvider, httpserver: HTTPServer
) -> None:
    bad = called("responder", texto="Custa R$ 99,00.", fontes=["e1"])
    httpserver.expect_ordered_request("/v1/responses").respond_with_json(responses_body([bad]))
    httpserver.expect_ordered_request("/v1/responses").respond_with_json(responses_body([GOOD]))
    result = vendor_of(provider).answer(asking(clinic))
    assert result.act is not None
    assert result.rejected == ("Custa R$ 99,00.",)
    assert "numero" in result.failed


def test_a_search_is_answered_within_the_call(
    clinic: Company, provider: AiProvider, httpserver: HTTPServer
) -> None:
    found = GivenEntry("e9", "Tem estacionamento?", "Sim, por R$ 12,00.")
    asked: list[str] = []

    def look(act: BotAct) -> Looked:
        asked.append(act.query)
        return Looked(act, "1 entrada", (found,))

    seek = called("buscar_conhecimento", consulta="estacionamento")
    say = called("responder", texto="Sim, por R$ 12,00.", fontes=["e9"])
    httpserver.expect_ordered_request("/v1/responses").respond_with_json(responses_body([seek]))
    httpserver.expect_ordered_request("/v1/responses").respond_with_json(responses_body([say]))
    result = vendor_of(provider).answer(asking(clinic, look=look))
    assert asked == ["estacionamento"]
    assert result.act is not None and result.act.sources == ("e9",)
    _first, second = bodies_of(httpserver)
    assert [one.get("type") for one in second["input"][-2:]] == [
        "function_call",
        "function_call_output",
    ]


def test_a_server_without_tools_answers_in_one_object(
    clinic: Company, compatible: AiProvider, httpserver: HTTPServer
) -> None:
    said = {"acao": "responder", "texto": "A consulta custa R$ 350,00.", "fontes": ["e1"]}
    dressed = f"Claro!\n```json\n{json.dumps(said)}\n```"
    httpserver.expect_request("/v1/chat/completions").respond_with_json(
        chat_body({"content": dressed})
    )
    result = vendor_of(compatible).answer(asking(clinic))
    assert result.act is not None and result.act.sources == ("e1",)
    sent = next(iter(bodies_of(httpserver)))
    assert "tools" not in sent
    assert sent["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"is_active": False}, VendorTrouble.OFF),
        ({"kind": "local"}, VendorTrouble.NO_VENDOR),
        ({}, VendorTrouble.ABROAD),
    ],
)
def test_what_stands_against_asking(
    clinic: Company, provider: AiProvider, httpserver: HTTPServer, change: Any, trouble: str
) -> None:
    policy = policy_of(clinic.pk)
    policy.may_go_abroad = False
    policy.save()
    for name, value in change.items():
        setattr(provider, name, value)
    assert vendor_of(provider).answer(asking(clinic)).trouble == trouble
    assert vendor_of(None).answer(asking(clinic)).trouble == VendorTrouble.NO_VENDOR
    assert httpserver.log == []


def test_a_rival_has_no_way_to_our_provider(rival: Company, provider: AiProvider) -> None:
    assert vendor_of(provider).answer(asking(rival)).trouble == VendorTrouble.NO_VENDOR


def test_trouble_of_the_account_switches_off_and_faults_let_rest(
    clinic: Company, provider: AiProvider, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v1/responses").respond_with_handler(error(400, "x"))
    vendor_of(provider).answer(asking(clinic))
    httpserver.clear()
    httpserver.expect_request("/v1/responses").respond_with_handler(body({}))
    for _n in range(5):
        vendor_of(provider).answer(asking(clinic))
    provider.refresh_from_db()
    assert provider.is_resting
    assert vendor_of(provider).answer(asking(clinic)).trouble == VendorTrouble.BREAKER
    AiProvider.unscoped.filter(pk=provider.pk).update(breaker_until=None)
    provider.refresh_from_db()
    httpserver.clear()
    httpserver.expect_request("/v1/responses").respond_with_handler(error(401, "bad"))
    vendor_of(provider).answer(asking(clinic))
    provider.refresh_from_db()
    assert not provider.is_active
    assert provider.status_detail
