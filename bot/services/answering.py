"""What the bot does with what a patient wrote: read, decide, word it. Sends nothing.

Turns, the console, test cases and the replay all ask here, so that they never differ.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bot import wording
from bot.choices import HandoverReason, TurnAct
from bot.decide import HeardWords, TalkState, TurnDecision, before_knowledge, by_knowledge, person
from bot.models import Assistant, KnowledgeEntry
from bot.services.recalling import Knowledge, knowledge_of
from bot.services.speaking import choices_of
from providers.content import Choice


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said and done, not yet said or done. `steps` are milliseconds by name."""

    decision: TurnDecision
    text: str = ""
    choices: tuple[Choice, ...] = ()
    entry: KnowledgeEntry | None = None
    offered: tuple[str, ...] = ()
    queue_id: Any = None
    candidates: list[dict[str, Any]] = field(default_factory=list)
    steps: dict[str, int] = field(default_factory=dict)


def reply_to(
    assistant: Assistant, heard: HeardWords, talk: TalkState, *, known: Knowledge | None = None
) -> Reply:
    """Return what an assistant does with what it heard, from the clinic's own knowledge alone;
    `known` stands in for what is published.
    """
    began = time.perf_counter()
    decision = before_knowledge(heard, talk)
    ruled = time.perf_counter()
    if known is None and (decision is None or decision.act in (TurnAct.ANSWER, TurnAct.GREET)):
        known = knowledge_of(assistant.company)
    if decision is None and known is not None:
        decision = _by_knowledge(known, heard, talk)
    assert decision is not None
    done = time.perf_counter()
    steps = {"regras": round((ruled - began) * 1000), "conhecimento": round((done - ruled) * 1000)}
    return _worded(assistant, decision, talk, known, steps)


def _by_knowledge(known: Knowledge, heard: HeardWords, talk: TalkState) -> TurnDecision:
    if not known.entries:
        return person(HandoverReason.NO_ANSWER, wording.UNDERSTOOD)
    ranked, limits = known.ranked(heard.text)
    return by_knowledge(ranked, limits, talk, known.automatic)


def _worded(
    assistant: Assistant,
    decision: TurnDecision,
    talk: TalkState,
    known: Knowledge | None,
    steps: dict[str, int],
) -> Reply:
    entries = known.entries if known is not None else {}
    given: dict[str, Any] = {
        "candidates": _shown(decision, entries),
        "steps": steps,
        "queue_id": _queue_of(decision, entries),
    }
    match decision.act:
        case TurnAct.ANSWER:
            return _answer(decision, talk, entries, given)
        case TurnAct.OFFER:
            chosen = [entries[pk] for pk in decision.offers]
            return Reply(
                decision,
                _offer_text(decision.text, chosen),
                tuple(choices_of(chosen, with_person=True)),
                offered=tuple(str(pk) for pk in decision.offers),
                **given,
            )
        case TurnAct.GREET:
            shown = known.featured[:2] if known is not None else []
            buttons = tuple(choices_of(shown, with_person=True)) if shown else ()
            return Reply(decision, assistant.greeting, buttons, **given)
    return Reply(decision, decision.text, **given)


def _answer(
    decision: TurnDecision,
    talk: TalkState,
    entries: dict[UUID, KnowledgeEntry],
    given: dict[str, Any],
) -> Reply:
    entry = next((one for pk, one in entries.items() if str(pk) == str(decision.entry)), None)
    if entry is None:
        # A button of yesterday: the entry was withdrawn since.
        return Reply(person(HandoverReason.NO_ANSWER, wording.UNDERSTOOD), "", **given)
    if any(said.startswith(entry.answer) for said in talk.said):
        again = person(
            HandoverReason.REPEATED, wording.SAID_ALREADY, candidates=decision.candidates
        )
        return Reply(again, again.text, **given)
    # The first answers tell how to get out of a wrong one; the disclosure does so already.
    tail = wording.NOT_THAT if talk.turns == 1 else ""
    return Reply(decision, wording.said_with(entry.answer, tail), entry=entry, **given)


def _offer_text(text: str, chosen: Sequence[KnowledgeEntry]) -> str:
    return "\n".join([text, *(f"• {entry.question}" for entry in chosen)])


def _shown(decision: TurnDecision, entries: dict[UUID, KnowledgeEntry]) -> list[dict[str, Any]]:
    return [
        {"entry": str(one.entry), "label": entries[one.entry].label, "score": round(one.score, 4)}
        for one in decision.candidates
        if one.entry in entries
    ]


def _queue_of(decision: TurnDecision, entries: dict[UUID, KnowledgeEntry]) -> Any:
    """Return the queue of what the patient most likely asked about, if its category has one."""
    if decision.act != TurnAct.HAND_OVER or not decision.candidates or decision.is_miss:
        return None
    entry = entries.get(decision.candidates[0].entry)
    return entry.category.queue_id if entry is not None and entry.category is not None else None
