"""Filling a template: what it asks for, how it will read, and the components that send it. Pure.

Values are named by the variable's key: `1` or `nome` in the body, `header.1` or `header.nome` in a
text header, `header` for the file or place of a media header, `button.0` for what the first button
needs. A template is POSITIONAL (`{{1}}`) or NAMED (`{{nome}}`), never both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from django.utils.translation import gettext_lazy as _

from providers.facts import Json
from providers.outgoing import (
    ContentRefused,
    TemplateInfo,
    TemplateParts,
    TemplateSend,
    TemplateVariable,
)
from providers.tolerant import mapping, number, text
from providers.whatsapp.limits import check_parameter

PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")
MEDIA_HEADERS = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})
# Parts whose sending needs more than values in places.
BEYOND_US = frozenset({"CAROUSEL", "LIMITED_TIME_OFFER", "PRODUCT", "MPM", "SPM", "CATALOG"})
# Buttons that we fill, or that need nothing; a kind that Meta adds later is not sent blindly.
BUTTONS = frozenset(
    {"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW", "VOICE_CALL"}
    | {"REQUEST_CONTACT_INFO"}
)
# Meta's own default where nobody gives a token of their own.
FLOW_TOKEN = "unused"  # noqa: S105 - no secret
COUPON_LIMIT = 20


def variables(template: TemplateInfo) -> tuple[TemplateVariable, ...]:
    """List what a sender has to fill in: header, body, buttons, each in the order of its text."""
    return tuple(_variables(template))


def preview(template: TemplateInfo, values: Mapping[str, Any]) -> str:
    """Return header, body and footer as the person will read them; empty places stay visible."""
    shown = parts(template, values)
    return "\n\n".join(part for part in (shown.header, shown.body, shown.footer) if part)


def parts(template: TemplateInfo, values: Mapping[str, Any]) -> TemplateParts:
    """Return the parts as the person will see them, with the header's place and the buttons."""
    found: dict[str, Any] = {}
    for kind, component in _components(template):
        prefix = "header." if kind == "HEADER" else ""
        if kind in ("HEADER", "BODY", "FOOTER") and (written := text(component.get("text"))):
            found[kind.lower()] = _filled(written, values, prefix)
        if kind == "HEADER" and text(component.get("format")).upper() == "LOCATION":
            found["place"] = dict(mapping(values.get("header")))
        if kind == "BUTTONS":
            found["buttons"] = tuple(
                (text(one.get("type")).upper(), text(one.get("text"), 100))
                for one in _buttons(component)
            )
    return TemplateParts(**found)


def build(template: TemplateInfo, values: Mapping[str, Any]) -> TemplateSend:
    """Return the template filled. Raises ContentRefused naming every wrong input.

    Refused: missing and extra values, line breaks, tabs or more than four blanks in a row, and
    templates with parts that this channel does not send.
    """
    check_sendable(template)
    asked = variables(template)
    known = {one.key for one in asked}
    problems: dict[str, list[Any]] = {}
    for key in values:
        if key not in known:
            problems[f"template.variables.{key}"] = [_("Este modelo não tem esta variável.")]
    for one in asked:
        try:
            _check_value(one, values.get(one.key))
        except ContentRefused as refused:
            problems.update(refused.fields)
    if problems:
        raise ContentRefused(_("Confira as variáveis do modelo."), fields=problems)
    given = [one for one in asked if values.get(one.key) not in (None, "")]
    is_named = template.parameter_format.upper() == "NAMED"
    return TemplateSend(
        name=template.name,
        language=template.language,
        components=(
            *_sent(given, values, is_named=is_named),
            *sorted((*_filled_buttons(given, values), *_flows(template)), key=_place_of),
        ),
    )


def _components(template: TemplateInfo) -> Iterator[tuple[str, Json]]:
    for component in template.components:
        yield text(mapping(component).get("type")).upper(), mapping(component)


def _buttons(component: Json) -> list[Json]:
    found = component.get("buttons")
    return [mapping(one) for one in found] if isinstance(found, list) else []


def _variables(template: TemplateInfo) -> Iterator[TemplateVariable]:
    for kind, component in _components(template):
        if kind == "HEADER":
            yield from _header_variables(component)
        elif kind == "BODY":
            examples = _examples(component, "body_text")
            for place, name in enumerate(_places(component.get("text"))):
                example = examples.get(name, examples.get(str(place + 1), ""))
                yield TemplateVariable(name, "body", "text", name, example=example)
        elif kind == "BUTTONS":
            for index, button in enumerate(_buttons(component)):
                yield from _button_variables(index, button)


def _header_variables(component: Json) -> Iterator[TemplateVariable]:
    form = text(component.get("format")).upper()
    if form in MEDIA_HEADERS:
        kind = cast(Literal["image", "video", "document"], form.lower())
        yield TemplateVariable("header", "header", kind, "header")
    elif form == "LOCATION":
        yield TemplateVariable("header", "header", "location", "header")
    else:
        examples = _examples(component, "header_text")
        for name in _places(component.get("text")):
            example = examples.get(name, examples.get("1", ""))
            yield TemplateVariable(f"header.{name}", "header", "text", name, example=example)


