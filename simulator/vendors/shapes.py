"""Both wire forms: requests read into what the rules see, answers written as the SDK takes them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from simulator.vendors.brain import FakeAnswer, FakePrompt, tokens_of

PATIENT_END = "</paciente>"


def prompt_of_responses(body: dict[str, Any]) -> FakePrompt:
    """Read a request of the Responses form."""
    items = body.get("input")
    items = items if isinstance(items, list) else [{"role": "user", "content": str(items or "")}]
    spoken = [(str(one.get("role", "")), one.get("content")) for one in items if "role" in one]
    return _prompt(
        str(body.get("instructions") or ""),
        spoken,
        [str(one.get("name", "")) for one in body.get("tools") or ()],
        has_form=bool((body.get("text") or {}).get("format")),
        has_looked=any(one.get("type") == "function_call_output" for one in items),
    )


def prompt_of_chat(body: dict[str, Any]) -> FakePrompt:
    """Read a request of the Chat Completions form."""
    messages = [one for one in body.get("messages") or () if isinstance(one, dict)]
    system = "\n".join(str(one.get("content")) for one in messages if one.get("role") == "system")
    spoken = [(str(one.get("role")), one.get("content")) for one in messages]
    return _prompt(
        system,
        [one for one in spoken if one[0] != "system"],
        [str((one.get("function") or {}).get("name", "")) for one in body.get("tools") or ()],
        has_form=bool(body.get("response_format")),
        has_looked=any(one.get("role") == "tool" for one in messages),
    )


def _prompt(
    instructions: str,
    spoken: list[tuple[str, Any]],
    tools: list[str],
    *,
    has_form: bool,
    has_looked: bool,
) -> FakePrompt:
    user = [str(text or "") for role, text in spoken if role == "user"]
    own = [str(text or "") for role, text in spoken if role == "assistant" and text]
    from_patient = [one for one in user if PATIENT_END in one]
    newest = (from_patient or user or [""])[-1]
    if has_form and "<paciente>" not in newest:
        newest = (user or [""])[-1]
    return FakePrompt(
        instructions=instructions,
        newest=newest,
        last_said=own[-1] if own else "",
        tools=tuple(tools),
        has_form=has_form,
        has_looked=has_looked,
    )


def responses_answer(
    body: dict[str, Any], prompt: FakePrompt, answer: FakeAnswer
) -> dict[str, Any]:
    """Write an answer in the Responses form."""
    if answer.tool and prompt.tools:
        item: dict[str, Any] = {
            "type": "function_call",
            "id": f"fc_{uuid4().hex}",
            "call_id": f"call_{uuid4().hex}",
            "name": answer.tool,
            "arguments": json.dumps(answer.arguments, ensure_ascii=False),
            "status": "completed",
        }
    else:
        part = {"type": "output_text", "text": _text(answer), "annotations": []}
        item = _message([part])
    return responses_shell(body, prompt, [item])


def refusal_answer(body: dict[str, Any], prompt: FakePrompt) -> dict[str, Any]:
    """Write a refusal in the Responses form."""
    return responses_shell(
        body, prompt, [_message([{"type": "refusal", "refusal": "Não posso ajudar com isso."}])]
    )


def _message(content: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "message",
        "id": f"msg_{uuid4().hex}",
        "role": "assistant",
        "status": "completed",
        "content": content,
    }


def responses_shell(
    body: dict[str, Any], prompt: FakePrompt, output: list[dict[str, Any]]
) -> dict[str, Any]:
    """Write the object around an answer, with what it used."""
    given = tokens_of([prompt.instructions, prompt.newest])
    made = tokens_of([json.dumps(output)])
    return {
        "id": f"resp_{uuid4().hex}",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": str(body.get("model", "")),
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": given // 2, "cache_write_tokens": 0},
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": given + made,
        },
    }


def chat_answer(
    body: dict[str, Any], prompt: FakePrompt, answer: FakeAnswer, *, is_refusal: bool = False
) -> dict[str, Any]:
    """Write an answer in the Chat Completions form."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    ended = "stop"
    if is_refusal:
        message["refusal"] = "Não posso ajudar com isso."
    elif answer.tool and prompt.tools:
        ended = "tool_calls"
        function = {
            "name": answer.tool,
            "arguments": json.dumps(answer.arguments, ensure_ascii=False),
        }
        call = {"id": f"call_{uuid4().hex}", "type": "function", "function": function}
        message["tool_calls"] = [call]
    else:
        message["content"] = _text(answer)
    given, made = tokens_of([prompt.instructions, prompt.newest]), tokens_of([json.dumps(message)])
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion",
        "created": 1,
        "model": str(body.get("model", "")),
        "choices": [{"index": 0, "message": message, "finish_reason": ended}],
        "usage": {
            "prompt_tokens": given,
            "completion_tokens": made,
            "total_tokens": given + made,
        },
    }


def _text(answer: FakeAnswer) -> str:
    if answer.tool:
        return json.dumps({"acao": answer.tool, **answer.arguments}, ensure_ascii=False)
    return answer.text
