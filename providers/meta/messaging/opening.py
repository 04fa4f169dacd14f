"""The start screen in the shapes of Meta's Messenger Profile, which Instagram shares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from providers.facts import Json
from providers.meta.client import Graph
from providers.opening import MenuItem, StartScreen
from providers.tolerant import mapping, text

PATH = "messenger_profile"
QUESTIONS, MENU, BUTTON = "ice_breakers", "persistent_menu", "get_started"
# What the button says to us; a person reads the application's own word on it.
BEGIN = "Começar"
LONGEST = 2000


def read(graph: Graph, owner: str, *, platform: str, has_button: bool) -> StartScreen:
    """Read what people see who have no language of their own there. Raises SendError."""
    questions = [
        text(one.get("question"), LONGEST) for one in _lines(graph, owner, QUESTIONS, platform)
    ]
    menu = [
        MenuItem(text(one.get("title"), LONGEST), text(one.get("url"), LONGEST))
        for one in _lines(graph, owner, MENU, platform)
    ]
    button = _asked(graph, owner, BUTTON, platform) if has_button else []
    return StartScreen(
        tuple(filter(None, questions)),
        tuple(one for one in menu if one.title),
        any(mapping(one.get(BUTTON)) for one in button),
    )


def write(graph: Graph, owner: str, screen: StartScreen, *, platform: str) -> None:
    """Take away what is to be no more, then set the rest. Raises SendError."""
    parts = body_of(screen, platform=platform)
    named = {"platform": platform} if platform else {}
    # A Page gives its button up only together with the menu that needs it.
    known = (QUESTIONS, MENU) if platform else (QUESTIONS, MENU, BUTTON)
    if gone := [one for one in known if one not in parts]:
        graph.delete(owner, PATH, fields=json.dumps(gone), **named)
    if parts:
        graph.post(owner, PATH, body={**named, **parts})


def body_of(screen: StartScreen, *, platform: str) -> Json:
    """Return what is set, without what is empty. A tap says its own words to us."""
    parts: Json = {}
    if screen.questions:
        taps = [{"question": one, "payload": one} for one in screen.questions]
        parts[QUESTIONS] = [{"locale": "default", "call_to_actions": taps}]
    if screen.menu:
        whole: Json = {"locale": "default", "call_to_actions": [_line(one) for one in screen.menu]}
        if not platform:
            whole["composer_input_disabled"] = False
        parts[MENU] = [whole]
    if screen.has_button:
        parts[BUTTON] = {"payload": BEGIN}
    return parts


def _line(item: MenuItem) -> Json:
    if item.url:
        return {"type": "web_url", "title": item.title, "url": item.url}
    return {"type": "postback", "title": item.title, "payload": item.title}


def _lines(graph: Graph, owner: str, field: str, platform: str) -> Iterator[Json]:
    """Yield the lines of the language that everybody sees."""
    rows: list[Json] = []
    for row in _asked(graph, owner, field, platform):
        # A Page's answer names the field once more, Instagram's is the rows themselves.
        inner = row.get(field)
        rows += map(mapping, inner) if isinstance(inner, list) else [row]
    shown = [row for row in rows if row.get("locale", "default") == "default"]
    for row in shown:
        lines = row.get("call_to_actions")
        # Questions that were set years ago have no languages.
        yield from map(mapping, lines) if isinstance(lines, list) else [row]


def _asked(graph: Graph, owner: str, field: str, platform: str) -> list[Json]:
    named = {"platform": platform} if platform else {}
    rows: Any = graph.get(owner, PATH, fields=field, **named).get("data")
    return [mapping(one) for one in rows] if isinstance(rows, list) else []
