"""A vendor's server on this machine, and a company's provider that points at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer

from accounts.models import Company
from bot.models import AiProvider, AiRate
from bot.services.ai_ledger import policy_of
from bot.vendors.base import ActKind, AnswerRequest, GivenEntry

ENTRY = GivenEntry("e1", "Quanto custa a consulta?", "A consulta custa R$ 350,00.")
OTHER = GivenEntry("e2", "Qual o horário?", "Atendemos das 8h às 18h.")
USAGE = {
    "input_tokens": 1000,
    "input_tokens_details": {"cached_tokens": 400, "cache_write_tokens": 0},
    "output_tokens": 100,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 1100,
}


def responses_body(output: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a body of the Responses form, as small as the SDK takes it."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "modelo-teste",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "required",
        "tools": [],
        "usage": USAGE,
        **more,
    }


def called(name: str, **arguments: Any) -> dict[str, Any]:
    """Return a tool call as the Responses form has it."""
    return {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": name,
        "arguments": json.dumps(arguments),
        "status": "completed",
    }


def spoken(text: str) -> dict[str, Any]:
    """Return a message as the Responses form has it."""
    part = {"type": "output_text", "text": text, "annotations": []}
    return {
        "type": "message",
        "id": "m1",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


def chat_body(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a body of the Chat Completions form."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "modelo-teste",
        "choices": [choice | more],
        "usage": usage,
    }


GOOD = called("responder", texto="A consulta custa R$ 350,00.", fontes=["e1"])
Make = Callable[..., AiProvider]


@pytest.fixture
def provider(clinic: Company, httpserver: HTTPServer, settings: Any) -> AiProvider:
    """Give an OpenAI provider on this machine whose company allows it, with prices."""
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    policy = policy_of(clinic.pk)
    policy.may_go_abroad = True
    policy.save()
    AiRate.unscoped.create(
        company=clinic,
        model="modelo-teste",
        valid_from=date(2026, 1, 1),
        given_price=Decimal(10),
        cached_price=Decimal(1),
        made_price=Decimal(50),
        minute_price=Decimal("0.0045"),
    )
    return AiProvider.unscoped.create(
        company=clinic,
        name="Teste",
        kind=AiProvider.Kind.OPENAI,
        base_url=httpserver.url_for("/v1"),
        model="modelo-teste",
        credentials={"key": "sk-segredo"},
    )


@pytest.fixture
def compatible(provider: AiProvider) -> AiProvider:
    """Give the same server as one that knows the Chat form only, without tools."""
    provider.kind = AiProvider.Kind.COMPATIBLE
    provider.capabilities = {"tools": False}
    provider.save()
    return provider


def asking(company: Company, newest: str = "quanto custa?", **given: Any) -> AnswerRequest:
    """Return a request of a patient's turn."""
    known: dict[str, Any] = {
        "company_id": company.pk,
        "call_id": uuid4(),
        "contact_id": uuid4(),
        "entries": (ENTRY, OTHER),
        "newest": newest,
        "rules": "Fale com carinho.",
        "facts": "Clínica Exemplo, Rua das Flores, 120.",
        "moment": "segunda-feira, 10h, aberta",
        "acts": frozenset(ActKind),
        "notes": ("convenio",),
    }
    return AnswerRequest(**(known | given))


def bodies_of(httpserver: HTTPServer) -> Iterable[dict[str, Any]]:
    """Return the JSON that reached the server, in order."""
    return [json.loads(request.get_data()) for request, _response in httpserver.log]
