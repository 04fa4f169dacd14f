"""Whether a patient's words ask to be left alone. Pure.

A message that is nothing but such a word acts; the same inside a sentence is a question to ask
back, because "posso sair da clínica sozinha?" is not about messages (Meta, opt-out; reliability
D11). Some words fit an appointment too: `Doubt` says so, and whoever acts looks at what the words
answer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contacts.optout_words import (
    ABOUT_CARE,
    ADVERTISING,
    ERASE,
    MAYBE_CARE,
    MAYBE_STOP,
    RESUMES,
    SENTENCES,
    STAYS,
    STEMS,
    STOPS,
    SURE_RESUMES,
    WEARY,
    WHOLE,
)

# Longer texts are letters to the clinic; whoever wants to stop says it shortly.
LONGEST, LONGEST_RAW = 300, 4000


class Wish(StrEnum):
    """What a text asks for."""

    NONE = ""
    STOP = "parar"
    ASK = "perguntar"
    RESUME = "voltar"


class Doubt(StrEnum):
    """What else the words may be about."""

    NONE = ""
    # They act unless they answer something about care ("Parar?", "Sair da lista?").
    LITTLE = "pouca"
    # They act only as an answer to advertising ("Cancelar").
    MUCH = "muita"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood. `needs_person` tells that somebody must read it whatever is done."""

    wish: Wish = Wish.NONE
    doubt: Doubt = Doubt.NONE
    needs_person: bool = False
    words: str = ""


NOTHING = Heard()
# Words that people put around without meaning anything else.
_AROUND = r"bom dia|boa tarde|boa noite|por favor|por gentileza|pfv?o?r?|pfvr|favor|tudo bem|td bem"
POLITE = re.compile(
    rf"^(?:oi+e?|ola|opa|{_AROUND}|prezad[oa]s?|eu|af+|gente|amig[oa]|moc[oa]|senhora?|poxa|nossa"
    r"|q(?:ue)? saco|de novo)\b ?"
)
POLITE_END = re.compile(
    rf" ?\b(?:{_AROUND}|(?:muito )?obrigad[oa]|obgd?[oa]?|brigad[oa]|grat[oa]|valeu|vlw|agora|ja"
    r"|desde ja|ok|ai|urgente|imediatamente|att|atenciosamente|abracos?|de vez|pra sempre"
    r"|para sempre|please|pelo amor de deus|gente|moca?|viu|hein|ne|pf|pfv|plis|caramba|porra"
    r"|caralho)$"
)
# Mail programs and phones write under a text; others repeat what they answer.
SIGNATURE = re.compile(
    r"\b(?:enviad[oa] (?:d[aeo]|pel[ao]|via|atraves|a partir|com)\b|sent (?:from|via)\b"
    r"|get outlook\b|obte(?:r|nha) (?:o )?outlook\b).*$"
)
SIGNED = re.compile(r"\b(?:att|atenciosamente)(?: \w+){0,3}$")
QUOTED_LINE = re.compile(r"^\s*>.*$", re.MULTILINE)
BELOW = re.compile(r"^\s*(?:--+|__+)\s*$.*", re.MULTILINE | re.DOTALL)
STRETCHED = re.compile(r"([^\W\d])\1{2,}")
REPEATED = re.compile(r"\b(\w+)(?: \1\b)+")
# "Ñ quero receber" as people type it.
NOT = re.compile(r"\b(?:n|nn|num|nau|naum)\b")
SPELLED = re.compile(r"\b(?:[^\W\d] ){2,}[^\W\d]\b")
# Slips and turns of speech: "pra de mandar", "tira eu".
SLIPS = re.compile(r"\b(?:pra|par|prar) de(?= (?:me |m)\w)")
ME = re.compile(r"\b((?:tir|exclu|apag|remov|bloque|delet)\w+) eu\b")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Kept(dict[int, str | None]):
    """What is left of each character, looked at once: a mail has thousands."""

    def __missing__(self, code: int) -> str | None:
        sign = chr(code)
        is_mark = unicodedata.combining(sign) or unicodedata.category(sign) == "Cf"
        self[code] = left = None if is_mark else sign if sign.isalnum() else " "
        return left


_KEPT = _Kept()


