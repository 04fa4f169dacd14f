"""What the list's templates draw. `order` is the number by which the browser keeps rows in place:
microseconds since 1970, the newest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from inbox.shell.shapes import Deadline, Face, ReplyWindow, Since

Filter = Literal["minhas", "livres", "robo", "adiadas", "mencoes", "todas"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open conversations each tab holds, and how many of mine have unread messages."""

    mine: int = 0
    free: int = 0
    all: int = 0
    unread: int = 0
    bot: int = 0
    snoozed: int = 0
    # With a mention of the reader that they have not seen, and with any.
    mentions: int = 0
    mentioned: int = 0


Marked = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found of a conversation. Texts are in parts, each with whether it was looked
    for; `line` is () when all of it stands on the card.
    """

    name: Marked = ()
    icon: str = ""
    line: Marked = ()
    message_id: UUID | None = None
    # Whether it is news to the reader.
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ConversationCard:
    """One row of the conversation list."""

    id: UUID
    face: Face
    channel_kind: str
    channel_label: str
    channel_name: str
    stage: str
    stage_label: str
    window: ReplyWindow
    order: str
    last_at: datetime | None
    preview: str = ""
    preview_icon: str = ""
    is_last_ours: bool = False
    last_status: str = ""
    last_status_label: str = ""
    unread: int = 0
    attendant: str = ""
    is_mine: bool = False
    # How long nobody has it, or how long the patient's last words have no answer.
    waits: Since | None = None
    queue: str = ""
    deadline: Deadline | None = None
    # The dependant it is about; "" when it is the person.
    about: str = ""
    found: SearchResult | None = None
    # Until when it is put aside, in words; "" when it is not.
    snoozed: str = ""
    # Of its open ticket; 0 without one.
    priority: int = 0
    # Why it stands where it stands in the order of what comes next: points and the heaviest reason
    # in a word, and all of it in a sentence; "" in other orders.
    why: str = ""
    why_all: str = ""
    # Read, and not answered yet: it must not look done.
    is_unanswered: bool = False
    # The reader's own mark.
    is_pinned: bool = False

    @property
    def states(self) -> str:
        """What its menu has to know, in words of static/inbox/js/cardmenu.js."""
        known = {
            "aberta": self.stage != "encerrada",
            "fixada": self.is_pinned,
            "minha": self.is_mine,
            "nao_lida": self.unread > 0,
            "atendida": bool(self.attendant),
            "adiada": bool(self.snoozed),
            "atendimento": self.priority > 0,
        }
        return " ".join(name for name, is_so in known.items() if is_so)
