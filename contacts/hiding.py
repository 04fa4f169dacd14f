"""Phones, CPF and other documents inside texts, however people write them. Pure.

A number is looked for in its digits: whatever stands between them (blanks, points, dashes, signs
nobody sees) is no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from common import phones

# What people put between the digits of one number; never the end of a line.
_BETWEEN = "[ \t\u00a0\u00ad\u2000-\u200f\u2010-\u2015\u202f\u2060\u2212\u3000\ufeff().\\-/_·•*]"
_SPAN = re.compile(rf"\+?\(?\d(?:{_BETWEEN}{{0,4}}\d)*")
_GROUP = re.compile(r"\d+")
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)(?!\d)"
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:19|20)\d\d")
# As Brazil dials: country, trunk zero with the carrier, area code, subscriber.
_BRAZILIAN = re.compile(
    rf"(?:55)?(?:0(?:\d\d)?)?(?:{'|'.join(sorted(phones.DDDS))})(?:[2-9]\d{{7}}|9\d{{8}})"
    r"|(?:55)?0[3589]00\d{6,7}"
)
# The longest number there is, an international phone, and the card of SUS.
_LONGEST = 15

_STATES = "AC|AL|AM|AP|BA|CE|DF|ES|GO|MA|MG|MS|MT|PA|PB|PE|PI|PR|RJ|RN|RO|RR|RS|SC|SE|SP|TO"
_DOCUMENTS = (
    # An RG with its state, and as São Paulo writes it; a passport.
    re.compile(
        rf"(?<![^\W\d_])(?:{_STATES})[ .\-/]{{0,2}}\d{{1,2}}[. ]?\d{{3}}[. ]?\d{{3}}"
        r"(?:[\- ]?[\dXx])?(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\d.])\d{1,2}\.\d{3}\.\d{3}-[\dXx](?![^\W_])"),
    re.compile(r"(?<![^\W_])[A-Z]{2}\d{6}(?![^\W_])"),
    # Whatever somebody calls a document.
    re.compile(
        r"(?<![^\W\d_])(?:rg|cpf|cnh|cns|pis|nis|nit|sus|passaporte|documento|doc|identidade"
        r"|carteirinha|carteira|matr[ií]cula)(?![^\W\d_])[^\d\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"
        r"{0,16}?((?:[A-Za-z]{2}[ .\-/]{0,2})?\d(?:[ .\-/]?\d){4,20}(?:-?[Xx](?![^\W_]))?)",
        re.IGNORECASE,
    ),
)
# Eight or nine digits in a row are a phone when somebody calls them one.
_NAMED_PHONE = re.compile(
    r"(?<![^\W\d_])(?:tel|telefone|fone|fixo|cel|celular|zap|whats|whatsapp|wpp|recado|recados|ligar"
    r"|contato)(?![^\W\d_])[^\d\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]{0,16}?(\d{8,9})(?!\d)",
    re.IGNORECASE,
)


class _Piece(NamedTuple):
    """Consecutive digits of a text."""

    digits: str
    start: int
    end: int


def text_masked(text: str) -> str:
    """Return a text with each phone and each document in it masked but for its last digits."""
    hidden: set[int] = set()
    plain = _DATE.sub(lambda found: "\x00" * len(found[0]), text)
    for span in _SPAN.finditer(plain):
        for start, end, kept in _numbers(span):
            hidden |= places_hidden(text[start:end], kept, start)
    for pattern, kept in (*((one, 2) for one in _DOCUMENTS), (_NAMED_PHONE, 4)):
        for found in pattern.finditer(plain):
            last = found.re.groups
            hidden |= places_hidden(found[last], kept, found.start(last))
    if not hidden:
        return text
    return "".join("*" if place in hidden else one for place, one in enumerate(text))


def _numbers(span: re.Match[str]) -> Iterator[tuple[int, int, int]]:
    """Give where numbers stand in digits that belong together, and how many digits stay."""
    groups = [
        _Piece(_ascii(found[0]), span.start() + found.start(), span.start() + found.end())
        for found in _GROUP.finditer(span[0])
    ]
    for first, group in enumerate(groups):
        digits, sizes = "", []
        for last in groups[first : first + _LONGEST]:
            digits += last.digits
            sizes.append(len(last.digits))
            if len(digits) > _LONGEST:
                break
            is_first = first == 0 and span[0].startswith("+")
            if is_cpf(digits) or is_cns(digits) or _is_spelled_cpf(sizes):
                yield group.start, last.end, 2
            elif _is_phone(digits, sizes, has_plus=is_first):
                yield group.start, last.end, 4


def _ascii(digits: str) -> str:
    return "".join(str(int(one)) for one in digits)


def is_cpf(written: str) -> bool:
    """Tell whether digits, however punctuated, are a CPF, by its two check digits (Receita
    Federal).
    """
    digits = "".join(c for c in written if c.isdecimal())
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    for size in (9, 10):
        total = sum(int(digits[n]) * (size + 1 - n) for n in range(size))
        if int(digits[size]) != total * 10 % 11 % 10:
            return False
    return True


def _is_spelled_cpf(sizes: list[int]) -> bool:
    """A CPF with a slip in it is somebody's too, written as one is."""
    return sizes == [3, 3, 3, 2]


def is_cns(digits: str) -> bool:
    """Tell whether digits are the number of a card of SUS, by its check digit."""
    if len(digits) != 15 or digits[0] not in "12789":
        return False
    return sum(int(one) * (15 - place) for place, one in enumerate(digits)) % 11 == 0


def _is_phone(digits: str, sizes: list[int], *, has_plus: bool) -> bool:
    if has_plus or digits.startswith("00"):
        return phones.canonical(f"+{digits.removeprefix('00')}") is not None
    if len(digits) == 9:
        return digits[0] == "9"
    if len(digits) == 8:
        return sizes == [4, 4] and digits[0] in "23456789" and not _YEARS.fullmatch(digits)
    # Without a plus only Brazil's: other digits are far more often amounts and codes.
    return len(digits) >= 10 and _BRAZILIAN.fullmatch(digits) is not None


def places_hidden(written: str, kept: int, start: int = 0) -> set[int]:
    """Return the places of all letters and digits but the last ones."""
    places = [place for place, character in enumerate(written, start) if character.isalnum()]
    return set(places[:-kept])
