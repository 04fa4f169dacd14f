"""Filling a template: the right name, language, state, number and form of its parameters."""

from __future__ import annotations

import re
from typing import Any

from simulator.whatsapp.graph.checks import media_check, text_in
from simulator.whatsapp.graph.errors import GraphError
from simulator.whatsapp.models import SimNumber, SimTemplate

Json = dict[str, Any]
VARIABLE = re.compile(r"{{\s*([A-Za-z0-9_]+)\s*}}")
BAD_SPACES = re.compile(r"[\n\t]| {5,}")
Status = SimTemplate.Status


def template_fill(number: SimNumber, content: Any) -> Json:
    """Check a template send and return its body as the patient sees it, under `rendered`.

    Raises GraphError 100, 131008, 131009, 132000, 132001, 132012, 132015, 132016 or 132018.
    """
    if not isinstance(content, dict):
        raise GraphError(131008, "Parameter 'template' is mandatory for type 'template'")
    template = _usable(number, content)
    components = content.get("components") or []
    if not isinstance(components, list) or not all(isinstance(item, dict) for item in components):
        raise GraphError(100, "Param template.components must be an array of JSON objects")
    given = {str(item.get("type", "")).lower(): item for item in components}
    rendered: Json = {}
    for component in template.components:
        match component["type"]:
            case "HEADER":
                rendered["header"] = _header(number, template, component, given.get("header"))
            case "BODY":
                rendered["body"] = _text(template, component, given.get("body"), "body")
            case "FOOTER":
                rendered["footer"] = component["text"]
            case "BUTTONS":
                rendered["buttons"] = _buttons(component, components)
    return {**content, "category": template.category, "rendered": rendered}


def _usable(number: SimNumber, content: Json) -> SimTemplate:
    name = text_in(content, "name", 512, "template.name")
    language = content.get("language")
    if not isinstance(language, dict):
        raise GraphError(131008, "Parameter 'template.language' is required")
    code = text_in(language, "code", 16, "template.language.code")
    template = SimTemplate.objects.filter(waba_id=number.waba_id, name=name, language=code).first()
    if template is not None and template.status == Status.PAUSED:
        raise GraphError(132015)
    if template is not None and template.status == Status.DISABLED:
        raise GraphError(132016)
    if template is None or template.status != Status.APPROVED:
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    return template


def _parameters(component: Json | None, path: str) -> list[Json]:
    parameters = (component or {}).get("parameters") or []
    if not isinstance(parameters, list) or not all(isinstance(item, dict) for item in parameters):
        raise GraphError(100, f"Param {path}.parameters must be an array of JSON objects")
    return parameters


def _text(template: SimTemplate, component: Json, given: Json | None, path: str) -> str:
    """Put the parameters into a text component."""
    text = str(component["text"])
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    parameters = _parameters(given, path)
    if len(parameters) != len(names):
        raise GraphError(
            132000,
            f"{path}: number of localizable_params ({len(parameters)}) does not match the expected "
            f"number of params ({len(names)})",
        )
    values: dict[str, str] = {}
    for place, parameter in enumerate(parameters):
        if parameter.get("type") not in ("text", "currency", "date_time"):
            raise GraphError(132012, f"{path}: Format mismatch, expected TEXT")
        is_named = "parameter_name" in parameter
        if is_named != (template.parameter_format == "NAMED"):
            raise GraphError(132012, f"{path}: parameters must be {template.parameter_format}")
        name = str(parameter["parameter_name"]) if is_named else names[place]
        values[name] = _value(parameter, path)
    if set(values) != set(names):
        raise GraphError(132000, f"{path}: expected the parameters {', '.join(names)}")
    return VARIABLE.sub(lambda found: values[found[1]], text)


def _value(parameter: Json, path: str) -> str:
    if parameter["type"] != "text":
        return str(parameter.get(parameter["type"], {}).get("fallback_value", ""))
    text = text_in(parameter, "text", 32_768, f"{path}.parameters.text")
    if BAD_SPACES.search(text):
        raise GraphError(
            132018,
            "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )
    return text


def _header(number: SimNumber, template: SimTemplate, component: Json, given: Json | None) -> Json:
    form = str(component.get("format", "TEXT"))
    if form == "TEXT":
        return {"text": _text(template, component, given, "header")}
    parameters = _parameters(given, "header")
    if len(parameters) != 1:
        raise GraphError(132012, f"header: Format mismatch, expected {form}, received UNKNOWN")
    kind = form.lower()
    parameter = parameters[0]
    if parameter.get("type") != kind or not isinstance(parameter.get(kind), dict):
        raise GraphError(132012, f"header: Format mismatch, expected {form}")
    if kind != "location":
        media_check(number, kind, parameter[kind])
    return {kind: parameter[kind]}


def _buttons(component: Json, components: list[Json]) -> list[Json]:
    """Pair each button with its payload; buttons whose address has a variable need one."""
    given = {
        str(item.get("index", "")): item
        for item in components
        if str(item.get("type", "")).lower() == "button"
    }
    shown: list[Json] = []
    for place, button in enumerate(component.get("buttons", [])):
        item = given.get(str(place))
        values = _parameters(item, f"buttons[{place}]")
        first = values[0] if values else {}
        kind, label = button["type"], button.get("text", "")
        entry: Json = {"type": kind, "text": label}
        if kind == "FLOW" and (item is None or str(item.get("sub_type", "")).lower() != "flow"):
            raise GraphError(131009, f"Button at index {place} of type Flow is not given")
        if kind == "QUICK_REPLY":
            entry["payload"] = str(first.get("payload", label))
        if kind == "URL":
            address = str(button.get("url", ""))
            if VARIABLE.search(address) and not first.get("text"):
                raise GraphError(
                    131008, f"Button at index {place} of type Url requires a parameter"
                )
            entry["url"] = VARIABLE.sub(str(first.get("text", "")), address)
        if kind == "PHONE_NUMBER":
            entry["phone_number"] = button.get("phone_number", "")
        if kind == "COPY_CODE":
            entry["code"] = str(first.get("coupon_code") or first.get("text") or "")
        shown.append(entry)
    return shown
