"""What somebody means who answers about their appointment. Pure.

No answer is worth a wrong confirmation: whatever says yes and something else is left to a person.
A negation is stronger than what it stands beside, and wanting another time stronger than both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agenda.answer_words import (
    CANNOT,
    COMING,
    FILLING,
    LEAN,
    MOVE,
    NO_SIGNS,
    NOT_MINE,
    STRONG,
    UNCERTAIN,
    WARM_SIGNS,
    YES_SIGNS,
)
from agenda.choices import AnswerMeaning
from contacts.optout import plain

# Longer texts are letters, which a person reads.
LONGEST = 220
STRETCHED = re.compile(r"([a-z])\1{2,}")
NOT = re.compile(r"\b(?:n|nn|num|nau|naum|naao|nop|nope|nunca)\b")
NUMBER = re.compile(r"^\d{1,2}(?:h(?:\d{2})?|hs|hrs)?$|^\d{1,4}$")
GREETING = re.compile(r"^(?:(?:bom dia|boa tarde|boa noite|oi+e?|ola|opa|oii)\b ?)+")
# A key of ours on a button: "agenda:<id of the appointment>:<meaning>".
KEY = re.compile(r"^agenda:([0-9a-f-]{36}):(\w+)$")
EXPLICIT = re.compile(r"\b(?:confirm|comfirm|remarc|reagend|desmarc|presenca)\w*")
NAMED_WISHES = (
    (re.compile(r"^(?:s|sim)?\s*confirm|^vou\b|^ok\b"), AnswerMeaning.CONFIRMS),
    (re.compile(r"remarc|reagend|mudar|outro"), AnswerMeaning.MOVES),
    (re.compile(r"cancel|desmarc|nao"), AnswerMeaning.CANNOT),
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text or an emoji means, and the rule that says so. `is_explicit` tells that its words
    are about an appointment whatever was said before.
    """

    meaning: AnswerMeaning = AnswerMeaning.SILENT
    rule: str = ""
    is_explicit: bool = False

    @property
    def is_something(self) -> bool:
        """Whether it says anything about the appointment."""
        return self.meaning != AnswerMeaning.SILENT


NOTHING = Understood()


def understand(text: str) -> Understood:
    """Return what a typed text means as an answer to a reminder."""
    words = NOT.sub("nao", STRETCHED.sub(r"\1", plain(text)))
    if not words:
        return _signs(text, is_reaction=False)
    if len(words) > LONGEST:
        return Understood(AnswerMeaning.UNSURE, "longo")
    bare = GREETING.sub("", words).strip()
    is_explicit = EXPLICIT.search(bare) is not None
    found = _worded(bare, is_question="?" in text)
    if found.meaning == AnswerMeaning.CONFIRMS and _says_no(text):
        return Understood(AnswerMeaning.UNSURE, "sinal_contrario")
    return Understood(found.meaning, found.rule, is_explicit)


def understand_reaction(emoji: str) -> Understood:
    """Return what an emoji on a reminder means."""
    return _signs(emoji, is_reaction=True)


def understand_label(label: str) -> AnswerMeaning:
    """Return what a button says that its template's author worded; SILENT when it says none."""
    words = plain(label)
    return next(
        (meaning for rule, meaning in NAMED_WISHES if rule.search(words)), AnswerMeaning.SILENT
    )


def key_of(appointment_id: object, meaning: str) -> str:
    """Return what a button of ours gives back."""
    return f"agenda:{appointment_id}:{meaning}"


def key_read(key: str) -> tuple[str, AnswerMeaning] | None:
    """Return the appointment's id and the meaning that a button's key stands for."""
    match = KEY.fullmatch(key)
    if match is None or match[2] not in AnswerMeaning.values:
        return None
    return match[1], AnswerMeaning(match[2])


def _worded(words: str, *, is_question: bool) -> Understood:
    if NOT_MINE.search(words):
        return Understood(AnswerMeaning.NOT_MINE, "nao_e_minha")
    # "Não vou faltar" is no refusal.
    told = COMING.sub(" sim ", words).strip()
    cannot, moves = CANNOT.search(told), MOVE.search(told)
    # What stands in the refusal itself ("não irei") agrees to nothing.
    rest = CANNOT.sub(" ", told)
    agrees = any(word in STRONG - LEAN for word in rest.split())
    if UNCERTAIN.search(told):
        is_about = bool(cannot or moves or agrees)
        # "Não vou poder, mas consigo remarcar?" leaves no doubt about what is wanted.
        if moves and not agrees:
            return Understood(AnswerMeaning.MOVES, "remarcar")
        return Understood(AnswerMeaning.UNSURE, "incerto") if is_about else NOTHING
    if moves:
        return _unless(agrees, AnswerMeaning.MOVES, "remarcar")
    if is_question:
        return Understood(AnswerMeaning.UNSURE, "pergunta") if cannot or agrees else NOTHING
    if cannot:
        return _unless(agrees, AnswerMeaning.CANNOT, "nao_vai")
    if told.startswith("nao ") or " nao " in told:
        return Understood(AnswerMeaning.UNSURE, "negacao")
    return _agreed(told, agrees)


def _unless(agrees: bool, meaning: AnswerMeaning, rule: str) -> Understood:
    return Understood(AnswerMeaning.UNSURE, "sim_e_nao") if agrees else Understood(meaning, rule)


def _agreed(told: str, agrees: bool) -> Understood:
    words = told.split()
    others = [
        one for one in words if one not in STRONG and one not in FILLING and not NUMBER.match(one)
    ]
    if agrees and not others:
        return Understood(AnswerMeaning.CONFIRMS, "palavras")
    return Understood(AnswerMeaning.UNSURE, "outras_palavras") if agrees else NOTHING


def _says_no(text: str) -> bool:
    return any(sign in NO_SIGNS for sign in text)


def _signs(text: str, *, is_reaction: bool) -> Understood:
    signs = set(text)
    yes, no = bool(signs & YES_SIGNS), bool(signs & NO_SIGNS)
    if yes and no:
        return Understood(AnswerMeaning.UNSURE, "sinais")
    if no:
        return Understood(AnswerMeaning.CANNOT, "sinal")
    if yes:
        return Understood(AnswerMeaning.CONFIRMS, "sinal")
    if signs & WARM_SIGNS:
        warm = bool(signs & set("❤♥🧡💛💚💙💜🤍")) and is_reaction
        return Understood(AnswerMeaning.CONFIRMS if warm else AnswerMeaning.UNSURE, "sinal")
    return NOTHING
