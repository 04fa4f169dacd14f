"""Counting a conversation, message by message. Pure: a tally and the messages after it give the
next tally, so counting on and counting anew come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadscoring.choices import SignalKind
from leadscoring.words import Matcher
from omnichannel.choices import Direction

# A pause longer than this ends a sitting: only time within sittings is time spent talking.
SITTING = timedelta(minutes=30)
# Monday to Saturday, when a clinic can call back.
DAY_BEGINS, DAY_ENDS, LAST_WEEKDAY = 8, 20, 5
WORDS_KEPT = 12

COLUMN: dict[str, str] = {
    SignalKind.PRICE: "price_on",
    SignalKind.SCHEDULE: "schedule_on",
    SignalKind.OFFER: "offer_on",
    SignalKind.BUYING: "buying_on",
    SignalKind.INSURANCE: "insurance_on",
    SignalKind.URGENCY: "urgency_on",
    SignalKind.REFUSAL: "refusal_on",
}


@dataclass(frozen=True, slots=True)
class CountedMessage:
    """What counting needs of a message."""

    seq: int
    direction: str
    at: datetime
    text: str


@dataclass(slots=True)
class Tally:
    """A conversation so far; the fields are TalkFacts' columns."""

    counted_seq: int = 0
    inbound_count: int = 0
    outbound_count: int = 0
    asked_count: int = 0
    reply_count: int = 0
    reply_seconds: int = 0
    daytime_count: int = 0
    day_count: int = 0
    talk_seconds: int = 0
    last_inbound_on: date | None = None
    price_on: date | None = None
    schedule_on: date | None = None
    offer_on: date | None = None
    buying_on: date | None = None
    insurance_on: date | None = None
    urgency_on: date | None = None
    refusal_on: date | None = None
    words: list[str] = field(default_factory=list)
    asked_at: datetime | None = None
    last_at: datetime | None = None

    def count(self, messages: Iterable[CountedMessage], matcher: Matcher, zone: ZoneInfo) -> None:
        """Go on with messages, oldest first; those counted before are passed over."""
        for said in messages:
            if said.seq <= self.counted_seq:
                continue
            self.counted_seq = said.seq
            self._sit(said.at)
            if said.direction == Direction.OUT:
                self._asked(said)
            else:
                self._heard(said, matcher, zone)

    def _sit(self, at: datetime) -> None:
        # History is brought late, so a message may be older than the one before.
        if self.last_at is not None and timedelta(0) < at - self.last_at <= SITTING:
            self.talk_seconds += int((at - self.last_at).total_seconds())
        self.last_at = at if self.last_at is None else max(self.last_at, at)

    def _asked(self, said: CountedMessage) -> None:
        self.outbound_count += 1
        if self.asked_at is None:
            self.asked_count += 1
        # Speed is counted from the last thing we wrote before the answer.
        self.asked_at = said.at

    def _heard(self, said: CountedMessage, matcher: Matcher, zone: ZoneInfo) -> None:
        local = said.at.astimezone(zone)
        today = local.date()
        self.inbound_count += 1
        if self.asked_at is not None:
            self.reply_count += 1
            self.reply_seconds += max(0, int((said.at - self.asked_at).total_seconds()))
            self.asked_at = None
        if DAY_BEGINS <= local.hour < DAY_ENDS and local.weekday() <= LAST_WEEKDAY:
            self.daytime_count += 1
        if self.last_inbound_on is None or today > self.last_inbound_on:
            self.day_count += 1
            self.last_inbound_on = today
        for word, kind in matcher.find(said.text).items():
            name = COLUMN.get(kind)
            if name is None:
                continue
            before: date | None = getattr(self, name)
            setattr(self, name, today if before is None else max(before, today))
            # The newest stand last, and only so many are kept.
            self.words = [*(one for one in self.words if one != word), word][-WORDS_KEPT:]
