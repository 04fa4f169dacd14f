"""Numbers that are written in Portuguese words: "trezentos e cinquenta reais" is 350."""

from __future__ import annotations

import re

SMALL = {
    **dict(
        zip("um dois tres quatro cinco seis sete oito nove dez".split(), range(1, 11), strict=True)
    ),
    **{"uma": 1, "duas": 2, "onze": 11, "doze": 12, "treze": 13, "catorze": 14, "quatorze": 14},
    **{"quinze": 15, "dezesseis": 16, "dezessete": 17, "dezoito": 18, "dezenove": 19},
}
TENS = dict(
    zip(
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split(),
        range(20, 100, 10),
        strict=True,
    )
)
HUNDREDS = {
    **{"cem": 100, "cento": 100, "duzentos": 200, "duzentas": 200, "trezentos": 300},
    **{"trezentas": 300, "quatrocentos": 400, "quinhentos": 500, "seiscentos": 600},
    **{"setecentos": 700, "oitocentos": 800, "novecentos": 900},
}
VALUES = SMALL | TENS | HUNDREDS
WORD = re.compile(r"[a-z]+|[^a-z\s]+")
# What makes a small number a statement: "dois reais", "três dias".
UNITS = frozenset(
    "real reais centavo centavos dia dias hora horas minuto minutos semana semanas mes meses ano"
    " anos por vezes parcela parcelas".split()
)
TELLING = 20


def said_numbers(flat: str) -> set[str]:
    """Return the numbers that stand in words in a text of small letters without accents, as digits.
    Small ones count beside a unit only: "uma consulta" is no number.
    """
    words = WORD.findall(flat)
    found: set[str] = set()
    at = 0
    while at < len(words):
        value, after = _number_at(words, at)
        if after == at:
            at += 1
            continue
        unit = words[after] if after < len(words) else ""
        if value >= TELLING or unit in UNITS:
            found.add(str(value))
        at = after
    return found


def _number_at(words: list[str], at: int) -> tuple[int, int]:
    """Return the number that begins at a word, and where it ends; the same place for none."""
    total, part, place = 0, 0, at
    while place < len(words):
        word = words[place]
        if word == "mil":
            total, part = (part or 1) * 1000, 0
        elif word in VALUES:
            part += VALUES[word]
        elif not (word == "e" and place > at and _goes_on(words, place + 1)):
            break
        place += 1
    return total + part, place


def _goes_on(words: list[str], at: int) -> bool:
    return at < len(words) and (words[at] in VALUES or words[at] == "mil")
