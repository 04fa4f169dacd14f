"""How far a "não" reaches. Pure; every expression is linear in the text.

A wish that stands in the reach of a refusal is none: "não quero agendar nada" speaks of no
appointment. "Não consigo agendar" and "não tem desconto?" are wishes all the same. Whoever declines
at last takes back what they wished before: "queria marcar, mas vou deixar pra depois".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from leadscoring.choices import SignalKind
from leadscoring.declining import ERRAND, FINAL, PLAIN, SOFT
from leadscoring.denials import (
    AND_THEN,
    ASKS,
    BEGINS,
    BEHIND,
    BREAK,
    BROKEN,
    CALLED_OFF,
    CONTRASTS,
    CUE,
    DEAR,
    DENIES,
    ELSEWHERE,
    GOES_ON,
    HAS,
    KEEPS,
    LACKS,
    MUCH,
    NEAR,
    NOT,
    NOT_IT,
    NOT_SO,
    ONLY_NO,
    OWNED,
    PERSONAL,
    RHETORICAL,
    THANKS,
    TOGETHER,
    TOLD,
    WHOLE_NO,
    WISHED,
    WISHES,
)


class Reach:
    """The thoughts of one folded text, and which of them refuse."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._turns: list[int] = []
        for match in BREAK.finditer(text):
            if _is_break(text, match):
                start, end = match.span()
                self._starts.append(start)
                # A word that begins a thought belongs to it.
                self._ends.append(start if match.lastindex in (BEGINS, WISHES) else end)
                if match[0] in CONTRASTS:
                    self._turns.append(len(self._ends))
        self._refused: set[int] = set()
        self._noted: set[int] = set()
        self._known: dict[tuple[int, int], int] = {}
        # The last thought that declines all that was wished before it; the last that does so behind
        # a "mas" alone; the last that is a plain no, also to what was asked.
        self._final = self._soft = self._closed = -1
        self._listen()

    def _listen(self) -> None:
        for table, is_final in ((FINAL, True), (SOFT, False)):
            for match in table.finditer(self.text):
                if not self._is_taken_back(*match.span()):
                    self._decline(match.start(), is_final=is_final)
                    if is_final and PLAIN.match(match[0]):
                        self._closed = max(self._closed, self._thought(match.start()))
        self._refused |= {one + 1 for one in self._refused if self._goes_on(one + 1)}
        self._refused.update(self._thought(one.end()) for one in THANKS.finditer(self.text))
        for thought in range(len(self._ends) + 1):
            begin, stop = self._span(thought)
            said = self.text[begin:stop].strip()
            is_no = WHOLE_NO.fullmatch(said) or (thought and ONLY_NO.fullmatch(said))
            if is_no and self.text[stop : stop + 1] != ASKS:
                self._decline(begin, is_final=True)
                self._closed = thought

    def _goes_on(self, thought: int) -> bool:
        """Whether a thought tells what somebody does who put it off in the one before."""
        return thought <= len(self._ends) and bool(
            AND_THEN.match(self.text, self._span(thought)[0])
        )

    def _decline(self, place: int, *, is_final: bool) -> None:
        thought = self._thought(place)
        self._refused.add(thought)
        if is_final:
            self._final = max(self._final, thought)
        else:
            self._soft = max(self._soft, thought)

    def note(self, start: int, end: int) -> None:
        """Take note of a word that refuses by itself: nothing in its thought is a wish."""
        is_final = DEAR.search(self.text, start, end) is None
        self._noted.add(self._thought(start))
        self._decline(start, is_final=is_final)
        if is_final:
            self._closed = max(self._closed, self._thought(start))

    def _thought(self, place: int) -> int:
        return bisect_right(self._ends, place)

    def is_denied(self, start: int, end: int) -> bool:
        """Whether a refusing word refuses nothing of ours: "não achei caro", "é muito caro?",
        "não quero mais esperar", "desisti da outra clínica".
        """
        if self._is_taken_back(start, end):
            return True
        stop = self._bounds(start, end)[1]
        return ELSEWHERE.match(self.text[end : min(stop, end + NEAR)]) is not None

    def _is_taken_back(self, start: int, end: int) -> bool:
        begin, stop = self._bounds(start, end)
        if self.text[stop : stop + 1] == ASKS:
            return True
        before = self._tail(begin, start)
        return before[-1] == "sem" or any(word in DENIES for word in before)

    def _span(self, thought: int) -> tuple[int, int]:
        begin = self._ends[thought - 1] if thought else 0
        stop = self._starts[thought] if thought < len(self._starts) else len(self.text)
        return begin, max(begin, stop)

    def _bounds(self, start: int, end: int) -> tuple[int, int]:
        thought = self._thought(start)
        begin = self._ends[thought - 1] if thought else 0
        at = bisect_left(self._starts, end)
        return begin, self._starts[at] if at < len(self._starts) else len(self.text)

    def _tail(self, begin: int, start: int) -> list[str]:
        """Return the last words before a place, three of them."""
        return ["", "", "", *self.text[max(begin, start - NEAR) : start].split()[-3:]][-3:]

    def _first(self, what: re.Pattern[str], thought: int, begin: int, stop: int) -> int:
        """Return where the first match in a thought ends, past the text if none does."""
        # By identity: the hash of an expression is worked out anew each time.
        key = (id(what), thought)
        if key not in self._known:
            match = what.search(self.text, begin, stop)
            self._known[key] = match.end() if match else len(self.text) + 1
        return self._known[key]

    def refuses(self, start: int, end: int, kind: str) -> bool:
        """Whether the word at these places stands in the reach of a refusal."""
        thought = self._thought(start)
        begin, stop = self._bounds(start, end)
        is_asked = self.text[stop : stop + 1] == ASKS
        if thought in self._refused or self._first(NOT, thought, begin, stop) <= start:
            return True
        if thought < self._closed or (not is_asked and self._is_given_up(thought)):
            return True
        if kind == SignalKind.BUYING and ERRAND.match(self.text[end : min(stop, end + NEAR)]):
            return True
        if self._is_lacking(begin, start, kind, is_asked=is_asked):
            return True
        if is_asked:
            return self._first(RHETORICAL, thought, begin, stop) <= len(self.text)
        # "Não cancela meu horário não" keeps it.
        if self._first(KEEPS, thought, begin, stop) <= len(self.text):
            return False
        return self._is_off(thought, begin, start, stop, kind) or self._is_behind(end, stop)

    def _is_given_up(self, thought: int) -> bool:
        """Whether a later thought declines what this one wished."""
        if thought < self._final:
            return True
        turn = bisect_right(self._turns, thought)
        return turn < len(self._turns) and self._turns[turn] <= self._soft

    def _is_lacking(self, begin: int, start: int, kind: str, *, is_asked: bool) -> bool:
        """Whether a thing is denied by the very words before it: "sem urgência"."""
        *_, third, second, first = self._tail(begin, start)
        has_not = (second == "nao" and first in HAS) or (third == "nao" and second in HAS)
        if kind in PERSONAL and has_not:
            return True
        # "Sem agendar?" asks about an appointment; "sem convênio?" tells of none.
        is_without = first in LACKS or (second in LACKS and first in MUCH)
        if is_without and not (is_asked and kind not in OWNED):
            return True
        last = second if first == "mais" else first
        return not is_asked and kind in WISHED and last in DENIES

    def _is_off(self, thought: int, begin: int, start: int, stop: int, kind: str) -> bool:
        """Whether a thing is refused before a place, or the whole thought is called off."""
        if self._first(CALLED_OFF, thought, begin, stop) <= len(self.text):
            return True
        is_no = min(self._first(one, thought, begin, stop) for one in (NOT_SO, NOT_IT)) <= start
        if kind not in PERSONAL and self._is_told(thought, begin, stop):
            return True
        return is_no and self._first(BROKEN, thought, begin, stop) > len(self.text)

    def _is_told(self, thought: int, begin: int, stop: int) -> bool:
        """Whether a thought only tells what happened: "levei um susto com o orçamento"."""
        nowhere = len(self.text)
        return (
            self._first(TOLD, thought, begin, stop) <= nowhere
            and self._first(CUE, thought, begin, stop) > nowhere
        )

    def is_unwilled(self, start: int, end: int) -> bool:
        """Whether somebody says in plain words that they do not want what stands there."""
        thought = self._thought(start)
        begin, stop = self._bounds(start, end)
        return thought in self._noted or self._first(NOT, thought, begin, stop) <= end

    def _is_behind(self, end: int, stop: int) -> bool:
        return BEHIND.match(self.text[end : min(stop, end + NEAR)]) is not None


def _is_break(text: str, match: re.Match[str]) -> bool:
    if match.lastindex == BEGINS:
        # "Não tem" and "tem como" are one thought.
        return not text.endswith(TOGETHER.get(match[0], ("nao ",)), 0, match.start())
    if match.lastindex == WISHES:
        # "Quero não" and "não quero" are one thought with what they refuse.
        return not (
            text.endswith(GOES_ON, 0, match.start()) or text.startswith(" nao", match.end())
        )
    return True
