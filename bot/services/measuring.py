"""How good what a clinic knows is, asked of questions whose right entry is written beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.choices import TurnAct
from bot.decide import HeardWords, TalkState
from bot.models import Assistant
from bot.services.answering import reply_to
from bot.services.recalling import knowledge_of


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A text, and the button of the entry that answers it; "" where no entry does."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRates:
    """Shares of the questions with an entry, and of those without one (`strange_*`)."""

    questions: int
    strange: int
    first: float
    right: float
    wrong: float
    offered: float
    offered_without: float
    people: float
    strange_answered: float
    strange_offered: float
    mistakes: tuple[str, ...] = ()


def read(lines: Iterable[str]) -> list[AskedQuestion]:
    """Read lines of "button|question"; without a button no entry answers it."""
    found = []
    for line in filter(str.strip, lines):
        label, bar, text = line.strip().partition("|")
        found.append(AskedQuestion(text, label) if bar else AskedQuestion(label))
    return found


def measure(assistant: Assistant, asked: Sequence[AskedQuestion]) -> AnswerRates:
    """Ask everything, each as the first words of a talk. Sends nothing, keeps nothing."""
    found: Counter[str] = Counter()
    mistakes: list[str] = []
    known = knowledge_of(assistant.company)
    for one in asked:
        got = _asked(assistant, one)
        found[("" if one.label else "strange_") + got] += 1
        if one.label:
            ranked, _limits = known.ranked(one.text)
            found["first"] += bool(ranked) and known.entries[ranked[0].entry].label == one.label
        if got == "wrong" or (one.label and got == "offered_without"):
            mistakes.append(f"{got}: {one.text} ({one.label or '-'})")
    strange = sum(not one.label for one in asked)
    own = len(asked) - strange
    names = ("first", "right", "wrong", "offered", "offered_without", "people")
    return AnswerRates(
        own,
        strange,
        **{name: found[name] / max(own, 1) for name in names},
        strange_answered=found["strange_wrong"] / max(strange, 1),
        strange_offered=found["strange_offered_without"] / max(strange, 1),
        mistakes=tuple(mistakes),
    )


def _asked(assistant: Assistant, one: AskedQuestion) -> str:
    reply = reply_to(assistant, HeardWords((one.text,)), TalkState())
    if reply.entry is not None:
        return "right" if reply.entry.label == one.label else "wrong"
    if reply.decision.act == TurnAct.OFFER:
        entries = knowledge_of(assistant.company).entries
        labels = {entry.label for pk, entry in entries.items() if str(pk) in reply.offered}
        return "offered" if one.label in labels else "offered_without"
    return "people"