def plain(text: str) -> str:
    """Return a text in lower case without accents, punctuation, emoji and double spaces."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    # Invisible marks stand inside words, so they leave nothing, not even a space.
    return " ".join(folded.translate(_KEPT).split())


def hear(text: str) -> Heard:
    """Return what a patient's text asks for."""
    if not text or len(text) > LONGEST_RAW:
        return NOTHING
    words = plain(BELOW.sub("", QUOTED_LINE.sub("", text))) or plain(text)
    words = SIGNATURE.sub("", words).strip() or words
    words = SIGNED.sub("", words).strip() or words
    words = SPELLED.sub(lambda match: match[0].replace(" ", ""), words)
    words = NOT.sub("nao", words)
    words = ME.sub(r"me \1", SLIPS.sub("para de", words))
    words = REPEATED.sub(r"\1", STRETCHED.sub(r"\1", words))
    if len(words) > LONGEST or not STEMS.search(words):
        return NOTHING
    return _judged(_bare(words), words)


def wish_of(text: str) -> Wish:
    """Return what a patient's text asks for, read as an answer to advertising."""
    return hear(text).wish


def tap_heard(*, title: str, payload: str = "", description: str = "") -> Heard:
    """Return what a tapped button or row asks for: its label says it, or what it stands for.

    A label is short and chosen, so a sentence on it is no question any more.
    """
    meant = hear(CAMEL.sub(" ", payload))
    if meant.wish == Wish.STOP and not meant.doubt:
        return meant
    for words in (title, description):
        heard = hear(words)
        if heard.wish == Wish.ASK and "cadastro" not in plain(words):
            heard = Heard(Wish.STOP)
        # "Voltar" on a button leads back to a menu.
        if heard.wish == Wish.RESUME and (heard.doubt or " " not in heard.words):
            heard = NOTHING
        if heard.wish != Wish.NONE:
            return heard
    return meant if meant.wish == Wish.STOP else NOTHING


def form_heard(answers: Any) -> Heard:
    """Return what the answers of a form ask for; others stand beside it, so somebody reads it."""
    found = [heard for heard in map(_answer_heard, _said(answers)) if heard.wish == Wish.STOP]
    sure = [heard for heard in found if not heard.doubt]
    if not found:
        return NOTHING
    return Heard(Wish.STOP, (sure or found)[0].doubt, True, (sure or found)[0].words)


def _said(answers: Any, depth: int = 3) -> list[str]:
    """Return the texts a form was answered with; a ticked box says its own name."""
    if isinstance(answers, str):
        return [answers]
    if not depth:
        return []
    if isinstance(answers, list):
        return [text for one in answers for text in _said(one, depth - 1)]
    if isinstance(answers, dict):
        ticked = [str(key) for key, value in answers.items() if _is_yes(value)]
        return ticked + [text for one in answers.values() for text in _said(one, depth - 1)]
    return []


def _is_yes(value: Any) -> bool:
    return value is True or (
        isinstance(value, str) and plain(value) in ("sim", "true", "yes", "1", "on")
    )


def _answer_heard(text: str) -> Heard:
    # Flows give an option's place before its name: "0_Sim", "2_Não_quero_receber".
    return tap_heard(title=re.sub(r"^\d+_", "", CAMEL.sub(" ", text)))


def _bare(words: str) -> str:
    """Return words without what is only polite, at both ends."""
    bare = words
    while (shorter := POLITE_END.sub("", POLITE.sub("", bare)).strip()) != bare and shorter:
        bare = shorter
    return bare


def _judged(bare: str, words: str) -> Heard:
    if bare in STOPS or WHOLE.fullmatch(bare):
        doubt = Doubt.MUCH if bare in MAYBE_CARE else Doubt.NONE
        return Heard(Wish.STOP, Doubt.LITTLE if bare in MAYBE_STOP else doubt, words=bare)
    if ERASE.fullmatch(bare):
        return Heard(Wish.STOP, needs_person=True, words=bare)
    if bare in RESUMES:
        return Heard(Wish.RESUME, Doubt.NONE if bare in SURE_RESUMES else Doubt.LITTLE, words=bare)
    if _is_sentence(words):
        return Heard(Wish.ASK, words=bare)
    return NOTHING


def _is_sentence(words: str) -> bool:
    """Whether a sentence sounds like somebody wants to be left alone by our advertising."""
    is_weary = WEARY.search(words) and not STAYS.search(words)
    if (is_weary or SENTENCES.search(words)) and not ABOUT_CARE.search(words):
        return True
    return bool(ADVERTISING.search(words)) and not STAYS.search(words)
