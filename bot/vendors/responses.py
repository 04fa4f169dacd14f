"""The Responses form: OpenAI and Azure's v1. Nothing is stored there (`store=False`), and the talk
is ours alone: no response refers to an earlier one.
"""

from __future__ import annotations

from typing import Any

from bot.vendors.base import AiTokens
from bot.vendors.wire import Exchange, ToolCall, WireCall, WireReply


class ResponsesWire:
    """Spells calls for `POST /responses`."""

    def send(self, client: Any, call: WireCall) -> WireReply:
        """Call once and read the answer. An answer of another shape raises TypeError."""
        answered = client.responses.create(**arguments_of(call))
        return reply_of(answered)


def arguments_of(call: WireCall) -> dict[str, Any]:
    """Return the SDK's arguments for a call."""
    items: list[Any] = [{"role": one.role, "content": one.text} for one in call.parts]
    for exchange in call.before:
        items += exchange.reply.echo
        items += _outputs(exchange)
    given: dict[str, Any] = {
        "model": call.model,
        "instructions": call.instructions,
        "input": items,
        "max_output_tokens": call.most_tokens,
        "store": False,
    }
    if call.person:
        given["safety_identifier"] = call.person
    if call.effort:
        given["reasoning"] = {"effort": call.effort}
        if call.effort != "none":
            # Nothing is stored there, so its thoughts come along, sealed, for the next round.
            given["include"] = ["reasoning.encrypted_content"]
    if call.tools:
        given["tools"] = [
            {
                "type": "function",
                "name": name,
                "description": told,
                "parameters": dict(schema),
                "strict": True,
            }
            for name, told, schema in call.tools
        ]
        given["tool_choice"] = "required"
    elif call.form is not None:
        form = {"type": "json_schema", "name": "acao", "schema": dict(call.form), "strict": True}
        given["text"] = {"format": form}
    return given


def _outputs(exchange: Exchange) -> list[dict[str, Any]]:
    return [
        {"type": "function_call_output", "call_id": one.call_id, "output": told}
        for one, told in zip(exchange.reply.calls, exchange.told, strict=True)
    ]


def reply_of(answered: Any) -> WireReply:
    """Read an answer. Raises TypeError for what is no response."""
    if not hasattr(answered, "output") or not isinstance(answered.output, list):
        raise TypeError("no response")
    calls: list[ToolCall] = []
    texts: list[str] = []
    is_refusal = False
    for item in answered.output:
        if item.type == "function_call":
            calls.append(ToolCall(str(item.name), str(item.arguments), str(item.call_id)))
        elif item.type == "message":
            for part in item.content or ():
                is_refusal = is_refusal or part.type == "refusal"
                texts.append(str(getattr(part, "text", "") or ""))
    why = getattr(getattr(answered, "incomplete_details", None), "reason", "") or ""
    if answered.status not in ("completed", "incomplete", None):
        raise TypeError("response not completed")
    usage = answered.usage
    return WireReply(
        calls=tuple(calls),
        text="".join(texts),
        tokens=_tokens(usage) if usage else AiTokens(),
        has_usage=usage is not None,
        is_cut=answered.status == "incomplete" and why != "content_filter",
        is_refusal=is_refusal,
        is_filtered=why == "content_filter",
        request_id=getattr(answered, "_request_id", None) or "",
        model=str(answered.model or ""),
        echo=tuple(item.to_dict() for item in answered.output if calls),
    )


def _tokens(usage: Any) -> AiTokens:
    details = getattr(usage, "input_tokens_details", None)
    made = getattr(usage, "output_tokens_details", None)
    return AiTokens(
        given=usage.input_tokens or 0,
        cached=getattr(details, "cached_tokens", 0) or 0,
        written=getattr(details, "cache_write_tokens", 0) or 0,
        made=usage.output_tokens or 0,
        reasoned=getattr(made, "reasoning_tokens", 0) or 0,
    )