def _button_variables(index: int, button: Json) -> Iterator[TemplateVariable]:
    key, name = f"button.{index}", text(button.get("text"), 100)
    match text(button.get("type")).upper():
        case "URL" if _places(button.get("url")):
            yield TemplateVariable(key, "button", "text", name, index)
        case "OTP":
            # The code stands in the body too; the button copies it.
            yield TemplateVariable(key, "button", "text", name, index)
        case "COPY_CODE":
            yield TemplateVariable(key, "button", "code", name, index)
        case "QUICK_REPLY":
            # Without a payload WhatsApp returns the button's own text.
            yield TemplateVariable(key, "button", "payload", name, index, is_required=False)


def _places(written: Any) -> list[str]:
    """Return the names in a text, each once, in order."""
    return list(dict.fromkeys(PLACE.findall(text(written))))


def _examples(component: Json, key: str) -> dict[str, str]:
    """Return Meta's examples by name: positional ones are a list (of lists)."""
    example = mapping(component.get("example"))
    named = example.get(f"{key}_named_params")
    if isinstance(named, list):
        return {
            text(mapping(one).get("param_name")): text(mapping(one).get("example"), 200)
            for one in named
        }
    found = example.get(key)
    if isinstance(found, list) and found and isinstance(found[0], list):
        found = found[0]
    if not isinstance(found, list):
        return {}
    return {str(place): text(one, 200) for place, one in enumerate(found, 1)}


def _filled(written: str, values: Mapping[str, Any], prefix: str) -> str:
    def value(match: re.Match[str]) -> str:
        given = values.get(f"{prefix}{match[1]}")
        return text(given) or match[0]

    return PLACE.sub(value, written)


def check_sendable(template: TemplateInfo) -> None:
    """Refuse a template with parts whose sending needs more than values in places. Raises
    ContentRefused.
    """
    kinds, buttons = set(), set()
    for kind, component in _components(template):
        kinds.add(kind)
        if kind == "BUTTONS":
            buttons |= {text(button.get("type")).upper() for button in _buttons(component)}
        if kind == "HEADER":
            kinds.add(text(component.get("format")).upper())
    sentence: Any = ""
    if (kinds | buttons) & BEYOND_US:
        sentence = _(
            "Este modelo usa catálogo ou carrossel, que o sistema não envia. Escolha outro."
        )
    elif buttons - BUTTONS:
        sentence = _("Este modelo tem um botão que o sistema não envia. Escolha outro.")
    if sentence:
        raise ContentRefused(sentence, fields={"template.name": [sentence]})


def _check_value(variable: TemplateVariable, value: Any) -> None:
    field = f"template.variables.{variable.key}"
    if not variable.is_required and value in (None, ""):
        return
    match variable.kind:
        case "location":
            place = mapping(value)
            if number(place.get("latitude")) is None or number(place.get("longitude")) is None:
                raise ContentRefused(fields={field: [_("Informe latitude e longitude.")]})
        case "code":
            check_parameter(value, field)
            if len(value) > COUPON_LIMIT:
                sentence = _("O código tem no máximo %(limit)s caracteres.")
                raise ContentRefused(fields={field: [sentence % {"limit": COUPON_LIMIT}]})
        case _:
            check_parameter(value, field)


def _sent(
    given: list[TemplateVariable], values: Mapping[str, Any], *, is_named: bool
) -> Iterator[Json]:
    """Give header and body, in the order Meta documents; the buttons follow."""
    for place in ("header", "body"):
        parameters = [
            _parameter(one, values[one.key], is_named=is_named)
            for one in given
            if one.place == place
        ]
        if parameters:
            yield {"type": place, "parameters": parameters}


def _filled_buttons(given: list[TemplateVariable], values: Mapping[str, Any]) -> Iterator[Json]:
    for one in given:
        if one.place == "button":
            yield _button(one, values[one.key])


def _flows(template: TemplateInfo) -> Iterator[Json]:
    """Give the buttons that open a form: nothing fills them, yet Meta wants them named (131009)."""
    for kind, component in _components(template):
        for index, button in enumerate(_buttons(component) if kind == "BUTTONS" else ()):
            if text(button.get("type")).upper() == "FLOW":
                yield {
                    "type": "button",
                    "sub_type": "flow",
                    "index": str(index),
                    "parameters": [{"type": "action", "action": {"flow_token": FLOW_TOKEN}}],
                }


def _place_of(button: Json) -> int:
    return int(button["index"])


def _parameter(variable: TemplateVariable, value: Any, *, is_named: bool) -> Json:
    match variable.kind:
        case "image" | "video" | "document":
            return {"type": variable.kind, variable.kind: {"id": value}}
        case "location":
            keys = ("latitude", "longitude", "name", "address")
            place = {key: str(value[key]) for key in keys if value.get(key) not in (None, "")}
            return {"type": "location", "location": place}
    if is_named:
        return {"type": "text", "parameter_name": variable.name, "text": value}
    return {"type": "text", "text": value}


def _button(variable: TemplateVariable, value: str) -> Json:
    kinds: dict[str, tuple[str, Json]] = {
        "payload": ("quick_reply", {"type": "payload", "payload": value}),
        "code": ("copy_code", {"type": "coupon_code", "coupon_code": value}),
        "text": ("url", {"type": "text", "text": value}),
    }
    sub_type, parameter = kinds[variable.kind]
    return {
        "type": "button",
        "sub_type": sub_type,
        "index": str(variable.index),
        "parameters": [parameter],
    }
