"""What is said in a conversation beside plain words, the same for every kind of channel.

Adapters translate from and to it; bubbles, opt-out, ratings, the API and whatever else reads a
message speak only this. How it is kept with a message is told by `content_json.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from providers.tolerant import Json


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen. `key` comes back in the answer.

    `number` is what a person types for it where choices are numbered; 0 is its place in the
    question, counted from 1.
    """

    key: str
    title: str
    description: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Choices of a list that stand together, under a title when there are several sections."""

    choices: tuple[Choice, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above a question: words (kind `text`), or an `image`, `video` or `document` with
    its `id` at the provider or its `link`.
    """

    kind: str
    text: str = ""
    file: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with choices, shown as buttons or (`is_list`) as a list that `list_label` opens.

    An empty `text` stands in the message's own text. `as_words` tells that the channel shows no
    choices: it is sent as a text with numbers, and a number or the choice's words answer it.
    """

    sections: tuple[Section, ...]
    text: str = ""
    is_list: bool = False
    list_label: str = ""
    header: Header | None = None
    footer: str = ""
    as_words: bool = False

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every choice, in the order in which they are shown."""
        return tuple(choice for section in self.sections for choice in section.choices)

    def numbered(self) -> Iterator[tuple[int, Choice]]:
        """Give each choice with the number that is typed for it."""
        for place, choice in enumerate(self.choices, 1):
            yield choice.number or place, choice


@dataclass(frozen=True, slots=True)
class LinkButton:
    """Words with a button that opens an address. `as_words`: the address stands in the text."""

    label: str
    url: str
    text: str = ""
    header: Header | None = None
    footer: str = ""
    as_words: bool = False


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """Asks for the person's place or phone by a button. `as_words`: by the words alone."""

    wants: Literal["place", "phone"]
    text: str = ""
    header: Header | None = None
    footer: str = ""
    as_words: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person chose. `title` and `description` are what stood there, `key` what we gave it.

    by        a button or a list of a question, or a button of a template
    is_typed  the person wrote it where choices are numbered
    """

    key: str
    title: str = ""
    description: str = ""
    by: Literal["button", "list", "template"] = "button"
    is_typed: bool = False


@dataclass(frozen=True, slots=True)
class CallPermission:
    """Whether a person wants to be called. `until` and `source` are the provider's own values."""

    response: str
    until: Any = None
    source: str = ""

    @property
    def is_granted(self) -> bool:
        """Whether we may call."""
        return self.response == "accept"


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """An answered form: `answers` is an object or a list; None when `written` is no JSON of these.

    `name` and `body` are the provider's name of the form and the words on what was tapped.
    """

    answers: Any
    name: str = ""
    body: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place on earth, in degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A person's contact card.

    parts      the name in its parts (first_name, last_name, ...), None when it came whole
    phones     [{phone?, wa_id?, type?}]; emails [{email, type?}]; addresses [{street, city, ...}];
               urls [{url, type?}]
    org        {company, department?, title?}
    origin     why it was sent, the provider's word; `contact_request` answers our request
    other      what a card of an unknown shape holds; None when nothing was left over
    """

    name: str
    parts: Json | None = None
    phones: tuple[Json, ...] = ()
    emails: tuple[Json, ...] = ()
    addresses: tuple[Json, ...] = ()
    urls: tuple[Json, ...] = ()
    org: Json = field(default_factory=dict)
    birthday: str = ""
    origin: str = ""
    other: Any = None


@dataclass(frozen=True, slots=True)
class Cards:
    """Contact cards sent together. `shared_phone` is the person's own number, in digits, when they
    gave it because we asked.
    """

    cards: tuple[Card, ...]
    shared_phone: str = ""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A product of an order. Quantity and price are as the provider gave them, number or text."""

    product: str = ""
    quantity: Any = None
    price: Any = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Products that a person chose from a catalogue; their note is the message's text."""

    items: tuple[OrderItem, ...]
    catalog: str = ""


@dataclass(frozen=True, slots=True)
class ReactionTo:
    """An emoji for the message that the provider knows as `target`; an empty one takes it away."""

    target: str
    emoji: str = ""


Asking = Question | LinkButton | InfoRequest
Content = Asking | Answer | CallPermission | FormAnswers | Place | Cards | Order | ReactionTo
