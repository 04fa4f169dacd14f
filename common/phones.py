"""Phone numbers as Brazilian clinics write them and as WhatsApp knows them.

Brazilian mobiles got a ninth digit (`55` + DDD + `9` + 8 digits), but WhatsApp accounts opened
before that keep an id without it: `+55 41 99888-7777` may be `554198887777` in every webhook, and
Meta documents that it answers with either form. So people have one canonical number, with the nine;
ids at a provider stay as they came; and a search tries both forms. Landlines have eight digits too
and never get a nine.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberFormat

# The area codes in use (Anatel's numbering plan).
DDDS = frozenset(
    "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 "
    "51 53 54 55 61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 "
    "91 92 93 94 95 96 97 98 99".split()
)

MOBILE_WITHOUT_NINE = re.compile(r"55(\d\d)([6-9]\d{7})")
MOBILE_WITH_NINE = re.compile(r"55(\d\d)9([6-9]\d{7})")
# Mexico dropped the 1 of its mobiles and Argentina writes a 9 before them: WhatsApp names one
# person by either form.
MEXICAN = re.compile(r"52(1?)([2-9]\d{9})")
ARGENTINE = re.compile(r"54(9?)([1-3]\d{9})")
SUBSCRIBER = re.compile(r"[2-9]\d{7}|9\d{8}")
# 0800 and its kin are dialled without an area code.
SERVICE = re.compile(r"[3589]00\d{6,7}")
# What providers write to from without a country: 3 to 6 digits.
SHORT_CODE_DIGITS = 6
PUNCTUATION = re.compile(r"[()./\-]")
PLAIN = re.compile(r"\+?[0-9]+")
BLANKS = dict.fromkeys([*range(33), 127])


def canonical(raw: str, default_region: str = "BR") -> str | None:
    """Return the number as E.164, Brazilian mobiles with their nine, or None if it is none.

    Accepts what people type: punctuation, trunk zero, carrier code, missing country code, `00` for
    `+`. Digits without a `+` are read as a national number of `default_region` when they fit one,
    otherwise as international. For an id given by WhatsApp use `from_wa_id`: those are always
    international.
    """
    number = _plain(raw)
    if number is None:
        return None
    if number.startswith("+"):
        return _international(number[1:])
    if default_region != "BR":
        return _foreign_national(number, default_region) or _guessed(number)
    return _brazilian_national(number) or _guessed(number)


def from_wa_id(wa_id: str) -> str | None:
    """Return the canonical number of a WhatsApp phone id, None for other kinds of id."""
    number = _plain(wa_id)
    return _international(number.removeprefix("+")) if number else None


def variants(number: str) -> tuple[str, ...]:
    """Return the ids WhatsApp may use for a canonical number, the one with the ninth digit first.

    Two for Brazilian mobiles whose eight-digit form existed (first digit 6 to 9), otherwise one. A
    mobile such as `9 5xxx-xxxx` has one only: without its nine it would be somebody's landline.
    """
    plain = number.removeprefix("+")
    if not plain:
        return ()
    mobile = MOBILE_WITH_NINE.fullmatch(plain)
    if mobile and mobile[1] in DDDS:
        return plain, f"55{mobile[1]}{mobile[2]}"
    return (plain,)


def forms(number: str) -> tuple[str, ...]:
    """Return every id by which a canonical number may be known: its variants, and for Mexican and
    Argentine mobiles the form with or without the digit after the country code.
    """
    plain = number.removeprefix("+")
    for pattern, code, digit in ((MEXICAN, "52", "1"), (ARGENTINE, "54", "9")):
        if found := pattern.fullmatch(plain):
            other = f"{code}{'' if found[1] else digit}{found[2]}"
            return plain, other
    return variants(number)


def folded(number: str) -> str:
    """Return one name for all forms of a canonical number, to compare by and never to call."""
    return min(forms(number), key=lambda form: (len(form), form), default="")


# Where the clock differs from most of Brazil, by area code.
ZONES = {
    **dict.fromkeys(("65", "66"), "America/Cuiaba"),
    **dict.fromkeys(("92", "97"), "America/Manaus"),
    "67": "America/Campo_Grande",
    "68": "America/Rio_Branco",
    "69": "America/Porto_Velho",
    "95": "America/Boa_Vista",
}


def zone(number: str) -> str:
    """Return the name of the time zone that a number's area is in, "" when nothing tells it."""
    plain = number.removeprefix("+")
    if not plain.startswith("55"):
        return ""
    area = plain[2:4]
    return ZONES.get(area, "America/Sao_Paulo") if area in DDDS else ""


