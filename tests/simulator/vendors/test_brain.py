"""The rules that stand for a model: they cite what the prompt holds, and magic words choose."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from simulator.vendors.brain import FakePrompt, thought
from simulator.vendors.shapes import chat_answer, prompt_of_chat, prompt_of_responses

KNOWS = (
    '<conhecimento>\n<entrada id="e1">\nPergunta: Quanto custa a consulta?\nResposta: R$ 350.\n'
    '</entrada>\n<entrada id="e2">\nPergunta: Onde fica?\nResposta: Rua das Flores.\n</entrada>'
)
TOOLS = ("responder", "passar_para_pessoa", "buscar_conhecimento")


def asked(newest: str) -> FakePrompt:
    return FakePrompt(KNOWS, f"<paciente>\n{newest}\n</paciente>", "Olá!", TOOLS)


@pytest.mark.parametrize(
    ("newest", "tool", "said"),
    [
        ("quanto custa uma consulta?", "responder", "R$ 350."),
        ("onde fica a clínica?", "responder", "Rua das Flores."),
        ("quero falar com um atendente", "passar_para_pessoa", None),
        ("vocês vendem pneus?", "passar_para_pessoa", None),
        ("inventa preço", "responder", "Custa R$ 13,37 hoje."),
        ("repete", "responder", "Olá!"),
        ("procura mais", "buscar_conhecimento", None),
        ("fora da lista", "apagar_cadastro", None),
    ],
)
def test_what_the_rules_answer(newest: str, tool: str, said: str | None) -> None:
    answer = thought(asked(newest))
    assert answer.tool == tool
    assert said is None or answer.arguments["texto"] == said


def test_both_wire_forms_are_read_alike() -> None:
    talk = [{"role": "user", "content": "<paciente>\nonde fica?\n</paciente>"}]
    responses = {"instructions": KNOWS, "input": talk, "tools": [{"name": "responder"}]}
    chat = {
        "messages": [{"role": "system", "content": KNOWS}, *talk],
        "tools": [{"function": {"name": "responder"}}],
    }
    assert thought(prompt_of_responses(responses)) == thought(prompt_of_chat(chat))
    said = chat_answer(chat, prompt_of_chat(chat), thought(prompt_of_chat(chat)))
    call = said["choices"][0]["message"]["tool_calls"][0]["function"]
    assert json.loads(call["arguments"])["fontes"] == ["e2"]


@pytest.mark.urls("simulator.urls")
def test_the_doors_want_a_key_and_play_failures() -> None:
    client = Client()
    body = {"model": "m", "instructions": KNOWS, "input": "<paciente>\ncota\n</paciente>"}

    def post(door: str, **headers: str) -> int:
        return client.post(door, json.dumps(body), "application/json", headers=headers).status_code

    assert post("/ia/v1/responses") == 401
    key = {"Authorization": "Bearer x"}
    assert post("/ia/v1/responses", **key) == 429
    body["input"] = "<paciente>\nerro 500\n</paciente>"
    assert post("/ia/openai/v1/responses", **key) == 500
    assert client.get("/ia/v1/models", headers=key).json()["data"]
    assert client.post("/ia/speechtotext/transcriptions:transcribe").status_code == 401
