"""A day's talks asked again: what the bot did, what it does with what is published now, and what it
would do with the drafts. From the clinic's own knowledge alone: it sends nothing and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.choices import HandoverReason, TurnAct, TurnState
from bot.decide import HeardWords, TalkState
from bot.masking import Mask
from bot.models import Assistant, BotTurn
from bot.services.answering import Reply, reply_to
from bot.services.context import heard_in, staff_of
from bot.services.evaluating import got_of
from bot.services.learning import masked
from bot.services.recalling import Knowledge, draft_knowledge_of, knowledge_of

MOST = 60


@dataclass(frozen=True, slots=True)
class ReplayedTurn:
    """What a patient wrote, masked, and what was and would be done with it."""

    turn: BotTurn
    text: str
    then: str
    published: str
    draft: str

    @property
    def differs(self) -> bool:
        """Whether the drafts change what the bot does."""
        return self.published != self.draft

    @property
    def has_changed(self) -> bool:
        """Whether what is published now does otherwise than the bot did then."""
        return self.then != self.published


@dataclass(slots=True)
class _Line:
    """One way of the talk going on; begins anew with each session."""

    known: Knowledge
    session: Any = None
    replies: int = 0
    offered: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    def asked(self, turn: BotTurn, heard: HeardWords, state: dict[str, Any]) -> Reply:
        """Return the reply to what was heard next."""
        if self.session != turn.session_id:
            self.session, self.replies, self.offered, self.said = turn.session_id, 0, (), ()
        talk = TalkState(turns=self.replies, offered=self.offered, said=self.said, **state)
        reply = reply_to(turn.session.assistant, heard, talk, known=self.known)
        self.replies += 1
        self.offered = reply.offered
        self.said = (reply.text, *self.said)[:3]
        return reply


def replay(assistant: Assistant, day: date) -> list[ReplayedTurn]:
    """Ask a day's turns of an assistant again, at most MOST of them, in their order."""
    company = assistant.company
    begin = datetime.combine(day, time.min, tzinfo=company.zone)
    turns = (
        BotTurn.objects.for_company(company)
        .filter(
            session__assistant=assistant,
            state=TurnState.DONE,
            created_at__gte=begin,
            created_at__lt=datetime.combine(day + timedelta(days=1), time.min, tzinfo=company.zone),
        )
        .select_related("session__conversation__contact", "session__assistant__company", "entry")
        .order_by("session_id", "created_at")[:MOST]
    )
    lines = _Line(knowledge_of(company)), _Line(draft_knowledge_of(company))
    state = {
        "staff": staff_of(company.pk),
        "alarms": tuple(filter(None, assistant.emergency_words.splitlines())),
    }
    return list(_replayed(turns, lines, state))


def _replayed(
    turns: Iterable[BotTurn], lines: tuple[_Line, _Line], state: dict[str, Any]
) -> Iterable[ReplayedTurn]:
    for turn in turns:
        talk = turn.session.conversation
        heard = heard_in(talk, turn.seq_from, turn.seq_to)
        if not heard.texts and not heard.taps:
            continue
        published, draft = (got_of(line.asked(turn, heard, state)) for line in lines)
        mask = Mask(filter(None, (talk.contact.name,)))
        yield ReplayedTurn(turn, masked(mask, heard.text), _then(turn), published, draft)


def _then(turn: BotTurn) -> str:
    """Say what a turn did, in the words of `got_of`."""
    if turn.entry is not None:
        return turn.entry.question
    words = str(TurnAct(turn.act).label) if turn.act else "-"
    return f"{words}: {HandoverReason(turn.reason).label}" if turn.reason else words
