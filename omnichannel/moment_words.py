"""The words in which people name days and hours, in Portuguese and in English, with accents, case
and commas taken off. Pure data and patterns for `omnichannel.moments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time

# What a part of the day means when no hour is named; the longest stand first.
PARTS = {
    "depois do almoco": time(13),
    "apos o almoco": time(13),
    "antes do almoco": time(11),
    "hora do almoco": time(12),
    "inicio da tarde": time(13),
    "comeco da tarde": time(13),
    "fim da tarde": time(17),
    "final da tarde": time(17),
    "fim da manha": time(11),
    "final da manha": time(11),
    "fim do dia": time(18),
    "final do dia": time(18),
    "fim de tarde": time(17),
    "final de tarde": time(17),
    "fim do expediente": time(18),
    "end of the day": time(18),
    "end of day": time(18),
    "primeira hora": time(8),
    "primeiro horario": time(8),
    "first thing": time(8),
    "manha cedo": time(8),
    "early morning": time(8),
    "late afternoon": time(17),
    "after lunch": time(13),
    "before lunch": time(11),
    "logo cedo": time(8),
    "cedinho": time(8),
    "cedo": time(8),
    "early": time(8),
    "madrugada": time(5),
    "manha": time(9),
    "morning": time(9),
    "meio-dia": time(12),
    "meio dia": time(12),
    "meiodia": time(12),
    "midday": time(12),
    "noon": time(12),
    "almoco": time(12),
    "lunch": time(12),
    "tarde": time(14),
    "tardinha": time(17),
    "afternoon": time(14),
    "noite": time(19),
    "evening": time(19),
    "night": time(19),
}
# Hours named with one of these are counted from noon.
AFTER_NOON = {"tarde", "tardinha", "afternoon", "noite", "evening", "night"} | {
    words for words in PARTS if "tarde" in words
}
MORNING = PARTS["manha"]
WEEKDAYS = (
    *("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo"),
    *("seg", "ter", "qua", "qui", "sex", "sab", "dom"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
)
MONTHS = (
    *("janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto"),
    *("setembro", "outubro", "novembro", "dezembro"),
    *("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"),
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
)
NUMBERS = {
    word: number
    for number, words in {
        1: "um uma one",
        2: "dois duas two",
        3: "tres three",
        4: "quatro four",
        5: "cinco five",
        6: "seis six",
        7: "sete seven",
        8: "oito eight",
        9: "nove nine",
        10: "dez ten",
        11: "onze eleven",
        12: "doze twelve",
        15: "quinze fifteen",
        20: "vinte twenty",
        30: "trinta thirty",
    }.items()
    for word in words.split()
}
# Days that are counted from today.
NEAR = {
    "antes de ontem": -2,
    "anteontem": -2,
    "ontem": -1,
    "yesterday": -1,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "depois de amanha": 2,
    "dps de amanha": 2,
    "depois d amanha": 2,
    "amanha": 1,
    "amanh": 1,
    "amnh": 1,
    "amn": 1,
    "tomorrow": 1,
    "tmrw": 1,
    "tomorow": 1,
    "hoje": 0,
    "hj": 0,
    "today": 0,
}
# Words that may stand around a day and an hour and change nothing.
FILLERS = frozenset(
    "a as ao o os no na nos nas em ate de da do das dia para pra pras pelas pelo por volta la e "
    "umas la nesta neste esta este nessa nesse mesmo hora horas h hs "
    "at on the by of in this coming until till around about".split()
)


def any_of(words: Iterable[str]) -> str:
    """Return a pattern's part that takes one of the words, the longest first."""
    return "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))


