"""Personal data in a talk, replaced by tokens before anything leaves for a vendor.

Pure. A `Mask` lives for one request: the same value gets the same token (`<CPF_1>`), and only the
answer to that very patient is turned back. Health words cannot be hidden and stay; so do dates of
appointments, prices, protocols and the numbers of emergency services.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from contacts.hiding import is_cns, is_cpf

TOKEN = re.compile(r"<([A-Z]+_[0-9]{1,3})>")
PARTS = re.compile(r"(<[A-Z]+_[0-9]{1,3}>)")
# Invisible letters that would cut a number in two.
INVISIBLE = dict.fromkeys(
    [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)
# What may stand between the digits of one number.
BETWEEN = r"[ \t.\-/()_\u2010-\u2015\u00a0]{0,3}"
DIGITS = rf"(?:[0-9]{BETWEEN})"
BEFORE = r"(?<![0-9A-Za-z<_])"
AFTER = r"(?![0-9A-Za-z_])"
EMAIL = re.compile(r"[\w.+\-]{1,64}\s?@\s?[\w\-]{1,63}(?:\.[\w\-]{2,63}){1,4}")
UUID = re.compile(r"(?i)\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b")
CNPJ = re.compile(
    rf"(?i){BEFORE}[0-9a-z]{{2}}[. ]?[0-9a-z]{{3}}[. ]?[0-9a-z]{{3}}[/ ]?[0-9a-z]{{4}}[- ]?"
    rf"[0-9]{{2}}{AFTER}"
)
SPELLED_CPF = re.compile(rf"{BEFORE}[0-9]{{3}}[. ][0-9]{{3}}[. ][0-9]{{3}}[-./ ][0-9]{{2}}{AFTER}")
CEP = re.compile(rf"{BEFORE}(?:[0-9]{{5}}-[0-9]{{3}}|[0-9]{{2}}\.[0-9]{{3}}-[0-9]{{3}}){AFTER}")
SPELLED_CEP = re.compile(r"(?i)\bcep\W{0,5}([0-9]{5}[- ]?[0-9]{3})\b")
NUMBER = re.compile(rf"{BEFORE}\+?\(?{DIGITS}{{7,21}}[0-9]{AFTER}")
WRITTEN_PHONE = re.compile(
    rf"{BEFORE}(?:\+?55 ?)?\(?0?[1-9][0-9]\)? ?9? ?[0-9]{{4}}[- .]?[0-9]{{4}}{AFTER}"
)
SHORT_PHONE = re.compile(rf"{BEFORE}9[ ]?[0-9]{{4}}[- .][0-9]{{4}}{AFTER}")
BIRTH = re.compile(
    r"(?i)\b(?:nasc\w*|data de nascimento|dn|anivers[aá]rio)\W{0,4}(?:em|no dia|é|e|foi)?\W{0,3}"
    r"([0-3]?[0-9][/.\- ][01]?[0-9][/.\- ](?:19|20)?[0-9]{2}"
    r"|[0-3]?[0-9] de [a-zç]{4,9} de (?:19|20)[0-9]{2})"
)
OLD_DAY = re.compile(rf"{BEFORE}([0-3]?[0-9])[/.\-]([01]?[0-9])[/.\-]((?:19|20)[0-9]{{2}}){AFTER}")
DOCUMENT = re.compile(
    r"(?i)\b(?:rg|identidade|cnh|habilita[cç][aã]o|passaporte|carteirinha|carteira(?: do plano)?"
    r"|matr[ií]cula|cart[aã]o do (?:plano|sus)|cns|sus|prontu[aá]rio|t[ií]tulo de eleitor)"
    r"(?:\s+(?:n[uú]mero|n[ºo°.]|é|e|da?|do|meu|minha|plano|unimed|amil|bradesco))*\W{0,4}"
    r"([0-9a-z]{0,3}[0-9][0-9a-z.\-/ ]{3,24}[0-9xX])\b"
)
INTRODUCED = re.compile(
    r"(?i)\b(?:me chamo|meu nome (?:é|e|eh)|nome(?: completo)?(?: d[aoe] \w+)?\s*[:=]"
    r"|aqui (?:é|e|eh) [oa]\b|paciente\s*[:=])\s+((?:[^\W\d_]{2,}[ ]?){1,5})"
)
NAME_ENDS = re.compile(
    r"(?i)\b(?:e|quero|queria|gostaria|preciso|sou|tenho|estou|com|para|pra|por|moro|cpf|rg|meu|minha"
    r"|nascid\w|data|telefone|email|celular|mas|que|não|nao|vou|marquei|posso)\b"
)
EMERGENCY = frozenset({"192", "193", "190", "188", "180", "136"})


@dataclass(frozen=True, slots=True)
class MaskRule:
    """One kind of data: how it is found, which group is the value, and what else must hold."""

    label: str
    pattern: re.Pattern[str]
    group: int = 0
    holds: Callable[[str], bool] = lambda _found: True


def plain(text: str) -> str:
    """Return a text whose digits are digits and whose letters are all seen."""
    shown = text.translate(INVISIBLE)
    return "".join(
        str(unicodedata.digit(one)) if one.isdigit() and not one.isascii() else _narrow(one)
        for one in shown
    )


def _narrow(letter: str) -> str:
    """Return the usual form of a letter of full width; others stay."""
    return unicodedata.normalize("NFKC", letter) if "\uff01" <= letter <= "\uff5e" else letter


def luhn(digits: str) -> bool:
    """Tell whether digits are a payment card's by their last one."""
    total = 0
    for place, one in enumerate(reversed(digits)):
        value = int(one) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_cnpj(written: str) -> bool:
    """Tell whether fourteen letters and digits are a CNPJ by its two last (IN RFB 2.229/2024:
    letters count as their code less 48).
    """
    found = re.sub(r"[^0-9A-Z]", "", written.upper())
    if len(found) != 14 or len(set(found)) == 1 or not found[12:].isdigit():
        return False
    values = [ord(one) - 48 for one in found]
    for size in (12, 13):
        weights = [*range(size - 7, 1, -1), *range(9, 1, -1)]
        rest = sum(v * w for v, w in zip(values[:size], weights, strict=True)) % 11
        if values[size] != (0 if rest < 2 else 11 - rest):
            return False
    return True


