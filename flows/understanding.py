"""What a patient answered, held against what a question takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common import phones
from contacts.hiding import is_cpf
from contacts.optout import plain
from flows.choices import AnswerKind

LONGEST = 500
DAY = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})(?:\s*[/.\- ]\s*(\d{4}|\d{2}))?")
NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What came: words, the key of a tapped choice, or neither (a file, a voice note)."""

    text: str = ""
    tap: str = ""


def understood(kind: str, text: str, today: date) -> str | None:
    """Return an answer as it is kept; None for one that the question does not take.

    A CPF comes with its dots, a day as 2026-11-30, a phone in E.164, a number with a dot.
    """
    given = " ".join(text.split())[:LONGEST]
    match kind:
        case AnswerKind.TEXT:
            return given or None
        case AnswerKind.NAME:
            return _name(given)
        case AnswerKind.CPF:
            digits = "".join(c for c in given if c.isdecimal())
            if not is_cpf(digits):
                return None
            return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"
        case AnswerKind.DATE:
            return _day(given, today)
        case AnswerKind.PHONE:
            return phones.canonical(given)
        case AnswerKind.EMAIL:
            return _email(given)
        case AnswerKind.NUMBER:
            return given.replace(",", ".") if NUMBER.fullmatch(given) else None
    return None


def chosen(text: str, choices: Sequence[dict[str, str]]) -> str | None:
    """Return the id of the choice that words name: by its title, or by its number."""
    said = plain(text)
    for place, one in enumerate(choices, 1):
        if said and said in (plain(one.get("title", "")), str(place)):
            return one["id"]
    return None


def _name(given: str) -> str | None:
    letters = [c for c in given if c.isalpha()]
    if not 2 <= len(letters) or len(given) > 80 or any(c.isdecimal() for c in given):
        return None
    return given.title() if given.islower() or given.isupper() else given


def _day(given: str, today: date) -> str | None:
    found = DAY.search(given)
    if found is None:
        return None
    day, month, year = found.groups()
    whole = today.year if year is None else int(year)
    if year is not None and len(year) == 2:
        # Births more often than appointments in seventy years.
        whole += 2000 if whole <= today.year % 100 + 5 else 1900
    try:
        return date(whole, int(month), int(day)).isoformat()
    except ValueError:
        return None


def _email(given: str) -> str | None:
    word = next((part.strip("<>,;") for part in given.split() if "@" in part), "")
    try:
        validate_email(word)
    except ValidationError:
        return None
    return word.lower()
