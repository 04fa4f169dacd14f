"""What the templates of several screens draw. Moments are aware, shown in the clinic's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """Whether free text may be sent. `closes_at` is None when the channel has no such rule; the
    words are the kind's own, for a window that closed. `open_words` say what may be written while
    it is open, where that is not everything.
    """

    state: Literal["aberta", "fechada", "sem_regra"]
    closes_at: datetime | None = None
    title: str = ""
    hint: str = ""
    strip: str = ""
    open_words: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """A person as a round badge: initials on one of eight tones chosen by id."""

    name: str
    initials: str
    tone: int


@dataclass(frozen=True, slots=True)
class Since:
    """A time that goes on, as the page's clock keeps it; `words` say it as it is now."""

    at: datetime
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The promise that is due next: `level` is calm, warning or danger; `words` say it as it is
    now, the page's clock goes on from `due_at` and `warn_at`.
    """

    level: Literal["calm", "warning", "danger"]
    words: str
    name: str
    due_at: datetime
    warn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands: `state` is online, ausente or offline; `words` name it or its reason."""

    state: str
    words: str