def _digits(written: str) -> str:
    return re.sub(r"[^0-9]", "", written)


def _is_old(written: str) -> bool:
    """Tell whether a whole date is over a year ago: nobody is given an appointment then."""
    day, month, year = (int(one) for one in re.split(r"[/.\-]", written))
    return (year, month, day) < (date.today().year - 1, date.today().month, date.today().day)  # noqa: DTZ011


def _is_protocol(digits: str) -> bool:
    """Tell whether digits begin with a day of our years, as protocols do, and are no document."""
    is_day = re.match(r"20[2-4][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", digits)
    return bool(is_day) and 8 <= len(digits) <= 16


RULES: tuple[MaskRule, ...] = (
    MaskRule("EMAIL", EMAIL),
    MaskRule("PIX", UUID),
    MaskRule("CNPJ", CNPJ, holds=is_cnpj),
    MaskRule("CPF", SPELLED_CPF),
    MaskRule("NASCIMENTO", BIRTH, group=1),
    MaskRule("NASCIMENTO", OLD_DAY, holds=_is_old),
    MaskRule("CEP", SPELLED_CEP, group=1),
    MaskRule("CEP", CEP),
    MaskRule("DOCUMENTO", DOCUMENT, group=1),
    MaskRule("TELEFONE", WRITTEN_PHONE, holds=lambda found: not is_cpf(_digits(found))),
    MaskRule("TELEFONE", SHORT_PHONE),
)


