"""What the board's template draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from inbox.shell.shapes import Deadline, Since


@dataclass(frozen=True, slots=True)
class BoardQueue:
    """A queue on the supervisor's board; a wait that goes on is None when nobody waits."""

    id: UUID
    name: str
    is_active: bool
    waiting: int
    serving: int
    online: int
    longest: Since | None
    at_risk: int
    broken: int
    flagged: int
    today: int
    abandoned: int
    average_wait: str
    average_service: str


@dataclass(frozen=True, slots=True)
class BoardAttendant:
    """An attendant on the board, with how many tickets they have of how many they may."""

    id: UUID
    name: str
    state: str
    state_label: str
    since: Since | None
    load: int
    limit: int
    queues: str


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """A live ticket on the board."""

    id: UUID
    conversation: UUID
    protocol: str
    contact: str
    queue: str
    queue_id: UUID
    status: str
    status_label: str
    attendant: str
    priority: int
    waited: str | Since
    deadline: Deadline | None
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The supervisor's board."""

    queues: tuple[BoardQueue, ...]
    people: tuple[BoardAttendant, ...]
    tickets: tuple[BoardTicket, ...]
    waiting: int
    serving: int
    at_risk: int
    broken: int
    abandoned: int
    online: int
    longest: Since | None
    at: datetime
