"""What a kind of channel can carry and what its people may do there, declared once.

Gate, composer, campaigns, API and bubbles ask here; nobody outside of this package compares a kind.
What a kind does not declare it does not have: the default is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, Literal

from contacts.refs import IdentityKind
from providers.choices import MessageKind


@dataclass(frozen=True, slots=True)
class FileRule:
    """Files of one kind of message.

    sent      media types that the provider takes
    types     media types that may be picked: those, their other names and what is turned into them
    turned    those that are turned into another one before they are sent
    max_bytes the largest file
    """

    sent: tuple[str, ...]
    types: tuple[str, ...]
    max_bytes: int
    turned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """For so many hours after the person wrote, free text may be sent to them.
    title     what a composer says in place of the text while the window is closed
    hint      the sentence under it
    strip     the line above the thread
    refusal   what the gate says, and what to do

    `late_hours` after the person wrote, a person of the clinic may still answer, where the account
    has the setting named `late_setting`; nothing automatic may.
    """

    hours: int
    title: Any
    hint: Any
    strip: Any
    refusal: Any
    late_hours: int = 0
    late_setting: str = ""

    @property
    def late_span(self) -> timedelta:
        """How long after the person wrote a person of the clinic may answer."""
        return timedelta(hours=self.late_hours)


# From when to when on a day; None is never.
Day = tuple[time, time] | None


@dataclass(frozen=True, slots=True)
class Hours:
    """When campaigns may be sent, by the clock where the person's number is from, and by the
    clinic's: `week` begins on Monday; national holidays and those of its calendars are closed.
    """

    week: tuple[Day, Day, Day, Day, Day, Day, Day]


@dataclass(frozen=True, slots=True)
class QuestionRule:
    """What may be asked with something to tap: counts, and lengths in characters.

    buttons, button_title, button_key           choices as buttons; a title also opens a list
    rows, row_title, row_description, row_key   choices of a list, in all its sections together
    sections, section_title                     parts of a list
    body, header, footer                        words around the choices
    has_links, url                              a button that opens an address
    requests                                    what else a button may ask for
    beyond                                      what does not fit is refused, or asked in words
    """

    buttons: int
    button_title: int
    button_key: int
    body: int
    rows: int = 0
    row_title: int = 0
    row_description: int = 0
    row_key: int = 0
    sections: int = 0
    section_title: int = 0
    header: int = 0
    footer: int = 0
    has_links: bool = False
    url: int = 0
    requests: frozenset[Literal["place", "phone"]] = frozenset()
    beyond: Literal["refuse", "number"] = "number"


@dataclass(frozen=True, slots=True)
class LetterRule:
    """Letters: a text goes with a signature, copies, and what it answers repeated below.

    copies          the most addresses in copy
    together        bytes of all files of one letter; together_words says it in a sentence
    a_day           courtesies to one address in a day
    a_thread        automatic letters in one conversation
    quotes_setting  the account's setting that repeats below an answer what it answers
    """

    copies: int
    together: int
    together_words: Any
    a_day: int
    a_thread: int
    quotes_setting: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one kind of channel.

    icon             name of the picture that stands for the kind
    kinds            of messages that may be sent
    window           when free text may be sent; None is never, unless `is_always_open`
    is_always_open   free text may be sent at any time
    text_limit       longest text in `text_unit`; caption_limit that of a file in characters
    text_unit        septets are what an SMS is counted in, bytes those of UTF-8
    files            what may be attached, by kind of message; files_goes says it in a sentence
    files_per_message  how many of them one message carries
    has_threads      a person may have several open conversations, each about one thing
    has_subject      a conversation that we begin has a subject
    starts_with      ids by which people may be written to before they wrote, the one that they give
                     each other first; none where only they begin
    questions        what may be asked with something to tap; None asks in words with numbers
    reactions        emojis that are offered to react with; none where the kind carries no reaction
    has_marks        *bold* is shown as such
    price_units      what is paid for: a delivered message, a segment, or nothing
    marketing_hours  when campaigns may be sent; None leaves it to the campaign
    comment_days     for so many days a comment in public may be answered once in private
    link             an address that opens a new message to a channel's number, with {number}
                     (digits) and {text}; "" where there is none
    stops_with_wish  whoever asks to be left alone is written to no more on this kind of channel
    proves_sender    the provider vouches for whom a message is from: their address is verified
    letters          what is written are letters; None where it is chat
    other_apps       what is said of applications, by their ids, that answer instead of ours
    """

    icon: str = "message-circle"
    kinds: frozenset[MessageKind] = frozenset()
    window: Window | None = None
    is_always_open: bool = False
    text_limit: int = 0
    text_unit: Literal["characters", "septets", "bytes"] = "characters"
    caption_limit: int = 0
    files: Mapping[MessageKind, FileRule] = field(default_factory=dict)
    files_goes: Any = ""
    questions: QuestionRule | None = None
    has_quotes: bool = False
    reactions: tuple[str, ...] = ()
    has_marks: bool = False
    files_per_message: int = 1
    has_threads: bool = False
    has_subject: bool = False
    starts_with: tuple[IdentityKind, ...] = ()
    price_units: Literal["", "message", "segment"] = ""
    marketing_hours: Hours | None = None
    comment_days: int = 0
    link: str = ""
    stops_with_wish: bool = False
    proves_sender: bool = False
    letters: LetterRule | None = None
    other_apps: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asks_in_words(self) -> bool:
        """Whether a question may go as a text with numbers."""
        return self.questions is None or self.questions.beyond == "number"