def country(number: str) -> str:
    """Return the two letters of a number's country, "" when its code belongs to none."""
    plain = number.removeprefix("+")
    if plain.startswith("55"):
        return "BR"
    try:
        parsed = phonenumbers.parse(f"+{plain}")
    except phonenumbers.NumberParseException:
        return ""
    # Countries that share a code are told apart by their numbers, where those are known.
    found = phonenumbers.region_code_for_number(
        parsed
    ) or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return found if found and found.isalpha() and found != "ZZ" else ""


def display(number: str) -> str:
    """Return the number as people read it: Brazilian ones nationally, others with country code. A
    short code, or a name in the place of a number, stays as it is: it has no country.
    """
    plain = number.removeprefix("+")
    if len(plain) <= SHORT_CODE_DIGITS or any(character.isalpha() for character in plain):
        return number
    national = plain[2:] if plain.startswith("55") else ""
    if national[:2] in DDDS and SUBSCRIBER.fullmatch(national[2:]):
        return f"({national[:2]}) {national[2:-4]}-{national[-4:]}"
    if SERVICE.fullmatch(national):
        return f"0{national[:3]} {national[3:-4]} {national[-4:]}"
    try:
        parsed = phonenumbers.parse(f"+{plain}")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def masked(number: str) -> str:
    """Return the number with all but area and last four digits hidden, for audits."""
    shown = display(number)
    keep = re.match(r"\(\d\d\)|\+\d+", shown)
    places = [place for place, character in enumerate(shown) if character.isdigit()]
    hidden = {place for place in places[:-4] if not keep or place >= keep.end()}
    return "".join("*" if place in hidden else character for place, character in enumerate(shown))


def _plain(raw: str) -> str | None:
    """Return digits with an optional leading plus, None if there is more than punctuation."""
    # An import reads a million of these.
    kept = raw[:64].translate(BLANKS) if raw.isascii() else _typed(raw[:64])
    squeezed = PUNCTUATION.sub("", kept.replace("(0)", ""))
    if not PLAIN.fullmatch(squeezed):
        return None
    return f"+{squeezed[2:]}" if squeezed.startswith("00") else squeezed


def _typed(raw: str) -> str:
    """Numbers copied from a chat carry invisible direction marks and typographic dashes and
    spaces.
    """
    return "".join(
        "-" if unicodedata.category(character) == "Pd" else character
        for character in unicodedata.normalize("NFKC", raw)
        if unicodedata.category(character) not in ("Cf", "Zs", "Cc")
    )


def _brazilian_national(number: str) -> str | None:
    """Read national digits, with or without trunk zero and carrier code."""
    candidates = [number]
    if number.startswith("0"):
        candidates.append(number[1:])
        if len(number) in (13, 14):
            candidates.append(number[3:])
    for candidate in candidates:
        if SERVICE.fullmatch(candidate) and number.startswith("0"):
            return f"+55{candidate}"
        if candidate[:2] in DDDS and SUBSCRIBER.fullmatch(candidate[2:]):
            return f"+{_with_nine(f'55{candidate}')}"
    return None


def _foreign_national(number: str, region: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _international(plain: str) -> str | None:
    """Read digits that begin with a country code; foreign ones stay exactly as they are."""
    if plain.startswith("550"):
        # "+55 041 ..." and "+55 0800 ...": the trunk zero has no place after a country code.
        plain = f"55{plain[3:]}"
    plain = _with_nine(plain)
    if not 8 <= len(plain) <= 15:
        return None
    try:
        # Only the country code is checked: WhatsApp keeps forms (Mexico's 521...) that numbering
        # plans dropped.
        phonenumbers.parse(f"+{plain}")
    except phonenumbers.NumberParseException:
        return None
    return f"+{plain}"


def _guessed(plain: str) -> str | None:
    """Read digits without a plus as international, only when they make a possible number there."""
    number = _international(plain)
    # Eight or nine digits are far more often a local number without its area code.
    if number is None or len(plain) < 10:
        return None
    if number.startswith("+55") or phonenumbers.is_possible_number(phonenumbers.parse(number)):
        return number
    return None


def _with_nine(plain: str) -> str:
    """Insert the ninth digit into a Brazilian mobile that lacks it."""
    mobile = MOBILE_WITHOUT_NINE.fullmatch(plain)
    return f"55{mobile[1]}9{mobile[2]}" if mobile and mobile[1] in DDDS else plain
