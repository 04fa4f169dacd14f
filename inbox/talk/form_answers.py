"""Answers to a form in words: every one that a person gave, nested ones too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from providers.content import FormAnswers

# What the form itself keeps to know itself again.
MARKS = frozenset({"flow_token"})
# Meta's editor calls a field "screen_0_Sintomas_1", and an option of it "0_Dor_de_cabeça".
FIELD = re.compile(r"screen_\d+_(.+?)_\d+")
OPTION = re.compile(r"\d+_(.+)")
DEPTH = 6
# What WhatsApp's address form calls its fields.
_ADDRESS: dict[str, Any] = {
    "name": lambda: _("Nome"),
    "phone_number": lambda: _("Telefone"),
    "in_pin_code": lambda: _("CEP"),
    "sg_post_code": lambda: _("CEP"),
    "house_number": lambda: _("Número"),
    "unit_number": lambda: _("Unidade"),
    "floor_number": lambda: _("Andar"),
    "tower_number": lambda: _("Bloco"),
    "building_name": lambda: _("Prédio"),
    "address": lambda: _("Endereço"),
    "landmark_area": lambda: _("Ponto de referência"),
    "city": lambda: _("Cidade"),
    "state": lambda: _("Estado"),
    "saved_address_id": lambda: _("Endereço salvo"),
}


def form_lines(form: FormAnswers) -> str:
    """Return what was answered, a line for each question; what is no answer as it was written."""
    answers = form.answers
    is_address = form.name == "address_message" or _looks_like_address(answers)
    lines = list(_lines(answers, is_address))
    if not lines:
        lines = [form.written] if form.written.strip() not in ("", "{}", "[]", "null") else []
    # "Sent" is what WhatsApp writes by itself on the button that was tapped.
    if not lines and form.body not in ("", "Sent"):
        lines = [form.body]
    return "\n".join(lines)


def _looks_like_address(answers: Any) -> bool:
    return isinstance(answers, dict) and (
        "saved_address_id" in answers or isinstance(answers.get("values"), dict)
    )


def _lines(answers: Any, is_address: bool) -> Iterator[str]:
    if isinstance(answers, list):
        for one in answers:
            yield from _lines(one, is_address) if isinstance(one, dict) else [_words(one, False)]
        return
    if not isinstance(answers, dict):
        return
    values = answers.get("values")
    # The address stands inside; its fields are the answers.
    if is_address and isinstance(values, dict):
        yield from _lines(values, is_address)
        answers = {key: value for key, value in answers.items() if key != "values"}
    for key, value in answers.items():
        if key in MARKS:
            continue
        field = FIELD.fullmatch(key)
        words = _words(value, field is not None)
        if words:
            yield f"{_label(key, field, is_address)}: {words}"


def _label(key: str, field: re.Match[str] | None, is_address: bool) -> str:
    if is_address and key in _ADDRESS:
        return str(_ADDRESS[key]())
    return (field[1] if field else key).replace("_", " ").strip() or key


def _words(value: Any, is_builder: bool, depth: int = DEPTH) -> str:
    """Return one answer on one line; "" for what was left empty."""
    match value:
        case bool():
            return _("sim") if value else _("não")
        case int() | float():
            return (
                str(number_format(value, use_l10n=True)) if isinstance(value, float) else str(value)
            )
        case str():
            option = OPTION.fullmatch(value) if is_builder else None
            return option[1].replace("_", " ") if option else value.strip()
        case list() if depth:
            parts = [_words(one, is_builder, depth - 1) for one in value]
            return ", ".join(part for part in parts if part)
        case dict() if depth:
            if value.get("mime_type") and value.get("id"):
                # The file itself stands in the bubble.
                return str(value.get("file_name") or _("arquivo"))
            named = [(str(key), _words(one, is_builder, depth - 1)) for key, one in value.items()]
            return "; ".join(f"{_label(key, None, False)}: {one}" for key, one in named if one)
    return ""
