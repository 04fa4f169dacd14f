"""Variables of a message: texts with places for what is known of each person. Pure.

`Olá {primeiro_nome|paciente}` becomes "Olá Ana", or "Olá paciente" where no name is known. Places
name the person's own columns, a custom field, or a column of the list the campaign was given; `{{`
and `}}` stand for braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

PLACE = re.compile(r"\{\{|\}\}|\{([^{}|]{1,60})(?:\|([^{}]{0,200}))?\}")
BLANKS = re.compile(r"\s+")
OWN = ("primeiro_nome", "nome", "email")
LONGEST = 1024


class PlacesRefused(DomainError):
    """A variable that cannot be filled for anybody."""

    code = "variavel_invalida"
    status = 400
    message = _("Confira as variáveis da mensagem.")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person. `given` are the other columns of their line in a list."""

    name: str = ""
    email: str = ""
    custom: Mapping[str, Any] | None = None
    given: Mapping[str, Any] | None = None

    def of(self, place: str) -> str:
        """Return what a place holds for this person, "" when nothing is known."""
        key = place.strip()
        if self.given and (told := _text(_find(self.given, key))):
            return told
        match key.casefold():
            case "primeiro_nome":
                return self.name.split(" ", 1)[0]
            case "nome":
                return self.name
            case "email":
                return self.email
        return _text(_find(self.custom or {}, key))


class Filling:
    """The variables of one version of a message, read once and filled for many."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._parts = {key: _read(str(text)) for key, text in variables.items()}

    def places(self) -> list[str]:
        """Return the names of the places that are used."""
        found = (part[0] for parts in self._parts.values() for part in parts if part[0])
        return list(dict.fromkeys(found))

    def fill(self, person: Known) -> dict[str, str] | None:
        """Return the values for a person, None when something is missing that has no stand-in."""
        filled = {}
        for key, parts in self._parts.items():
            words = []
            for place, otherwise in parts:
                told = person.of(place) if place else ""
                word = told or otherwise
                if place and not word:
                    return None
                words.append(word)
            # Meta refuses line breaks, tabs and rows of blanks; in what people are called such
            # things are slips.
            filled[key] = BLANKS.sub(" ", "".join(words)).strip()[:LONGEST]
        return filled


def variables_check(variables: Mapping[str, Any]) -> dict[str, str]:
    """Return variables as texts. Raises PlacesRefused naming each that is none, or that breaks what
    Meta allows in one.
    """
    problems: dict[str, list[Any]] = {}
    for key, text in variables.items():
        if not isinstance(text, str):
            problems[f"variables.{key}"] = [_("Escreva um texto.")]
        elif re.search(r"[\n\r\t]|    ", text):
            sentence = _("Sem quebras de linha, tabulações ou vários espaços seguidos.")
            problems[f"variables.{key}"] = [sentence]
        elif _leftover(text):
            sentence = _("Feche as chaves, por exemplo {primeiro_nome|paciente}.")
            problems[f"variables.{key}"] = [sentence]
    if problems:
        raise PlacesRefused(fields=problems)
    return dict(variables)


def places_check(places: Iterable[str], known: Iterable[str]) -> None:
    """Let places pass whose names somebody knows. Raises PlacesRefused."""
    names = {name.casefold() for name in (*OWN, *known)}
    if unknown := [place for place in places if place.strip().casefold() not in names]:
        raise PlacesRefused(
            _("Não existe o dado “%(name)s”. Use %(names)s, um dado adicional ou coluna da lista.")
            % {"name": unknown[0], "names": ", ".join(OWN)}
        )


def _read(text: str) -> list[tuple[str, str]]:
    """Return a text as parts: (place, what stands for it) or ("", the text itself)."""
    parts, last = [], 0
    for found in PLACE.finditer(text):
        if found.start() > last:
            parts.append(("", text[last : found.start()]))
        last = found.end()
        if found[0] in ("{{", "}}"):
            parts.append(("", found[0][0]))
        else:
            parts.append((found[1].strip(), (found[2] or "").strip()))
    if last < len(text):
        parts.append(("", text[last:]))
    return parts


def _leftover(text: str) -> bool:
    return bool(re.search(r"[{}]", PLACE.sub("", text)))


def _find(values: Mapping[str, Any], key: str) -> Any:
    if key in values:
        return values[key]
    folded = key.casefold()
    return next((value for name, value in values.items() if name.casefold() == folded), None)


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list | bool) else str(value).strip()
