"""Variables of a message: texts with places for what is known of each person. Pure.

`Olá {primeiro_nome|paciente}` becomes "Olá Ana", or "Olá paciente" where no name is known. Places
name the person's own columns, a custom field, or a column of the list the campaign was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.first_names import first_name_of

# Places as other tools write them, which people would read as they stand.
WORD = (
    r"(?:(?:o |seu |sua |primeiro |segundo |first[ _]?|last[ _]?|full[ _]?)*"
    r"(?:nomes?|name|fname|lname|sobrenome|client[ei]s?|customer|pacientes?|patient|contato|contact"
    r"|lead|data|date|dia|hora|horario|time|telefone|phone|celular|whatsapp|e-?mail|medic[oa]"
    r"|doutora?|dentista|profissional|clinica|empresa|company|valor|preco|link|url|cidade|cpf"
    r"|endereco|servico|procedimento|consulta|especialidade|unidade|cupom|desconto|campo|variavel"
    r"|texto|inserir|insira|inclu(?:a|ir)|coloque|colocar|digite|preench(?:a|er)|user)"
    r"(?:[ _.\-]?\w+){0,4})"
)
FOREIGN = re.compile(
    rf"\{{\{{[^{{}}]*\}}\}}|[$#%]\{{[^{{}}]*\}}|\{{%[^{{}}]*%\}}|\*\|[^|*]{{1,40}}\|\*"
    rf"|%%?[a-z_][\w.\-]*%%?(?![\w%])|(?<![\d%])%[sd]\b|<+\s*/?[a-z_][\w .\-]{{0,40}}>+"
    rf"|\[+\s*(?:{WORD}|\d{{1,2}})\s*\]+|\(\(\s*{WORD}\s*\)\)|«\s*{WORD}\s*»|#{WORD}#"
    r"|\(\s*(?:primeiro )?nome(?: d[oa] \w+)?\s*\)"
    rf"|(?<![a-z0-9])\$[a-z_]\w+|(?<![\w.])[@:](?:nome|name|primeiro_?nome|first_?name)\b"
    rf"|__{WORD}__"
)
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
                return first_name_of(self.name)
            case "nome":
                return self.name if any(c.isalpha() for c in self.name) else ""
            case "email":
                return self.email
        return _text(_find(self.custom or {}, key))


class Filling:
    """The variables of one version of a message, read once and filled for many."""

    def __init__(self, variables: Mapping[str, str], *, is_text: bool = False) -> None:
        """Read them. `is_text` tells that they are whole texts, whose lines and length stay."""
        self._parts = {key: _read(str(text)) for key, text in variables.items()}
        self._is_text = is_text

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
                words.append(BLANKS.sub(" ", word).strip() if place else word)
            # Meta refuses line breaks, tabs and rows of blanks in a variable; in what people are
            # called such things are slips everywhere.
            whole = "".join(words)
            one_line = BLANKS.sub(" ", whole).strip()[:LONGEST]
            filled[key] = whole.strip() if self._is_text else one_line
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
        elif found := foreign_place(text):
            problems[f"variables.{key}"] = [
                _("“%(place)s” sairia assim mesmo. Use {primeiro_nome|paciente} ou o nome do dado.")
                % {"place": found}
            ]
        elif _leftover(text):
            sentence = _("Feche as chaves, por exemplo {primeiro_nome|paciente}.")
            problems[f"variables.{key}"] = [sentence]
    if problems:
        raise PlacesRefused(fields=problems)
    return dict(variables)


def foreign_place(text: str) -> str:
    """Return the first place that is written as another tool writes it, "" when there is none."""
    parts = unicodedata.normalize("NFD", text)
    folded = "".join(c for c in parts if not unicodedata.combining(c)).lower()
    found = FOREIGN.search(folded)
    return found[0] if found else ""


def text_check(text: str) -> str:
    """Return a message with places. Raises PlacesRefused for one that people would read raw."""
    if found := foreign_place(text):
        raise PlacesRefused(
            _("“%(place)s” sairia assim mesmo. Use {primeiro_nome|paciente} ou o nome do dado.")
            % {"place": found}
        )
    return text


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
