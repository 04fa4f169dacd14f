"""What a demo conversation is made of. A story is a list of steps, each some minutes after the one
before; `ends` says how many minutes ago the last one was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from providers.choices import MessageKind, MessageStatus

Json = dict[str, Any]
Act = Literal["recebida", "enviada", "nota", "assumir", "liberar", "encerrar"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    `body` is the object that Graph names after `graph` (the type of a message); `file` names one of
    config.demo.files; `reaction` is the emoji the other side puts on it; `key` lets a later step
    quote it by `quotes`; `edited` is the text the patient changed it to.
    """

    act: Act
    gap: float
    kind: MessageKind = MessageKind.TEXT
    graph: str = "text"
    text: str = ""
    body: Json = field(default_factory=dict)
    file: str = ""
    filename: str = ""
    by: str = ""
    status: MessageStatus = MessageStatus.READ
    fault: str = ""
    reaction: str = ""
    key: str = ""
    quotes: str = ""
    edited: str = ""
    is_deleted: bool = False
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoPatient:
    """An invented patient. Phones are of a range that no operator has."""

    name: str
    wa_id: str
    username: str = ""
    is_phone_hidden: bool = False
    email: str = ""
    status: str = "lead"
    tags: tuple[str, ...] = ()
    marketing: bool | None = None
    notes: str = ""
    is_online: bool = True
    is_on_whatsapp: bool = True


@dataclass(frozen=True, slots=True)
class Story:
    """A conversation with a person, from its first step to `ends` minutes ago.

    `unread` is how many of the patient's last messages nobody opened.
    """

    person: DemoPatient
    ends: float
    steps: tuple[Step, ...]
    unread: int = 0
    subject: str = ""


def said(text: str, gap: float = 0.7, **more: Any) -> Step:
    """Write as the patient."""
    return Step("recebida", gap, text=text, body={"body": text}, **more)


def shown(file: str, caption: str = "", gap: float = 1.0, **more: Any) -> Step:
    """Send a photo as the patient."""
    body = {"caption": caption} if caption else {}
    return Step("recebida", gap, MessageKind.IMAGE, "image", caption, body, file, **more)


def spoken(file: str, gap: float = 1.5, **more: Any) -> Step:
    """Send a voice note as the patient."""
    return Step("recebida", gap, MessageKind.AUDIO, "audio", "", {"voice": True}, file, **more)


def handed(filename: str, gap: float = 1.5, **more: Any) -> Step:
    """Send a document as the patient."""
    body = {"filename": filename}
    return Step(
        "recebida", gap, MessageKind.DOCUMENT, "document", "", body, "pedido", filename, **more
    )


def stuck(gap: float = 0.5) -> Step:
    """Send a sticker as the patient."""
    return Step("recebida", gap, MessageKind.STICKER, "sticker", "", {}, "figurinha")


def other(graph: str, body: Json, gap: float = 1.0, **more: Any) -> Step:
    """Send something structured as the patient: a place, a card, a tapped button."""
    return Step("recebida", gap, graph=graph, body=body, **more)


def reply(text: str, gap: float = 2.0, **more: Any) -> Step:
    """Answer as the attendant who holds the conversation."""
    return Step("enviada", gap, text=text, body={"body": text}, **more)


def attached(
    kind: MessageKind, graph: str, file: str, text: str = "", gap: float = 2.0, **more: Any
) -> Step:
    """Send a file as the attendant."""
    return Step("enviada", gap, kind, graph, text, {}, file, **more)


def template(name: str, variables: Json, gap: float = 3.0, **more: Any) -> Step:
    """Send an approved template as the attendant."""
    body = {"name": name, "variables": variables}
    return Step("enviada", gap, MessageKind.TEMPLATE, "template", "", body, **more)


def options(text: str, *titles: str, gap: float = 2.0, **more: Any) -> Step:
    """Offer reply buttons as the attendant."""
    buttons = [
        {"type": "reply", "reply": {"id": f"opcao-{place}", "title": title}}
        for place, title in enumerate(titles, 1)
    ]
    body = {"type": "button", "body": {"text": text}, "action": {"buttons": buttons}}
    return Step("enviada", gap, MessageKind.INTERACTIVE, "interactive", text, body, **more)


def tapped(place: int, title: str, quotes: str, gap: float = 1.0) -> Step:
    """Tap a reply button as the patient."""
    chosen = {"id": f"opcao-{place}", "title": title}
    body = {"type": "button_reply", "button_reply": chosen}
    return other("interactive", body, gap, quotes=quotes)


def note(text: str, gap: float = 1.0, by: str = "") -> Step:
    """Leave a note that only colleagues see."""
    return Step("nota", gap, text=text, by=by)


def take(by: str, gap: float = 1.5) -> Step:
    """Take the conversation."""
    return Step("assumir", gap, by=by)


def release(gap: float = 1.0) -> Step:
    """Give the conversation back to everyone."""
    return Step("liberar", gap)


def close(gap: float = 2.0) -> Step:
    """End the conversation."""
    return Step("encerrar", gap)