_MINUTES = r"min(?:ut(?:o|inho|e)?)?s?|m"
_HOURS = r"h(?:ora|rs|our|s|r)?s?"
_DAYS = r"dias?(?: uteis)?|days?|d"
_WEEKS = r"semanas?|sem|weeks?|w"
_MONTHS = r"mes(?:es)?|months?"
SPAN = re.compile(
    r"(?P<ahead>(?:em|daqui|dentro de|in|after) (?:a )?(?:uns |umas |about )?)?"
    rf"(?:(?P<many>\d{{1,4}}|an?|meia|half an?)\s*"
    rf"(?:(?P<minutes>{_MINUTES})|(?P<hours>{_HOURS})|(?P<days>{_DAYS})|(?P<weeks>{_WEEKS})"
    rf"|(?P<months>{_MONTHS})))"
    r"(?:(?P<glued>\d{2})(?: ?min)?"
    r"| (?:e|and) (?P<more>meia|a half|\d{1,2})(?: ?min(?:ut[eo])?s?)?)?"
    r"(?P<after> from now)?",
    re.ASCII,
)
# A span of days may have an hour behind it: "em 3 dias às 10".
SPAN_OF_DAYS = re.compile(
    rf"\b(?:em|daqui|in) (?:a )?(\d{{1,3}}|an?) (?:({_DAYS})|({_WEEKS})|({_MONTHS}))\b", re.ASCII
)
SPOKEN_TO = re.compile(
    r"\b(\d{1,2})(?: min(?:utos?)?)? (?:para|pra|to) (?:as? |o )?(\d{1,2})\b", re.ASCII
)
CLOCK = re.compile(
    r"\b(\d{1,2})(?:"
    r"\s?(?:h(?:oras?|rs?|s)?)\s?(\d{2})(?: ?m(?:in)?)?|:(\d{2})\s?(?:h(?:rs|s)?)?"
    r"|\s?h(?:oras?|rs?|s)?\b| o ?clock)?"
    r"(?:\s?(am|pm|a\.m\.|p\.m\.))?(?!\w)",
    re.ASCII,
)
HALF = re.compile(r"\b(?:e meia|and a half)\b|\b(?:e|and) (\d{2})(?: min(?:utos?)?)?\b", re.ASCII)
PART = re.compile(rf"\b(?:(?:a|de|pela|ao|da|do|no|na|in the|at|the) )?({any_of(PARTS)})\b")
MIDNIGHT = re.compile(r"\b(?:a |at )?(?:meia[- ]noite|midnight)\b")
TONIGHT = re.compile(r"\btonight\b")
SAME_TIME = re.compile(r"\b(?:(?:n[ao] |a |o )?mesm[ao] hor(?:a|ario)|(?:at the )?same time)\b")
LATER = re.compile(r"(?:hoje )?(?:um pouco )?mais tarde(?: hoje)?|later(?: today)?")
PAST = re.compile(r"\b(?:passad[ao]|last)\b")
DATE = re.compile(r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?\b", re.ASCII)
DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})\b", re.ASCII)
ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", re.ASCII)
NAMED = re.compile(
    rf"\b(\d{{1,2}})(?:o|st|nd|rd|th)?(?: de | of |/| )({any_of(MONTHS)})\b\.?"
    r"(?:(?: de)? (\d{4}))?",
    re.ASCII,
)
NAMED_FIRST = re.compile(rf"\b({any_of(MONTHS)}) (\d{{1,2}})(?:st|nd|rd|th)?\b", re.ASCII)
DAY = re.compile(
    r"\b(?:dia (\d{1,2}|primeiro)o?|the (\d{1,2})(?:st|nd|rd|th)|(\d{1,2})(?:st|nd|rd|th))\b"
    r"( (?:do (?:mes que vem|proximo mes)|(?:of )?next month))?",
    re.ASCII,
)
NUMBERED = re.compile(r"\b([2-6])a(?:[- ]?feira)?\b", re.ASCII)
WEEKDAY = re.compile(
    r"\b(?:(?:proxim[ao]|next|n?est[ae]|this) )?"
    rf"({any_of(WEEKDAYS)})(?:[- ]?feira)?\b\.?(?: (?:que vem|proxim[ao]))?"
)
NEXT_WEEK = re.compile(
    r"\b(?:(?:na|da|a) )?(?:proxima semana|semana que vem|semana q vem|outra semana|next week)\b"
)
WEEKEND = re.compile(r"\b(?:(?:n?o )?(?:proximo )?fi(?:m|nal) de semana|(?:next )?weekend)\b")
WORKDAY = re.compile(r"\b(?:(?:n?o )?proximo dia util|next (?:business|work(?:ing)?) ?day)\b")
NEXT_MONTH = re.compile(r"\b(?:(?:inicio|comeco) do )?(?:mes que vem|proximo mes)\b|\bnext month\b")
MONTH_END = re.compile(r"\b(?:n?o )?fi(?:m|nal) do mes\b|\b(?:the )?end of (?:the )?month\b")
