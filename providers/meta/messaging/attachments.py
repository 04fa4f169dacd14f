"""What a message says: its text, files, shares, places, or that Meta does not bring it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from providers.choices import MessageKind
from providers.content import Answer, Content, Place
from providers.facts import Json, MediaRef
from providers.meta.download import META_HOSTS
from providers.tolerant import items, label, mapping, number, text

FILES = {
    "image": MessageKind.IMAGE,
    "audio": MessageKind.AUDIO,
    "video": MessageKind.VIDEO,
    "file": MessageKind.DOCUMENT,
    "sticker": MessageKind.STICKER,
}
# Somebody else's post, or a page: its address, and a picture of it where Meta brings one.
SHARES = {
    "share": MessageKind.IMAGE,
    "ig_post": MessageKind.IMAGE,
    "post": MessageKind.IMAGE,
    "reel": MessageKind.VIDEO,
    "ig_reel": MessageKind.VIDEO,
    "fallback": MessageKind.IMAGE,
}
# A story lives for a day, and so does its address.
STORIES = frozenset({"story_mention", "ig_story", "story"})
HEART = "❤️"
URL_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class SaidParts:
    """What a message says, in the words of InboundMessage."""

    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    content: Content | None = None
    metadata: Json = field(default_factory=dict)


def said_by(message: Json) -> SaidParts:
    """Return what a message says. Raises BadShape."""
    words = text(message.get("text"))
    quick = message.get("quick_reply")
    if isinstance(quick, dict):
        key = text(quick.get("payload"), 1000)
        return SaidParts(MessageKind.INTERACTIVE, words or key, content=Answer(key or words, words))
    parts = [_part(mapping(raw), message) for raw in items(message, "attachments")]
    if message.get("is_unsupported") is True or not (words or parts):
        return _unsupported("unsupported")
    if not parts:
        return SaidParts(text=words)
    return _together(parts, words)


def story_answered(said: SaidParts, story: Json) -> SaidParts:
    """Return a message as an answer to a story: the story's file stands last, while it lives."""
    url = text(story.get("url"), URL_LENGTH)
    media = said.media
    if _is_file(url):
        media = (*media, MediaRef(MessageKind.IMAGE, url=url))
    return replace(said, media=media, metadata={**said.metadata, "story": {"kind": "reply"}})


def _together(parts: list[SaidParts], words: str) -> SaidParts:
    """Return several attachments as one message: files stand together, words before addresses."""
    media = tuple(ref for part in parts for ref in part.media)
    lines = dict.fromkeys(filter(None, [words, *(part.text for part in parts)]))
    if words:
        # A page that is shared with words has its address in them.
        lines = {line: None for line in lines if line == words or line not in words}
    said = replace(parts[0], text="\n".join(lines), media=media)
    if media:
        return replace(said, kind=media[0].kind)
    if said.kind == MessageKind.UNSUPPORTED and said.text:
        return replace(said, kind=MessageKind.TEXT)
    return said


def _part(raw: Json, message: Json) -> SaidParts:
    name = label(raw.get("type"))
    payload = mapping(raw.get("payload"))
    url = text(payload.get("url"), URL_LENGTH) or text(raw.get("url"), URL_LENGTH)
    if name == "image" and (payload.get("sticker_id") or message.get("sticker_id")):
        name = "sticker"
    if name == "like_heart":
        return SaidParts(text=HEART)
    if name == "location":
        return _place(mapping(payload.get("coordinates")), raw)
    if name in STORIES and _is_file(url):
        said = _file(MessageKind.IMAGE, url, "")
        kind = "mention" if name == "story_mention" else "share"
        return replace(said, metadata={"story": {"kind": kind}})
    if name in SHARES:
        return _share(SHARES[name], url, raw, payload)
    if name in FILES and _is_file(url):
        return _file(FILES[name], url, text(payload.get("title"), 200))
    return _unsupported(name or "unknown")


def _file(kind: MessageKind, url: str, filename: str) -> SaidParts:
    return SaidParts(kind, media=(MediaRef(kind, filename=filename, url=url),))


def _share(kind: MessageKind, url: str, raw: Json, payload: Json) -> SaidParts:
    title = text(payload.get("title"), 1000) or text(raw.get("title"), 1000)
    if _is_of_meta(url):
        return replace(_file(kind, url, ""), text=title)
    words = "\n".join(filter(None, (title, url)))
    return SaidParts(text=words) if words else _unsupported("share")


def _place(spot: Json, raw: Json) -> SaidParts:
    latitude, longitude = number(spot.get("lat")), number(spot.get("long"))
    if latitude is None or longitude is None:
        return _unsupported("location")
    place = Place(latitude, longitude, name=text(raw.get("title"), 200))
    return SaidParts(MessageKind.LOCATION, content=place)


def _unsupported(name: str) -> SaidParts:
    return SaidParts(MessageKind.UNSUPPORTED, metadata={"unsupported": {"type": name}})


def _is_file(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _is_of_meta(url: Any) -> bool:
    """Whether an address is a file's at Meta, not a page to read."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return bool(META_HOSTS.fullmatch(host))
