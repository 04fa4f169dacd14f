"""From what a patient wrote and where the talk stands to what the bot does. Pure.

The order is the point: taps, dangers, wishes for a person, loops and limits, kinds of messages that
cannot be read, courtesies; only then knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import wording
from bot.choices import HandoverReason, TurnAct
from bot.intents import Intent, intent_of, is_automatic, language_of
from bot.knowledge.bands import Band, RankedEntry, Thresholds, band_of, offered
from bot.safety import Danger, danger_of

KEY = "bot:"
TAP_PERSON, TAP_NONE = f"{KEY}pessoa", f"{KEY}nenhuma"
QUICK_MOST, SAME_MOST, MISSES_MOST, VOICE_MOST = 4, 3, 2, 2
# Higher than any queue's own priority.
URGENT = 10
PRIORITY = {HandoverReason.EMERGENCY: URGENT, HandoverReason.COMPLAINT: 7}
REASON_OF = {
    Danger.SELF_HARM: HandoverReason.EMERGENCY,
    Danger.EMERGENCY: HandoverReason.EMERGENCY,
    Danger.CLINICAL: HandoverReason.CLINICAL,
    Danger.COMPLAINT: HandoverReason.COMPLAINT,
    Danger.DATA_RIGHTS: HandoverReason.COMPLAINT,
    Danger.MINOR: HandoverReason.INTENT,
}


@dataclass(frozen=True, slots=True)
class HeardWords:
    """What a patient said in one go: texts, keys of tapped choices, and what else they sent."""

    texts: tuple[str, ...] = ()
    taps: tuple[str, ...] = ()
    voices: int = 0
    files: int = 0
    unreadable: int = 0

    @property
    def text(self) -> str:
        """All words in one."""
        return "\n".join(self.texts)


@dataclass(frozen=True, slots=True)
class TalkState:
    """Where the talk stands.

    turns, most_turns   how often the bot spoke in this session, and may
    person_turns, ...   the same for the person in 24 hours
    month_is_over       the company's limit of the month is reached
    misses              how often in a row it was not what they meant
    offered             entries offered last, by id
    said                the bot's last messages
    same, quick         how often the same text came, how often an answer came within seconds
    voices              voice notes that could not be heard in this session
    staff, alarms       first names of who works there, words the clinic calls an emergency
    """

    turns: int = 0
    most_turns: int = 12
    person_turns: int = 0
    person_most: int = 30
    month_is_over: bool = False
    misses: int = 0
    offered: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    same: int = 1
    quick: int = 0
    voices: int = 0
    staff: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnDecision:
    """What to do. `text` is said before an entry's answer or a hand-over's sentence; `entry` and
    `offers` are ids of entries.
    """

    act: TurnAct
    reason: str = ""
    text: str = ""
    entry: Any = None
    offers: tuple[Any, ...] = ()
    band: str = ""
    is_miss: bool = False
    is_silent: bool = False
    candidates: tuple[RankedEntry, ...] = field(default=(), repr=False)


def person(reason: HandoverReason, text: str = "", **more: Any) -> TurnDecision:
    """Give it to people."""
    return TurnDecision(TurnAct.HAND_OVER, reason, text, **more)


def at_once(text: str, talk: TalkState) -> TurnDecision | None:
    """Return what is done with one message before any waiting: dangers to life, a wish for a
    person. None when it may wait for what they write next.
    """
    danger = danger_of(text, talk.alarms)
    if danger == Danger.SELF_HARM:
        return person(HandoverReason.EMERGENCY, wording.SELF_HARM)
    if danger == Danger.EMERGENCY:
        return person(HandoverReason.EMERGENCY, wording.EMERGENCY)
    match intent_of(text, talk.staff):
        case Intent.PERSON:
            return person(HandoverReason.ASKED, wording.UNDERSTOOD)
        case Intent.REFUSAL:
            return person(HandoverReason.REFUSED_BOT, wording.UNDERSTOOD)
    return None


def before_knowledge(heard: HeardWords, talk: TalkState) -> TurnDecision | None:
    """Return what is decided without knowing anything of the clinic; None when it is a question."""
    if heard.taps:
        if found := _tapped(heard.taps[-1]):
            return found
    for text in heard.texts:
        if found := at_once(text, talk):
            return found
    if (danger := danger_of(heard.text, talk.alarms)) is not None:
        return person(REASON_OF[danger], _danger_words(danger))
    return _limited(heard, talk) or _unread(heard, talk) or _courteous(heard, talk)


def by_knowledge(
    ranked: Sequence[RankedEntry], limits: Thresholds, talk: TalkState, automatic: frozenset[Any]
) -> TurnDecision:
    """Return what the ranking of a clinic's entries leads to. `automatic` are the entries that may
    be answered without a person; others are known, and lead to one.
    """
    band, best = band_of(ranked, limits), tuple(ranked[:5])
    if band != Band.PERSON and best[0].entry not in automatic:
        return person(HandoverReason.INTENT, wording.UNDERSTOOD, band=band, candidates=best)
    if band == Band.ANSWER:
        return TurnDecision(TurnAct.ANSWER, entry=best[0].entry, band=band, candidates=best)
    offers = tuple(one.entry for one in offered(ranked, limits) if one.entry in automatic)
    if band == Band.OFFER and offers:
        if talk.misses >= MISSES_MOST or set(offers) <= set(talk.offered):
            return person(HandoverReason.REPEATED, wording.SAID_ALREADY, band=band, candidates=best)
        return TurnDecision(
            TurnAct.OFFER, text=wording.OFFERING, offers=offers, band=band, candidates=best
        )
    return person(
        HandoverReason.NO_ANSWER, wording.NO_ANSWER, band=Band.PERSON, is_miss=True, candidates=best
    )


def _tapped(key: str) -> TurnDecision | None:
    if key == TAP_PERSON:
        return person(HandoverReason.ASKED, wording.UNDERSTOOD)
    if key.startswith(KEY) and key != TAP_NONE:
        return TurnDecision(TurnAct.ANSWER, entry=key.removeprefix(KEY))
    return None


def _danger_words(danger: Danger) -> str:
    match danger:
        case Danger.SELF_HARM:
            return wording.SELF_HARM
        case Danger.EMERGENCY:
            return wording.EMERGENCY
        case Danger.CLINICAL:
            return wording.CLINICAL
    return wording.UNDERSTOOD


def _limited(heard: HeardWords, talk: TalkState) -> TurnDecision | None:
    if is_automatic(heard.text) or talk.same >= SAME_MOST or talk.quick >= QUICK_MOST:
        # Two machines would talk until the number is banned; nothing is said to this one.
        return person(HandoverReason.LOOP, is_silent=True)
    if talk.turns >= talk.most_turns or talk.person_turns >= talk.person_most:
        return person(HandoverReason.LIMIT, wording.SAID_ALREADY)
    if talk.month_is_over:
        return person(HandoverReason.BUDGET, wording.UNDERSTOOD)
    return None


def _unread(heard: HeardWords, talk: TalkState) -> TurnDecision | None:
    """Decide about what is no text: every kind of message has an answer."""
    if heard.files:
        return person(HandoverReason.MEDIA, wording.GOT_FILE)
    if heard.voices and not heard.texts:
        if talk.voices + heard.voices >= VOICE_MOST:
            return person(HandoverReason.MEDIA, wording.UNDERSTOOD)
        return TurnDecision(TurnAct.ASK, text=wording.NO_VOICE)
    if heard.unreadable and not heard.texts:
        if talk.said and talk.said[0].startswith(wording.NO_READING):
            return person(HandoverReason.MEDIA, wording.UNDERSTOOD)
        return TurnDecision(TurnAct.ASK, text=wording.NO_READING)
    if not heard.texts:
        return TurnDecision(TurnAct.SILENCE)
    return None


def _courteous(heard: HeardWords, talk: TalkState) -> TurnDecision | None:
    language = language_of(heard.text)
    if language != "pt":
        return person(HandoverReason.OUT_OF_SCOPE, wording.FOREIGN[language])
    intents = {intent_of(text) for text in heard.texts if text.strip()}
    if Intent.DENIAL in intents and len(heard.text) < 80 and None not in intents:
        return _denied(talk)
    if intents == {Intent.THANKS} or intents == {Intent.THANKS, Intent.GREETING}:
        return TurnDecision(TurnAct.THANK, text=wording.WELCOME if talk.turns else "")
    if intents == {Intent.GREETING}:
        return TurnDecision(TurnAct.GREET)
    if not intents:
        return TurnDecision(TurnAct.SILENCE)
    return None


def _denied(talk: TalkState) -> TurnDecision:
    if talk.misses + 1 >= MISSES_MOST:
        return person(HandoverReason.REPEATED, wording.SAID_ALREADY, is_miss=True)
    return TurnDecision(TurnAct.ASK, text=wording.ASK_AGAIN, is_miss=True)