class Mask:
    """What was replaced in one request, and the way back.

    `names` are those of the person who writes and of who depends on them. What stands in `known`,
    the clinic's own words, stays readable: its telephone is no secret.
    """

    def __init__(self, names: Iterable[str] = (), known: str = "") -> None:
        self._values: dict[str, str] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self._known = known
        self._names = _name_pattern(names)

    def __len__(self) -> int:
        return len(self._values)

    def learn(self, known: str) -> None:
        """Let more of the clinic's own words stay readable."""
        self._known += f"\n{known}"

    def hide(self, text: str) -> str:
        """Return a text without personal data. Angle brackets of its own become other signs, so
        that nobody writes a token or a mark of ours.
        """
        shown = plain(text).replace("<", "‹").replace(">", "›")
        for rule in RULES:
            shown = self._apply(rule, shown)
        shown = NUMBER.sub(self._number, shown)
        shown = INTRODUCED.sub(self._introduced, shown)
        if self._names is not None:
            shown = self._by_folding(shown)
        return shown

    def show(self, text: str) -> str:
        """Return a text with the tokens of this request turned back."""
        return TOKEN.sub(lambda one: self._values.get(one[1], one[0]), text)

    def unknown(self, text: str) -> bool:
        """Tell whether a text holds a token that this request never gave."""
        return any(one[1] not in self._values for one in TOKEN.finditer(text))

    def _token(self, label: str, value: str) -> str:
        if value in self._known and label != "NOME":
            return value
        key = (label, _digits(value) if label not in ("NOME", "EMAIL", "PIX") else value.lower())
        if key not in self._tokens:
            count = sum(1 for other, _value in self._tokens if other == label) + 1
            self._tokens[key] = f"{label}_{count}"
            self._values[f"{label}_{count}"] = value
        return f"<{self._tokens[key]}>"

    def _apply(self, rule: MaskRule, text: str) -> str:
        def swap(found: re.Match[str]) -> str:
            value = found[rule.group]
            if not rule.holds(value) or "<" in value:
                return found[0]
            start, end = found.start(rule.group) - found.start(), found.end(rule.group)
            tail = end - found.start()
            return found[0][:start] + self._token(rule.label, value) + found[0][tail:]

        return rule.pattern.sub(swap, text)

    def _number(self, found: re.Match[str]) -> str:
        value, digits = found[0], _digits(found[0])
        if digits in EMERGENCY or len(digits) < 8:
            return value
        label = _label_of(digits, value)
        return self._token(label, value) if label else value

    def _introduced(self, found: re.Match[str]) -> str:
        name = found[1]
        end = NAME_ENDS.search(name)
        name = (name[: end.start()] if end else name).strip()
        if len(name) < 2 or "<" in name:
            return found[0]
        start = found.start(1) - found.start()
        return found[0][:start] + self._token("NOME", name) + found[0][start + len(name) :]

    def _by_folding(self, text: str) -> str:
        """Replace known names, however their accents and capitals are written."""
        assert self._names is not None
        return "".join(
            part if TOKEN.fullmatch(part) else self._unnamed(part) for part in PARTS.split(text)
        )

    def _unnamed(self, text: str) -> str:
        assert self._names is not None
        flat, places = _flat(text)
        made, last = [], 0
        for found in self._names.finditer(flat):
            start, end = places[found.start()], places[found.end()]
            made += [text[last:start], self._token("NOME", text[start:end])]
            last = end
        return "".join(made) + text[last:]


def _label_of(digits: str, written: str) -> str:
    """Return what a long number is, "" for one that may be read."""
    if len(digits) == 11 and is_cpf(digits):
        return "CPF"
    if len(digits) == 15 and is_cns(digits):
        return "CNS"
    if 13 <= len(digits) <= 19 and luhn(digits):
        return "CARTAO"
    if _is_protocol(digits):
        return ""
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+", written) or re.search(
        r"[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}", written
    ):
        # A great sum with its points, or a date beside another number.
        return "" if len(digits) < 13 else "NUMERO"
    return "TELEFONE" if 8 <= len(digits) <= 13 else "NUMERO"


def _flat(text: str) -> tuple[str, list[int]]:
    """Return a text without accents and capitals, and where each of its letters stood."""
    made: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for one in unicodedata.normalize("NFD", letter.lower()):
            if not unicodedata.combining(one):
                made.append(one)
                places.append(place)
    places.append(len(text))
    return "".join(made), places


def _name_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    words: set[str] = set()
    for name in names:
        flat = _flat(name.strip())[0]
        parts = [one for one in re.split(r"[^\w]+", flat) if len(one) >= 3 and not one.isdigit()]
        words.update(parts)
        if len(flat) >= 3:
            words.add(flat)
    words -= {"dos", "das", "del"}
    if not words:
        return None
    ordered = sorted(words, key=lambda one: (-len(one), one))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)")
