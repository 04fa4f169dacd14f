"""What the talk's templates draw. Views build these from models; templates see no model.

Moments are aware datetimes, shown in the clinic's time zone. `order` is the number by which the
browser keeps bubbles in place: microseconds since 1970, the oldest first and then by `seq`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from inbox.shell.shapes import Face, ReplyWindow
from inbox.talk.letters import LetterBox, LetterShown


@dataclass(frozen=True, slots=True)
class Gap:
    """Where messages of a thread are left out: behind which row, and what asks for them."""

    order: str
    seq: int
    address: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. `url` is ours and empty until the file is ready; `size` is in bytes; `retry`
    is its id when it did not come and may be asked for again. `writing` says where a voice note's
    transcription stands, `writing_note` what is to be known of it, and `rewrite` is the file's id
    when somebody may ask for another. `shows` names how the page shows it over the whole screen, ""
    when it does not. `waveform` is how loud a sound is along its length (providers.waveform).
    """

    id: UUID
    kind: str
    state: str
    state_label: str
    shows: str = ""
    url: str = ""
    filename: str = ""
    mime_type: str = ""
    size: int | None = None
    is_voice: bool = False
    waveform: str = ""
    milliseconds: int = 0
    transcription: str = ""
    writing: str = ""
    writing_note: str = ""
    rewrite: UUID | None = None
    reason: str = ""
    retry: UUID | None = None

    @property
    def length(self) -> str:
        """How long a sound is, as minutes and seconds; "" where nobody knows yet."""
        seconds = round(self.milliseconds / 1000)
        return f"{seconds // 60}:{seconds % 60:02d}" if self.milliseconds else ""

    @property
    def wave(self) -> str:
        """The strokes of the waveform in a box of 128 by 32, one for each of its bars."""
        bars = enumerate(int(bar, 16) for bar in self.waveform)
        return "".join(f"M{place * 2 + 1} {15 - bar}v{2 * bar + 2}" for place, bar in bars)


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that a bubble answers. `id` is None when it is older than our history."""

    id: UUID | None
    author: str = ""
    text: str = ""
    icon: str = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class ReactionChip:
    """One emoji under a bubble, with who put it there."""

    emoji: str
    count: int
    who: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A button or a list row of an interactive message or template."""

    title: str
    description: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A location. `map_url` opens it in the reader's map."""

    latitude: float
    longitude: float
    map_url: str
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class SentContact:
    """A contact card that was sent inside a conversation."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str = ""
    addresses: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    birthday: str = ""
    others: tuple[str, ...] = ()


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
    # The key the reader's own page sent it with: the bubble that stood for it gives way.
    client: str = ""
    status: str = ""
    status_label: str = ""
    status_at: str = ""
    error: str = ""
    is_note: bool = False
    # Colleagues a note names, as their names stood in it.
    mentions: tuple[str, ...] = ()
    is_forwarded: bool = False
    story: str = ""
    comment: str = ""
    comment_url: str = ""
    is_deleted: bool = False
    edited_at: datetime | None = None
    earlier_texts: tuple[str, ...] = ()
    # What helps now that it failed, by the names of omnichannel.remedies.
    remedy: str = ""
    can_reply: bool = False
    can_react: bool = False
    can_forward: bool = False
    is_starred: bool = False
    quote: Quote | None = None
    reactions: tuple[ReactionChip, ...] = ()
    files: tuple[File, ...] = ()
    place: MapPlace | None = None
    people: tuple[SentContact, ...] = ()
    header: str = ""
    footer: str = ""
    choices: tuple[Option, ...] = ()
    answer: str = ""
    template: str = ""
    order_lines: tuple[OrderLine, ...] = ()
    # The product of the catalogue that is asked about.
    product: str = ""
    unsupported: str = ""
    letter: LetterShown | None = None
    ad_title: str = ""
    ad_text: str = ""
    ad_url: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but text, as most are; the rest of the drawing is skipped then."""
        return not (
            self.files
            or self.letter
            or self.quote
            or self.is_deleted
            or self.is_forwarded
            or self.story
            or self.comment
            or self.ad_title
            or self.place
            or self.people
            or self.header
            or self.order_lines
            or self.product
            or self.answer
            or self.unsupported
            or self.footer
            or self.choices
        )

    @property
    def abilities(self) -> str:
        """What its menu offers, by names that the page's script knows."""
        offered = (
            ("reply", self.can_reply),
            ("react", self.can_react),
            ("copy", bool(self.text)),
            ("keep-quick", bool(self.text)),
            ("forward", self.can_forward),
            ("unstar" if self.is_starred else "star", not self.is_deleted),
        )
        return " ".join(name for name, is_offered in offered if is_offered)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the channel takes, for the composer: lengths in characters, sizes in bytes by kind.

    `is_measured` says that a text is charged by its parts. A text that is not counted in characters
    has no length here (0): the measure says when it is too long.
    `endings` names the type of a file whose browser knows none, `turned` the types that become
    another one on their way, so that their size says nothing yet, `goes` what to say of the rest.
    """

    text: int = 4096
    caption: int = 1024
    sizes: dict[str, int] = field(default_factory=dict)
    types: dict[str, list[str]] = field(default_factory=dict)
    endings: dict[str, str] = field(default_factory=dict)
    turned: list[str] = field(default_factory=list)
    goes: str = ""
    accept: str = ""
    templates: bool = False
    replies: bool = False
    reactions: tuple[str, ...] = ()
    is_measured: bool = False


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
    window: ReplyWindow
    limits: Limits
    revision: int
    bubbles: list[Bubble]
    # Why the channel sends nothing; "" when it does.
    channel_trouble: str = ""
    # That another application answers it; "" when ours does.
    other_app: str = ""
    older_than: str = ""
    unread: int = 0
    first_unread_seq: int | None = None
    attendant: str = ""
    is_mine: bool = False
    handle: str = ""
    can_take: bool = False
    can_snooze: bool = False
    # Until when it is put aside, in words; "" when it is not.
    snoozed: str = ""
    can_release: bool = False
    can_return_to_bot: bool = False
    can_pause_bot: bool = False
    can_close: bool = False
    can_reopen: bool = False
    can_write: bool = True
    # The open ticket: it is finished and transferred instead of the conversation being closed.
    ticket: UUID | None = None
    is_peeking: bool = False
    # What the next reply costs, or why it is free; "" where nothing is charged.
    cost: str = ""
    is_free: bool = True
    # The name that stands above what the reader writes; "" where none does.
    signed_as: str = ""
    # The dependant it is about; whether several people write here and nobody said who it is.
    about: str = ""
    asks_about: bool = False
    # Where the kind writes letters.
    letter: LetterBox | None = None


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
    buttons: tuple[Option, ...] = ()
    variables: tuple[Variable, ...] = ()
    is_usable: bool = True
    reason: str = ""
    why: str = ""
    cost: str = ""
    # The kind of file its header asks for, and the types that are one; "" for none.
    file: str = ""
    accept: str = ""
