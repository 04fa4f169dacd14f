"""What the inbox's templates draw. Views build these from models; templates see no model.

Moments are aware datetimes, shown in the clinic's time zone. `order` is the number by which the
browser keeps rows in place, microseconds since 1970: cards newest first, bubbles oldest first and
then by `seq`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from campaigns.selectors import SentTo

Filter = Literal["minhas", "livres", "todas"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open conversations each tab holds, and how many of mine have unread messages."""

    mine: int = 0
    free: int = 0
    all: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """Whether free text may be sent. `closes_at` is None when the channel has no such rule."""

    state: Literal["aberta", "fechada", "sem_regra"]
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """A person as a round badge: initials on one of eight tones chosen by id."""

    name: str
    initials: str
    tone: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """The promise that is due next: `level` is calm, warning or danger; `words` say it."""

    level: Literal["calm", "warning", "danger"]
    words: str
    name: str


@dataclass(frozen=True, slots=True)
class Considered:
    """Somebody the router looked at: load of limit, and why they were passed over."""

    name: str
    load: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A ticket in the contact column, with why it went to whom it went."""

    id: UUID
    is_open: bool
    facts: tuple[tuple[str, str], ...]
    deadline: Deadline | None = None
    rule: str = ""
    chosen: str = ""
    considered: tuple[Considered, ...] = ()
    is_flagged: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One row of the conversation list."""

    id: UUID
    face: Face
    channel_kind: str
    channel_label: str
    channel_name: str
    stage: str
    stage_label: str
    window: Window
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
    waiting_since: datetime | None = None
    queue: str = ""
    deadline: Deadline | None = None
    # The dependant it is about; "" when it is the person.
    about: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. `url` is ours and empty until the file is ready; `size` is in bytes."""

    kind: str
    state: str
    state_label: str
    url: str = ""
    filename: str = ""
    mime_type: str = ""
    size: int | None = None
    is_voice: bool = False
    transcription: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that a bubble answers. `id` is None when it is older than our history."""

    id: UUID | None
    author: str = ""
    text: str = ""
    icon: str = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji under a bubble, with who put it there."""

    emoji: str
    count: int
    who: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or a list row of an interactive message or template."""

    title: str
    description: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A location. `map_url` opens it in the reader's map."""

    latitude: float
    longitude: float
    map_url: str
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact card that was sent inside a conversation."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product of an order; `price` is already written out, with its currency."""

    product: str
    quantity: str
    price: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of the thread, of any kind."""

    id: UUID
    seq: int
    kind: str
    direction: Literal["entrada", "saida"]
    author: str
    author_name: str
    iso: str
    clock: str
    moment: str
    order: str
    day: date
    day_order: str
    text: str = ""
    status: str = ""
    status_label: str = ""
    status_at: str = ""
    error: str = ""
    is_note: bool = False
    is_forwarded: bool = False
    is_deleted: bool = False
    edited_at: datetime | None = None
    earlier_texts: tuple[str, ...] = ()
    can_retry: bool = False
    can_reply: bool = False
    quote: Quote | None = None
    reactions: tuple[Reaction, ...] = ()
    files: tuple[File, ...] = ()
    place: Place | None = None
    people: tuple[Person, ...] = ()
    header: str = ""
    footer: str = ""
    choices: tuple[Choice, ...] = ()
    answer: str = ""
    template: str = ""
    order_lines: tuple[OrderLine, ...] = ()
    unsupported: str = ""
    ad_title: str = ""
    ad_text: str = ""
    ad_url: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but text, as most are; the rest of the drawing is skipped then."""
        return not (
            self.files
            or self.quote
            or self.is_deleted
            or self.is_forwarded
            or self.ad_title
            or self.place
            or self.people
            or self.header
            or self.order_lines
            or self.answer
            or self.unsupported
            or self.footer
            or self.choices
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What the channel takes, for the composer: lengths in characters, sizes in bytes by kind."""

    text: int = 4096
    caption: int = 1024
    sizes: dict[str, int] = field(default_factory=dict)
    types: dict[str, list[str]] = field(default_factory=dict)
    accept: str = ""
    templates: bool = False
    replies: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """The open conversation: its head, the loaded bubbles and what may be done with it."""

    id: UUID
    face: Face
    channel_kind: str
    channel_label: str
    channel_name: str
    stage: str
    stage_label: str
    window: Window
    limits: Limits
    revision: int
    bubbles: list[Bubble]
    older_than: str = ""
    unread: int = 0
    first_unread_seq: int | None = None
    attendant: str = ""
    is_mine: bool = False
    handle: str = ""
    can_take: bool = False
    can_release: bool = False
    can_close: bool = False
    can_reopen: bool = False
    can_write: bool = True
    # The open ticket: it is finished and transferred instead of the conversation being closed.
    ticket: UUID | None = None
    is_peeking: bool = False
    # What the next reply costs, or why it is free; "" where nothing is charged.
    cost: str = ""
    is_free: bool = True
    # The dependant it is about; whether several people write here and nobody said who it is.
    about: str = ""
    asks_about: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to reach the contact, as the provider names it."""

    kind_label: str
    value: str


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
class ScoreFacts:
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
class Panel:
    """Everything the right-hand column says about the person and the conversation. `phone_e164` is
    empty, and `is_masked` true, where the reader sees numbers masked.
    """

    contact_id: UUID
    face: Face
    phone: str = ""
    phone_e164: str = ""
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
    ticket: TicketFacts | None = None
    score: ScoreFacts | None = None
    campaigns: tuple[SentTo, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A blank in a template. `key` is the input's name, `token` what stands in the text ({{1}})."""

    key: str
    token: str
    part: Literal["header", "body", "button"]
    label: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class TemplateOption:
    """A message template as the picker shows it. `reason` says why it cannot be sent, if so."""

    id: UUID
    name: str
    title: str
    language: str
    language_label: str
    category: str
    category_label: str
    status: str
    status_label: str
    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[Choice, ...] = ()
    variables: tuple[Variable, ...] = ()
    is_usable: bool = True
    reason: str = ""
    why: str = ""
    cost: str = ""
    # The kind of file its header asks for, and the types that are one; "" for none.
    file: str = ""
    accept: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands: `state` is online, ausente or offline; `words` name it or its reason."""

    state: str
    words: str


@dataclass(frozen=True, slots=True)
class BoardQueue:
    """A queue on the supervisor's board; spans of time are written out."""

    id: UUID
    name: str
    is_active: bool
    waiting: int
    serving: int
    online: int
    longest: str
    at_risk: int
    broken: int
    flagged: int
    today: int
    abandoned: int
    average_wait: str
    average_service: str


@dataclass(frozen=True, slots=True)
class BoardPerson:
    """An attendant on the board, with how many tickets they have of how many they may."""

    id: UUID
    name: str
    state: str
    state_label: str
    since: str
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
    waited: str
    deadline: Deadline | None
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The supervisor's board."""

    queues: tuple[BoardQueue, ...]
    people: tuple[BoardPerson, ...]
    tickets: tuple[BoardTicket, ...]
    waiting: int
    serving: int
    at_risk: int
    broken: int
    abandoned: int
    online: int
    longest: str
    at: datetime
