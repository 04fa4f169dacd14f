"""Which choice a typed text names, where choices are numbered.

A number, "opção 2", "2)", "dois" or the choice's own words do. In doubt none is named, and the text
is one that somebody reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from contacts.optout import plain
from providers.content import Answer, Choice, Question

LONGEST = 200
COUNTED = {
    **{"um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6},
    **{"sete": 7, "oito": 8, "nove": 9, "dez": 10},
}
WISH = r"(?:eu )?(?:quero|queria|prefiro|escolho|escolhi|pode ser|vou de|fico com)"
NAMES = r"opcao|alternativa|item|numero|num|nro|nr|n|no"
NUMBER = re.compile(
    rf"(?:{WISH} )?(?:(?:a|o) )?(?:(?P<name>{NAMES}) )?"
    rf"(?:(?P<digits>0?[1-9][0-9]?)[ao]?|(?P<word>{'|'.join(COUNTED)}))(?: (?P<rest>.+))?"
)
WISHED = re.compile(rf"{WISH} (?:(?:a|o) )?(?P<rest>.+)")
COURTESY = re.compile(
    r" (?:por favor|pfv?|por gentileza|(?:muito )?obrigad[ao]|obg|brigad[ao]|grat[ao]|ok|ta|viu)$"
)
# "2)" and "(2)" are how a list is written: the number of a choice and nothing else.
LISTED = re.compile(r"\s*\(?\s*[0-9]{1,2}\s*\)")
# Signs that take nothing back.
FRIENDLY = frozenset("👍👌🙏✅☑✔🙂😊😉😀😃😄❤🥰🤗🏻🏼🏽🏾🏿")


def chosen(question: Question, text: str) -> Answer | None:
    """Return the answer that a typed text gives to a question, None when it names no choice or
    might name another.
    """
    if len(text) > LONGEST or "?" in text or not _is_plain(question, text):
        return None
    said = plain(text)
    while (shorter := COURTESY.sub("", said)) != said:
        said = shorter
    named = {*_by_number(question, said, text), *_by_words(question, said)}
    if len(named) != 1:
        return None
    (choice,) = named
    return Answer(
        choice.key,
        choice.title,
        choice.description,
        by="list" if question.is_list else "button",
        is_typed=True,
    )


def _is_plain(question: Question, text: str) -> bool:
    """Whether a text holds no sign that may turn its words round, like a cross behind a number."""
    own = "".join(f"{choice.title}{choice.description}" for choice in question.choices)
    return all(c in FRIENDLY or c in own for c in text if unicodedata.category(c) in ("So", "Sk"))


def _by_number(question: Question, said: str, text: str) -> Iterator[Choice]:
    found = NUMBER.fullmatch(said)
    if found is None:
        return
    number = int(found["digits"]) if found["digits"] else COUNTED[found["word"]]
    for own, choice in question.numbered():
        if own != number or (found["rest"] and found["rest"] not in _own_words(choice)):
            continue
        is_sure = bool(found["name"] or found["rest"] or LISTED.fullmatch(text))
        if is_sure or not _is_said_by_another(question, choice, number, found["word"]):
            yield choice


def _by_words(question: Question, said: str) -> Iterator[Choice]:
    wished = WISHED.fullmatch(said)
    ways = {said, wished["rest"]} if wished else {said}
    for choice in question.choices:
        if ways & _own_words(choice):
            yield choice


def _own_words(choice: Choice) -> set[str]:
    title, description = plain(choice.title), plain(choice.description)
    return {title, description, f"{title} {description}".strip()} - {""}


def _is_said_by_another(question: Question, meant: Choice, number: int, word: str | None) -> bool:
    """Whether another choice speaks of this number too: "2" may then be its "2 sessões"."""
    ways = {str(number)} | {name for name, value in COUNTED.items() if word and value == number}
    return any(
        ways & set(f"{plain(other.title)} {plain(other.description)}".split())
        for other in question.choices
        if other is not meant
    )
