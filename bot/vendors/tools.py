"""The closed list of tools, as a model is told of them, and what comes back, checked.

No tool has an id of a person, a conversation or a company: the server binds them. With tools each
act is a function; without them one JSON object says the same (`JSON_FORM`), and the same check
reads both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.vendors.base import ActKind, AiUse, AnswerRequest, BotAct

REASONS = (
    "pedido",
    "sem_resposta",
    "clinico",
    "reclamacao",
    "emergencia",
    "fora_do_escopo",
    "agente",
)
MOST_TEXT = 2_000
MOST_OPTIONS = 3
MOST_SOURCES = 8
TOLD = {
    ActKind.ANSWER: "Responde ao paciente somente com o que dizem as entradas citadas em fontes.",
    ActKind.OFFER: "Mostra até três entradas como botões, quando não está claro qual delas é.",
    ActKind.ASK: "Faz uma pergunta curta ao paciente.",
    ActKind.HAND_OVER: "Passa a conversa para uma pessoa da equipe.",
    ActKind.END: "Encerra quando o paciente disse que está resolvido.",
    ActKind.SEARCH: "Procura mais entradas do conhecimento da clínica.",
    ActKind.HOURS: "Diz se a clínica está aberta e os próximos horários.",
    ActKind.CLASSIFY: "Diz à equipe o assunto, o sentimento e o motivo.",
    ActKind.NOTE: "Anota para a equipe um dado que o paciente contou.",
}

TOLD_REWRITING = "Devolve o texto revisado em texto; fontes fica vazio."


class ToolMisused(Exception):
    """A model called a tool that it has not, or filled it with what does not belong there."""


def tool_schemas(request: AnswerRequest) -> dict[ActKind, dict[str, Any]]:
    """Return the strict JSON schema of each tool that a request allows."""
    return {kind: _object(_fields(kind, request)) for kind in ActKind if kind in request.acts}


def told_of(kind: ActKind, request: AnswerRequest) -> str:
    """Return what a model is told of a tool."""
    return TOLD_REWRITING if request.use == AiUse.REWRITE else TOLD[kind]


def json_form(request: AnswerRequest) -> dict[str, Any]:
    """Return the one object that stands for all tools where a server has none."""
    fields: dict[str, Any] = {
        "acao": _choice(kind.value for kind in ActKind if kind in request.acts)
    }
    for kind in ActKind:
        if kind in request.acts:
            for name, schema in _fields(kind, request).items():
                fields[name] = _or_null(schema)
    return _object(fields)


def _fields(kind: ActKind, request: AnswerRequest) -> dict[str, Any]:
    ids = _list_of(_choice(one.id for one in request.entries))
    match kind:
        case ActKind.ANSWER:
            # What a search finds later may be cited too, so the ids are not a closed list.
            return {"texto": _TEXT, "fontes": _list_of(_TEXT)}
        case ActKind.OFFER:
            return {"texto": _TEXT, "opcoes": ids if request.entries else _list_of(_TEXT)}
        case ActKind.ASK:
            return {"texto": _TEXT, "espera": _TEXT}
        case ActKind.HAND_OVER:
            fila = {"fila": _or_null(_choice(request.queues))} if request.queues else {}
            return {"motivo": _choice(REASONS), "resumo": _TEXT, **fila}
        case ActKind.END:
            return {"confirmado": {"type": "boolean"}}
        case ActKind.SEARCH:
            return {"consulta": _TEXT}
        case ActKind.NOTE:
            return {"campo": _choice(request.notes) if request.notes else _TEXT, "valor": _TEXT}
        case ActKind.CLASSIFY:
            assunto = {"assunto": _or_null(_choice(request.queues))} if request.queues else {}
            return {**assunto, "sentimento": _choice(request.notes), "motivo": _TEXT}
        case ActKind.HOURS:
            return {}


_TEXT: dict[str, Any] = {"type": "string"}


def _choice(values: Iterable[str]) -> dict[str, Any]:
    return {"type": "string", "enum": sorted(values)}


def _list_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(schema)}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {**schema, "type": ["string", "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }


def act_read(name: str, arguments: str | Mapping[str, Any], request: AnswerRequest) -> BotAct:
    """Return the act that a model asked for. Raises ToolMisused for anything that the tool's schema
    does not say: a tool it has not, a field it has not, a value of another kind.
    """
    try:
        kind = ActKind(name)
    except ValueError:
        raise ToolMisused("no such tool") from None
    if kind not in request.acts:
        raise ToolMisused("tool not given")
    given = _given(arguments)
    known = _fields(kind, request)
    if set(given) - set(known):
        raise ToolMisused("unknown field")
    return _act_of(kind, {name: given.get(name) for name in known}, request)


def act_of_form(arguments: str | Mapping[str, Any], request: AnswerRequest) -> BotAct:
    """Return the act that the one JSON object says. Raises ToolMisused."""
    given = _given(arguments)
    try:
        kind = ActKind(str(given.pop("acao", "")))
    except ValueError:
        raise ToolMisused("no such act") from None
    if kind not in request.acts:
        raise ToolMisused("act not given")
    all_known = set(json_form(request)["properties"])
    if set(given) - all_known:
        raise ToolMisused("unknown field")
    # Fields of other acts come as null, or filled by a model that did not listen: they say nothing.
    known = _fields(kind, request)
    return _act_of(kind, {name: given.get(name) for name in known}, request)


def _given(arguments: str | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except (ValueError, RecursionError):
            raise ToolMisused("no JSON") from None
    if not isinstance(arguments, Mapping):
        raise ToolMisused("no object")
    return dict(arguments)


def _act_of(kind: ActKind, given: Mapping[str, Any], request: AnswerRequest) -> BotAct:
    match kind:
        case ActKind.ANSWER:
            return BotAct(kind, text=_text(given["texto"]), sources=_ids(given["fontes"]))
        case ActKind.OFFER:
            options = _ids(given["opcoes"])
            if not 1 <= len(options) <= MOST_OPTIONS:
                raise ToolMisused("one to three options")
            return BotAct(kind, text=_text(given["texto"]), options=options)
        case ActKind.ASK:
            return BotAct(kind, text=_text(given["texto"]), awaits=_text(given["espera"], least=0))
        case ActKind.HAND_OVER:
            reason = given["motivo"]
            return BotAct(
                kind,
                reason=reason if reason in REASONS else "agente",
                summary=_text(given["resumo"], least=0),
                queue=given["fila"] if given.get("fila") in request.queues else "",
            )
        case ActKind.END:
            return BotAct(kind, is_confirmed=given["confirmado"] is True)
        case ActKind.SEARCH:
            return BotAct(kind, query=_text(given["consulta"])[:200])
        case ActKind.NOTE:
            if given["campo"] not in request.notes:
                raise ToolMisused("no such note")
            return BotAct(kind, note=given["campo"], value=_text(given["valor"])[:200])
        case ActKind.CLASSIFY:
            if given["sentimento"] not in request.notes:
                raise ToolMisused("no such feeling")
            return BotAct(
                kind,
                queue=given["assunto"] if given.get("assunto") in request.queues else "",
                note=given["sentimento"],
                summary=_text(given["motivo"], least=0)[:200],
            )
        case ActKind.HOURS:
            return BotAct(kind)


def _text(value: Any, least: int = 1) -> str:
    if value is None and not least:
        return ""
    if not isinstance(value, str) or len(value.strip()) < least or len(value) > MOST_TEXT:
        raise ToolMisused("text missing or too long")
    return value.replace("\x00", "").strip()


def _ids(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_SOURCES:
        raise ToolMisused("a list of ids")
    if any(not isinstance(one, str) for one in value):
        raise ToolMisused("ids are texts")
    return tuple(dict.fromkeys(value))
