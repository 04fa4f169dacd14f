"""The Chat Completions form: what every compatible server has."""

from __future__ import annotations

from typing import Any

from bot.vendors.base import AiTokens
from bot.vendors.wire import ToolCall, WireCall, WireReply


class ChatWire:
    """Spells calls for `POST /chat/completions`."""

    def send(self, client: Any, call: WireCall) -> WireReply:
        """Call once and read the answer. An answer of another shape raises TypeError."""
        return reply_of(client.chat.completions.create(**arguments_of(call)))


def arguments_of(call: WireCall) -> dict[str, Any]:
    """Return the SDK's arguments for a call; only what every server takes."""
    messages: list[Any] = [{"role": "system", "content": call.instructions}]
    messages += [{"role": one.role, "content": one.text} for one in call.parts]
    for exchange in call.before:
        messages += exchange.reply.echo
        messages += [
            {"role": "tool", "tool_call_id": one.call_id, "content": told}
            for one, told in zip(exchange.reply.calls, exchange.told, strict=True)
        ]
    given: dict[str, Any] = {
        "model": call.model,
        "messages": messages,
        "max_tokens": call.most_tokens,
    }
    if call.tools:
        given["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": name,
                    "description": told,
                    "parameters": dict(schema),
                    "strict": True,
                },
            }
            for name, told, schema in call.tools
        ]
        given["tool_choice"] = "required"
    elif call.form is not None:
        schema = {"name": "acao", "schema": dict(call.form), "strict": True}
        given["response_format"] = {"type": "json_schema", "json_schema": schema}
    return given


def reply_of(answered: Any) -> WireReply:
    """Read an answer. Raises TypeError for what is no completion."""
    choices = getattr(answered, "choices", None)
    if not isinstance(choices, list) or not choices:
        raise TypeError("no completion")
    message, ended = choices[0].message, choices[0].finish_reason
    calls = tuple(
        ToolCall(str(one.function.name), str(one.function.arguments), str(one.id))
        for one in message.tool_calls or ()
        if one.type == "function"
    )
    usage = answered.usage
    return WireReply(
        calls=calls,
        text=str(message.content or ""),
        tokens=_tokens(usage) if usage else AiTokens(),
        has_usage=usage is not None,
        is_cut=ended == "length",
        is_refusal=bool(getattr(message, "refusal", None)),
        is_filtered=ended == "content_filter",
        request_id=getattr(answered, "_request_id", None) or "",
        model=str(answered.model or ""),
        echo=(_echo(message),) if calls else (),
    )


def _echo(message: Any) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": message.content or "",
        "tool_calls": [one.to_dict() for one in message.tool_calls],
    }


def _tokens(usage: Any) -> AiTokens:
    given = getattr(usage, "prompt_tokens_details", None)
    made = getattr(usage, "completion_tokens_details", None)
    return AiTokens(
        given=usage.prompt_tokens or 0,
        cached=getattr(given, "cached_tokens", 0) or 0,
        written=getattr(given, "cache_write_tokens", 0) or 0,
        made=usage.completion_tokens or 0,
        reasoned=getattr(made, "reasoning_tokens", 0) or 0,
    )
