"""What the contact column's templates draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.selectors import SentTo
from inbox.agenda.presenters import AppointmentLine
from inbox.shell.shapes import Deadline, Face, Since
from inbox.talk.shapes import File
from visitors.showing import VisitorNow


@dataclass(frozen=True, slots=True)
class ConsideredAttendant:
    """Somebody the router looked at: load of limit, and why they were passed over."""

    name: str
    load: str
    reason: str


@dataclass(frozen=True, slots=True)
class Handover:
    """A ticket that came from somebody's hands: whose ("" when nobody's), and why."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketSummary:
    """A ticket in the contact column, with why it went to whom it went."""

    id: UUID
    is_open: bool
    facts: tuple[tuple[str, str | Since], ...]
    deadline: Deadline | None = None
    rule: str = ""
    chosen: str = ""
    considered: tuple[ConsideredAttendant, ...] = ()
    is_flagged: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to reach the contact, as the provider names it; `proof` says how it is known that it
    is theirs, "" when it is not.
    """

    kind_label: str
    value: str
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another record that may be the same person: why, and what is known of it."""

    id: UUID
    name: str
    reason: str
    is_strong: bool
    reach: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastConversation:
    """An earlier conversation with the same person."""

    id: UUID
    channel_kind: str
    channel_label: str
    opened_at: datetime
    stage_label: str
    message_count: int


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A part of a score and why it is what it is."""

    words: str
    value: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """A person's score in the contact column. `level` colours the temperature."""

    total: int
    temperature: int
    level: str
    level_words: str
    action: str
    signals: tuple[str, ...]
    main: tuple[str, ...]
    parts: tuple[ScorePart, ...]


@dataclass(frozen=True, slots=True)
class Dependent:
    """Somebody the person writes for."""

    id: UUID
    name: str
    relation: str


@dataclass(frozen=True, slots=True)
class AboutChoice:
    """Whom the conversation may be about."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One thing read, with what it may be set to. `value` is empty where nothing was read."""

    kind: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]]
    why: str


@dataclass(frozen=True, slots=True)
class ParticipantLine:
    """Who follows the conversation, and whether the reader may take them off."""

    id: UUID
    name: str
    is_me: bool = False
    can_remove: bool = False


@dataclass(frozen=True, slots=True)
class ContactPanel:
    """Everything the right-hand column says about the person and the conversation. `phone_e164` is
    empty, and `is_masked` true, where the reader sees numbers masked.
    """

    contact_id: UUID
    face: Face
    phone: str = ""
    phone_e164: str = ""
    visitor: VisitorNow | None = None
    may_block_network: bool = False
    is_masked: bool = False
    about: tuple[AboutChoice, ...] = ()
    family: tuple[Dependent, ...] = ()
    relations: tuple[tuple[str, Any], ...] = ()
    guardian: str = ""
    notes: str = ""
    custom: tuple[tuple[str, str], ...] = ()
    email: str = ""
    username: str = ""
    identities: tuple[Identity, ...] = ()
    tags: tuple[str, ...] = ()
    marketing: bool | None = None
    first_seen_at: datetime | None = None
    last_contact_at: datetime | None = None
    facts: tuple[tuple[str, Any], ...] = ()
    files: tuple[tuple[UUID, File], ...] = ()
    past: tuple[PastConversation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    # The latest merge that can be undone: its id and whose record became part of this one.
    merge: tuple[UUID, str] | None = None
    is_phone_verified: bool = False
    is_email_verified: bool = False
    readings: tuple[ReadingLine, ...] = ()
    appointments: tuple[AppointmentLine, ...] = ()
    professionals: tuple[tuple[UUID, str], ...] = ()
    ticket: TicketSummary | None = None
    score: ScoreSummary | None = None
    campaigns: tuple[SentTo, ...] = ()
    has_picture: bool = False
    participants: tuple[ParticipantLine, ...] = ()
    is_following: bool = False
