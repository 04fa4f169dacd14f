"""The vendor's doors: OpenAI's, Azure's v1 and Azure Speech's, each as their clients call them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulator.transport import DELAY_HEADER
from simulator.vendors import shapes
from simulator.vendors.brain import FakePrompt, thought
from simulator.vendors.sound import NoSound, heard

MODELS = ("gpt-6-luna", "gpt-6.1-terra", "gpt-transcribe", "text-embedding-3-small")
SLOW_SECONDS = 30
EMBEDDING_SIZE = 64


@csrf_exempt
@require_POST
def responses(request: HttpRequest) -> HttpResponse:
    """Answer in the Responses form."""

    def answer(body: dict[str, Any]) -> HttpResponse:
        prompt = shapes.prompt_of_responses(body)
        if prompt.behaviour == "recusa":
            return _told(shapes.refusal_answer(body, prompt))
        return _failing(prompt) or _told(shapes.responses_answer(body, prompt, thought(prompt)))

    return _answered(request, answer)


@csrf_exempt
@require_POST
def chat(request: HttpRequest) -> HttpResponse:
    """Answer in the Chat Completions form."""

    def answer(body: dict[str, Any]) -> HttpResponse:
        prompt = shapes.prompt_of_chat(body)
        is_refusal = prompt.behaviour == "recusa"
        return _failing(prompt) or _told(
            shapes.chat_answer(body, prompt, thought(prompt), is_refusal=is_refusal)
        )

    return _answered(request, answer)


@csrf_exempt
@require_POST
def embeddings(request: HttpRequest) -> HttpResponse:
    """Give every text a vector that is the same each time."""

    def answer(body: dict[str, Any]) -> HttpResponse:
        given = body.get("input")
        texts = given if isinstance(given, list) else [given]
        data = [
            {"object": "embedding", "index": at, "embedding": _vector(str(text))}
            for at, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": sum(len(str(one)) for one in texts) // 4, "total_tokens": 1}
        model = body.get("model", "")
        return _told({"object": "list", "data": data, "model": model, "usage": usage})

    return _answered(request, answer)


@require_GET
def models(request: HttpRequest) -> HttpResponse:
    """List the models there are."""
    if refused := _unknown_key(request):
        return refused
    data = [{"id": one, "object": "model", "created": 1, "owned_by": "simulador"} for one in MODELS]
    return JsonResponse({"object": "list", "data": data})


@csrf_exempt
@require_POST
def transcriptions(request: HttpRequest) -> HttpResponse:
    """Write down a voice note as OpenAI does."""
    if refused := _unknown_key(request):
        return refused
    file = request.FILES.get("file")
    if file is None or "." not in str(file.name):
        return _error(400, "invalid_value", "file")
    try:
        found = heard(file.read())
    except NoSound:
        return _error(400, "invalid_value", "file")
    return _told(
        {
            "text": found.text,
            "languages": [{"code": "pt"}],
            "usage": {"type": "duration", "seconds": round(found.seconds)},
        }
    )


@csrf_exempt
@require_POST
def speech(request: HttpRequest) -> HttpResponse:
    """Write down a voice note as Azure's fast transcription does."""
    if not request.headers.get("Ocp-Apim-Subscription-Key"):
        return JsonResponse({"code": "Unauthorized"}, status=401)
    try:
        definition = json.loads(request.POST.get("definition") or _part(request, "definition"))
        audio: Any = request.FILES["audio"]
        found = heard(audio.read())
    except (ValueError, KeyError, NoSound):
        return JsonResponse({"code": "InvalidRequest"}, status=400)
    if "pt-BR" not in definition.get("locales", ()):
        return JsonResponse({"code": "InvalidLocale"}, status=400)
    phrase = {"text": found.text, "confidence": 0.93, "locale": "pt-BR"}
    return JsonResponse(
        {
            "durationMilliseconds": round(found.seconds * 1000),
            "combinedPhrases": [{"text": found.text}],
            "phrases": [phrase],
        }
    )


def _part(request: HttpRequest, name: str) -> str:
    """Return a part that came as a file with a type of its own."""
    file = request.FILES.get(name)
    return file.read().decode() if file is not None else ""


def _answered(
    request: HttpRequest, answer: Callable[[dict[str, Any]], HttpResponse]
) -> HttpResponse:
    if refused := _unknown_key(request):
        return refused
    try:
        body = json.loads(request.body)
    except ValueError:
        return _error(400, "invalid_json", "body")
    return answer(body) if isinstance(body, dict) else _error(400, "invalid_value", "body")


def _unknown_key(request: HttpRequest) -> HttpResponse | None:
    """Refuse who brings no key; which one it is does not matter here."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if given and given != "errada":
        return None
    return _error(401, "invalid_api_key", "authorization")


def _failing(prompt: FakePrompt) -> HttpResponse | None:
    match prompt.behaviour:
        case "500":
            return _error(500, "server_error", "")
        case "cota":
            return _error(429, "insufficient_quota", "")
        case "401":
            return _error(401, "invalid_api_key", "")
        case "quebrado":
            return HttpResponse('{"id": "resp_1", "output": [{"ty', "application/json")
        case "html":
            return HttpResponse("<html><body>Entre para continuar</body></html>")
        case "demora":
            late = _told({})
            late.headers[DELAY_HEADER] = str(SLOW_SECONDS)
            return late
    return None


def _told(body: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response.headers["x-request-id"] = f"req_{hashlib.sha256(response.content).hexdigest()[:16]}"
    return response


def _error(status: int, code: str, param: str) -> HttpResponse:
    error = {"message": "Simulado.", "type": "simulado", "param": param, "code": code}
    return JsonResponse({"error": error}, status=status)


def _vector(text: str) -> list[float]:
    digest = hashlib.shake_256(text.lower().encode()).digest(EMBEDDING_SIZE)
    return [(one - 128) / 1024 for one in digest]
