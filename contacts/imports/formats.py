"""What a sheet shows of a number: its format decides, a date among them. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

# Formats that a workbook names by number only (ECMA-376, 18.8.30).
BUILTIN = {
    **{0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"},
    **{14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM"},
    **{19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 49: "@"},
    **dict.fromkeys([*range(27, 37), *range(50, 59)], "dd/mm/yyyy"),
    **{37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss"},
}
BRACKETS = re.compile(r"\[[^\]]*\]")
CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
# Letters that stand for themselves, blanks as wide as a letter, and fillers.
LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
SECTIONS = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])+')
DECIMAL = re.compile(r"([#0?,]*[#0?])(?:\.([0#?]+))?")
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  (sheets know no zones)
LEAP_DAY = 60
MOST_DAYS = 2_958_465


def shown(number: str, code: str, *, is_1904: bool = False) -> str:
    """Return a number as its cell shows it in Brazil. Raises ValueError for what is no number."""
    try:
        value = Decimal(number)
    except InvalidOperation as exc:
        raise ValueError from exc
    if not value.is_finite() or abs(value.adjusted()) > 330:
        raise ValueError
    if is_moment(code):
        return _moment(value, code, is_1904)
    return _masked(value, _section(value, code)) or _plainly(value)


@lru_cache(maxsize=1024)
def is_moment(code: str) -> bool:
    """Whether a format shows a date or an hour."""
    bare = LITERAL.sub("", BRACKETS.sub(_kept_hours, code.partition(";")[0]))
    return "general" not in bare.lower() and re.search(r"[dmyhs]", bare.lower()) is not None


def _kept_hours(found: re.Match[str]) -> str:
    return found[0][1:-1] if re.fullmatch(r"\[(h+|m+|s+)\]", found[0], re.IGNORECASE) else ""


def day_shown(moment: datetime, *, has_hour: bool) -> str:
    """Return a moment as Brazil writes it."""
    if not has_hour:
        return f"{moment:%d/%m/%Y}"
    return f"{moment:%d/%m/%Y %H:%M:%S}" if moment.second else f"{moment:%d/%m/%Y %H:%M}"


def _moment(value: Decimal, code: str, is_1904: bool) -> str:
    if not 0 <= value <= MOST_DAYS:
        return _plainly(value)
    bare = LITERAL.sub("", BRACKETS.sub(_kept_hours, code)).lower()
    seconds = round(float(value % 1) * 86_400)
    if not re.search(r"[dy]", bare) and ("h" in bare or "s" in bare):
        hours = int(value) * 24 * ("[h" in code.lower()) + seconds // 3600
        shown = f"{hours:02d}:{seconds % 3600 // 60:02d}"
        return f"{shown}:{seconds % 60:02d}" if seconds % 60 else shown
    days = int(value)
    if is_1904:
        day = EPOCH_1904 + timedelta(days=days)
    else:
        # Excel takes 1900 for a leap year.
        day = EPOCH + timedelta(days=days + (0 < days < LEAP_DAY))
    moment = day + timedelta(seconds=seconds)
    return day_shown(moment, has_hour="h" in bare and bool(seconds))


def _plainly(value: Decimal) -> str:
    if value == value.to_integral_value():
        return str(int(value))
    # What sixteen digits of a float leave behind is not what anybody typed.
    return f"{float(value):.15g}"


def _section(value: Decimal, code: str) -> str:
    """Return the part of a format that holds for a number: by condition, else by its sign."""
    sections = SECTIONS.findall(code)
    if len(sections) < 2:
        return code
    for section in map(str, sections):
        found = CONDITION.search(section)
        if not found:
            continue
        bound = Decimal(found[2])
        holds = {
            "<=": value <= bound, ">=": value >= bound, "<": value < bound,
            ">": value > bound, "=": value == bound, "<>": value != bound,
        }  # fmt: skip
        if holds[found[1]]:
            return section
    if CONDITION.search(code):
        return str(next((one for one in sections if not CONDITION.search(one)), sections[-1]))
    return str(sections[1] if value < 0 else sections[0])


def _masked(value: Decimal, section: str) -> str:
    """Return a number through a mask, "" for formats that show it as it is."""
    parts = _parts(section)
    places = "".join(letter for letter, is_literal in parts if not is_literal)
    if not re.search(r"[0#?]", places) or "e" in places.lower() or "/" in places:
        return ""
    if "%" in places:
        decimals = len(places.partition(".")[2].replace("%", ""))
        return f"{value * 100:.{decimals}f}%".replace(".", ",")
    if "." in places or "," in places:
        return _grouped(value, section, parts)
    is_whole = value >= 0 and value == value.to_integral_value()
    return _filled(str(int(value)), parts) if is_whole else ""


def _parts(section: str) -> list[tuple[str, bool]]:
    """Return a format's letters, and which of them stand for themselves."""
    bare = BRACKETS.sub("", CURRENCY.sub(lambda found: f'"{found[1]}"', section))
    parts: list[tuple[str, bool]] = []
    last = 0
    for found in (*LITERAL.finditer(bare), None):
        until = found.start() if found else len(bare)
        parts += [(letter, letter not in "0#?.,%eE/") for letter in bare[last:until]]
        if found:
            parts += [(letter, True) for letter in found[1] or found[2] or ""]
            last = found.end()
    return parts


def _filled(digits: str, parts: list[tuple[str, bool]]) -> str:
    wanted = sum(letter == "0" for letter, is_literal in parts if not is_literal)
    places = sum(not is_literal for _letter, is_literal in parts)
    left = digits.zfill(wanted)
    out: list[str] = []
    for letter, is_literal in reversed(parts):
        if is_literal:
            out.append(letter)
        elif places == 1:
            # The first place takes all digits that are left.
            out.append(left[::-1])
            left, places = "", 0
        else:
            places -= 1
            out.append(left[-1:])
            left = left[:-1]
    return "".join("".join(out)[::-1].split("\0")).strip()


def _grouped(value: Decimal, section: str, parts: list[tuple[str, bool]]) -> str:
    """Return an amount with comma and dots."""
    places = "".join(letter for letter, is_literal in parts if not is_literal)
    found = DECIMAL.search(places)
    if not found:
        return ""
    decimals = len(found[2] or "")
    text = f"{abs(value):,.{decimals}f}" if "," in found[1] else f"{abs(value):.{decimals}f}"
    text = text.translate(str.maketrans(",.", ".,"))
    first = next(n for n, (_letter, is_literal) in enumerate(parts) if not is_literal)
    before = "".join(letter for letter, _is in parts[:first]).strip()
    sign = "-" if value < 0 else ""
    return f"{sign}{before} {text}".strip() if before else f"{sign}{text}"
