"""Writing a template: WhatsApp's limits, and the components Meta asks for. Pure.

Numbers are Meta's (templates/components, 2026). Refused here is only what Meta certainly refuses;
whether the text is good it decides itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from common import phones
from providers.facts import Json
from providers.outgoing import (
    ContentRefused,
    TemplateButton,
    TemplateDraft,
    TemplateInfo,
)
from providers.tolerant import mapping, text
from providers.whatsapp.limits import LANGUAGE, TEMPLATE_NAME
from providers.whatsapp.templates import MEDIA_HEADERS, PLACE, variables

HEADER_LIMIT, BODY_LIMIT, FOOTER_LIMIT = 60, 1024, 60
BUTTON_COUNT, BUTTON_TEXT_LIMIT, BUTTON_URL_LIMIT, PHONE_LIMIT = 10, 25, 2000, 20
# At most so many of a kind.
OF_A_KIND = {"URL": 2, "PHONE_NUMBER": 1}
EXAMPLE_LIMIT = 200
CATEGORIES = frozenset({"MARKETING", "UTILITY"})
NAMED = re.compile(r"[a-z][a-z0-9_]*")
MARKDOWN = re.compile(r"[*~`\n\r]")
BRACES = re.compile(r"\{\{|\}\}")
Problems = dict[str, list[Any]]


def check(draft: TemplateDraft) -> None:
    """Refuse what Meta would refuse. Raises ContentRefused naming every wrong input."""
    problems: Problems = {}
    for field, sentence in _problems(draft):
        problems.setdefault(field, []).append(sentence)
    if problems:
        raise ContentRefused(_("Corrija os campos indicados do modelo."), fields=problems)


def is_named(draft: TemplateDraft) -> bool:
    """Tell whether places have names (`{{nome}}`) or numbers (`{{1}}`)."""
    return not all(name.isdigit() for name in _places(draft.header_text) + _places(draft.body))


def components_of(draft: TemplateDraft) -> list[Json]:
    """Return the components as Meta takes them, with an example for every place."""
    named = is_named(draft)
    found: list[Json] = []
    if draft.header == "TEXT":
        own: Json = {"type": "HEADER", "format": "TEXT", "text": draft.header_text}
        found.append(_with_examples(own, draft, "header_text", "header.", named=named))
    elif draft.header:
        sample = {"example": {"header_handle": [draft.header_handle]}}
        is_media = draft.header in MEDIA_HEADERS
        found.append({"type": "HEADER", "format": draft.header, **(sample if is_media else {})})
    body: Json = {"type": "BODY", "text": draft.body}
    found.append(_with_examples(body, draft, "body_text", "", named=named))
    if draft.footer:
        found.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        found.append({"type": "BUTTONS", "buttons": [_button(one) for one in draft.buttons]})
    return found


def body_of(draft: TemplateDraft) -> Json:
    """Return the body that creates a template."""
    return {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category,
        "parameter_format": "NAMED" if is_named(draft) else "POSITIONAL",
        "components": components_of(draft),
    }


def info_of(draft: TemplateDraft) -> TemplateInfo:
    """Return a draft as Meta would list it: what it looks like, and what its sending asks for."""
    whole = body_of(draft)
    return TemplateInfo(
        external_id="",
        name=draft.name,
        language=draft.language,
        status="PENDING",
        category=draft.category,
        parameter_format=whole["parameter_format"],
        components=tuple(whole["components"]),
    )


def draft_of(template: TemplateInfo) -> TemplateDraft | None:
    """Return a listed template as a draft to edit; None for one with parts that drafts lack."""
    parts = {text(one.get("type")).upper(): one for one in map(mapping, template.components)}
    if set(parts) - {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
        return None
    header = parts.get("HEADER", {})
    raw = parts.get("BUTTONS", {}).get("buttons")
    listed = [mapping(one) for one in raw] if isinstance(raw, list) else []
    buttons = [_draft_button(one) for one in listed]
    if not all(buttons):
        return None
    handles = mapping(header.get("example")).get("header_handle")
    return TemplateDraft(
        name=template.name,
        language=template.language,
        category=template.category,
        body=text(parts.get("BODY", {}).get("text")),
        header=(text(header.get("format")).upper() or "TEXT") if header else "",
        header_text=text(header.get("text")),
        header_handle=text(handles[0], 4096) if isinstance(handles, list) and handles else "",
        footer=text(parts.get("FOOTER", {}).get("text")),
        buttons=tuple(one for one in buttons if one),
        examples={
            one.key: one.example for one in variables(template) if one.kind == "text" and one.key
        },
    )


# --- limits --------------------------------------------------------------------------------------


def _problems(draft: TemplateDraft) -> Iterator[tuple[str, Any]]:
    if not TEMPLATE_NAME.fullmatch(draft.name):
        yield "name", _("Use só letras minúsculas sem acento, números e _ (até 512).")
    if not LANGUAGE.fullmatch(draft.language):
        yield "language", _("Escolha um idioma da lista.")
    if draft.category not in CATEGORIES:
        yield "category", _("Escolha Utilidade ou Marketing.")
    yield from _header_problems(draft)
    yield from _body_problems(draft)
    if len(draft.footer) > FOOTER_LIMIT:
        yield "footer", _too_long(draft.footer, FOOTER_LIMIT)
    if BRACES.search(draft.footer):
        yield "footer", _("O rodapé não pode ter variáveis.")
    yield from _example_problems(draft)
    yield from _button_problems(draft.buttons)


def _too_long(value: str, limit: int) -> Any:
    words = {"limit": limit, "size": len(value)}
    return _("No máximo %(limit)s caracteres (tem %(size)s).") % words


def _header_problems(draft: TemplateDraft) -> Iterator[tuple[str, Any]]:
    if draft.header not in ("", "TEXT", "LOCATION", *MEDIA_HEADERS):
        yield "header", _("Este tipo de cabeçalho não existe.")
    if draft.header in MEDIA_HEADERS and not draft.header_handle:
        yield "header_file", _("Envie um arquivo de exemplo: a Meta o exige para a análise.")
    if draft.header != "TEXT":
        return
    if not draft.header_text.strip():
        yield "header_text", _("Escreva o cabeçalho, ou escolha “sem cabeçalho”.")
    if len(draft.header_text) > HEADER_LIMIT:
        yield "header_text", _too_long(draft.header_text, HEADER_LIMIT)
    if MARKDOWN.search(draft.header_text):
        yield "header_text", _("O cabeçalho não pode ter formatação nem quebra de linha.")
    if len(_places(draft.header_text)) > 1:
        yield "header_text", _("O cabeçalho aceita uma só variável.")
    if problem := _place_problem(draft.header_text):
        yield "header_text", problem


def _body_problems(draft: TemplateDraft) -> Iterator[tuple[str, Any]]:
    body = draft.body.strip()
    if not body:
        yield "body", _("Escreva o texto do modelo.")
        return
    if len(draft.body) > BODY_LIMIT:
        yield "body", _too_long(draft.body, BODY_LIMIT)
    if problem := _place_problem(draft.body):
        yield "body", problem
    places = list(PLACE.finditer(body))
    if places and (places[0].start() == 0 or places[-1].end() == len(body)):
        yield "body", _("O texto não pode começar nem terminar com uma variável.")
    names = _places(draft.header_text) + _places(draft.body)
    if len({name.isdigit() for name in names}) > 1:
        yield "body", _("Use só variáveis com número ou só com nome, também no cabeçalho.")


def _place_problem(written: str) -> Any:
    """Return what is wrong with the places of a text, None if nothing is."""
    if BRACES.search(PLACE.sub("", written)):
        return _("Escreva as variáveis assim: {{1}} ou {{nome}}.")
    names = _places(written)
    numbers = [int(name) for name in names if name.isdigit()]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        return _("Numere as variáveis sem pular: {{1}}, {{2}}, {{3}}.")
    if any(not name.isdigit() and not NAMED.fullmatch(name) for name in names):
        return _("Nomes de variáveis têm só letras minúsculas sem acento, números e _.")
    return None


def _example_problems(draft: TemplateDraft) -> Iterator[tuple[str, Any]]:
    wanted = [f"header.{name}" for name in _places(draft.header_text) if draft.header == "TEXT"]
    wanted += _places(draft.body)
    for key in wanted:
        words = {"name": "{{" + key.removeprefix("header.") + "}}"}
        example = draft.examples.get(key, "").strip()
        if not example:
            yield "examples", _("Dê um exemplo para %(name)s: a Meta o exige.") % words
        elif len(example) > EXAMPLE_LIMIT or "\n" in example or "\t" in example:
            yield "examples", _("O exemplo de %(name)s é longo demais ou tem quebra.") % words


def _button_problems(buttons: tuple[TemplateButton, ...]) -> Iterator[tuple[str, Any]]:
    if len(buttons) > BUTTON_COUNT:
        yield "buttons", _("No máximo %(limit)s botões.") % {"limit": BUTTON_COUNT}
    for kind, most in OF_A_KIND.items():
        if sum(one.kind == kind for one in buttons) > most:
            what = _("links") if kind == "URL" else _("botões de telefone")
            yield "buttons", _("No máximo %(limit)s %(what)s.") % {"limit": most, "what": what}
    kinds = [one.kind == "QUICK_REPLY" for one in buttons]
    if sum(first != second for first, second in pairwise(kinds)) > 1:
        yield "buttons", _("Deixe as respostas rápidas juntas, antes ou depois dos outros botões.")
    said = [one.text.strip().casefold() for one in buttons]
    if len(set(said)) < len(said):
        yield "buttons", _("Dois botões têm o mesmo texto.")
    for one in buttons:
        for sentence in _one_button(one):
            shown = one.text.strip() or _("sem texto")
            words = {"button": shown, "problem": sentence}
            yield "buttons", _("Botão “%(button)s”: %(problem)s") % words


def _one_button(one: TemplateButton) -> Iterator[Any]:
    if not one.text.strip():
        yield _("escreva o texto do botão.")
    if len(one.text) > BUTTON_TEXT_LIMIT:
        yield _("no máximo %(limit)s caracteres.") % {"limit": BUTTON_TEXT_LIMIT}
    if BRACES.search(one.text):
        yield _("o texto não pode ter variáveis.")
    if one.kind == "PHONE_NUMBER":
        number = phones.canonical(one.value)
        if number is None or len(number) > PHONE_LIMIT:
            yield _("informe o telefone com DDD.")
    if one.kind == "URL":
        yield from _url_problems(one)


def _url_problems(one: TemplateButton) -> Iterator[Any]:
    places = list(PLACE.finditer(one.value))
    if len(one.value) > BUTTON_URL_LIMIT or not _is_address(PLACE.sub("x", one.value)):
        yield _("informe um endereço que comece com https://")
    elif places and (len(places) > 1 or places[0][1] != "1" or places[0].end() != len(one.value)):
        yield _("o link aceita uma variável, {{1}}, no fim do endereço.")
    elif places and not _is_address(one.example):
        yield _("dê um exemplo do endereço completo, com https://")


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    is_web = parts.scheme in ("https", "http") and bool(parts.hostname)
    return is_web and not re.search(r"\s", value)


# --- components ----------------------------------------------------------------------------------


def _places(written: str) -> list[str]:
    return list(dict.fromkeys(PLACE.findall(written)))


def _with_examples(
    component: Json, draft: TemplateDraft, key: str, prefix: str, *, named: bool
) -> Json:
    names = _places(component["text"])
    if not names:
        return component
    if named:
        given = [
            {"param_name": name, "example": draft.examples.get(f"{prefix}{name}", "").strip()}
            for name in names
        ]
        return {**component, "example": {f"{key}_named_params": given}}
    # In the order of the numbers, whatever their order in the text.
    values = [draft.examples.get(f"{prefix}{n}", "").strip() for n in sorted(names, key=int)]
    return {**component, "example": {key: [values] if key == "body_text" else values}}


def _button(one: TemplateButton) -> Json:
    made: Json = {"type": one.kind, "text": one.text.strip()}
    if one.kind == "PHONE_NUMBER":
        made["phone_number"] = phones.canonical(one.value)
    if one.kind == "URL":
        made["url"] = one.value
        if PLACE.search(one.value):
            made["example"] = [one.example]
    return made


def _draft_button(raw: Json) -> TemplateButton | None:
    said = text(raw.get("text"), 100)
    match text(raw.get("type")).upper():
        case "QUICK_REPLY":
            return TemplateButton("QUICK_REPLY", said)
        case "PHONE_NUMBER":
            return TemplateButton("PHONE_NUMBER", said, text(raw.get("phone_number"), 40))
        case "URL":
            found = raw.get("example")
            example = text(found[0], 2000) if isinstance(found, list) and found else ""
            return TemplateButton("URL", said, text(raw.get("url"), 4096), example)
    return None
