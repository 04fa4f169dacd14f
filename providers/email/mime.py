"""A mail taken apart: headers, words, files. Tolerant, bounded, pure.

Read by the standard library's old parser (compat32): the new one raises on what real mails hold and
takes seconds for a long list of addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message as Part
from email.policy import compat32
from hashlib import sha256
from mimetypes import guess_type
from typing import Any

from providers.email.caps import header_cut, is_tangled
from providers.email.decoding import decoded, header, without_asides
from providers.email.winmail import KINDS, NAME, Winmail, winmail_read
from providers.facts import MailAddress
from providers.tolerant import clean
from providers.tolerant import name as one_line

DEEPEST = 50
# Of words, in characters; what is more is in the raw mail.
MOST_TEXT = 1024 * 1024
MOST_ADDRESSES = 100
MOST_FILES = 200
ADDRESS = re.compile(r"[^\s<>\"(),:;@\[\]]{1,64}@[A-Za-z0-9\u0080-\U0010ffff._-]{1,190}")
# Headers that are lists of addresses.
LISTS = frozenset({"from", "to", "cc", "reply-to"})
ANGLE = re.compile(r"<\s*([^<>\s]{1,254})\s*>")
MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,998})\s*>")


@dataclass(slots=True)
class MailFile:
    """A file in a mail; `part` is its place, "2.1" the first part of the second."""

    part: str
    mime_type: str
    filename: str
    content_id: str
    is_inline: bool
    size: int
    digest: bytes


@dataclass(slots=True)
class TakenApart:
    """What a mail holds. `headers` are the decoded values of each name, in lower case and in order;
    `words` are text and HTML as they came, `files` everything else.
    """

    headers: dict[str, list[str]]
    text: str = ""
    html: str = ""
    files: list[MailFile] = field(default_factory=list)
    calendar: str = ""
    kind: str = ""
    is_readable: bool = True
    charset_guessed: bool = False
    root: Part | None = None

    def first(self, name: str) -> str:
        """Return the first value of a header, "" where it has none."""
        return next(iter(self.headers.get(name, ())), "")


def take_apart(raw: bytes) -> TakenApart:
    """Take a mail apart. Never raises: what cannot be read has `is_readable` False, and whatever
    its header said.
    """
    head, _body = header_cut(raw)
    found = TakenApart(_headers(head))
    if is_tangled(raw):
        found.is_readable = False
        return found
    try:
        root = message_from_bytes(head + b"\n\n" + _body, policy=compat32)
        found.root, found.kind = root, root.get_content_type()
        _walk(root, "", 0, found)
    except (RecursionError, MessageError, ValueError, LookupError, TypeError, AttributeError):
        found.is_readable = False
    return found


def part_bytes(raw: bytes, part: str) -> bytes | None:
    """Return the bytes of the file at a place of a mail, None where there is none."""
    root = take_apart(raw).root
    for step in part.split(".") if part else ():
        if root is not None and is_winmail(root):
            packed = winmail_read(_payload(root))
            files = packed.files if packed is not None else []
            return files[int(step) - 1].data if step.isdigit() and int(step) <= len(files) else None
        children = root.get_payload() if root is not None and root.is_multipart() else None
        if not isinstance(children, list) or not step.isdigit() or int(step) > len(children):
            return None
        root = children[int(step) - 1]  # type: ignore[assignment]
    return _payload(root) if root is not None else None


def is_winmail(part: Part) -> bool:
    """Tell whether a part is what Outlook packs files into."""
    return part.get_content_type() in KINDS or _filename(part).lower() == NAME


def addresses(values: list[str]) -> tuple[MailAddress, ...]:
    """Return the mailboxes that headers name, each address once and in lower case."""
    found: dict[str, MailAddress] = {}
    for value in values:
        for one in _split(value[:200_000]):
            box = _mailbox(one)
            if box is not None and box.address not in found:
                found[box.address] = box
            if len(found) >= MOST_ADDRESSES:
                return tuple(found.values())
    return tuple(found.values())


def message_ids(values: list[str]) -> tuple[str, ...]:
    """Return the ids that headers name, without angle brackets; at most a hundred, the last."""
    found: list[str] = []
    for value in values:
        named = MESSAGE_ID.findall(value)
        if not named and value.strip() and " " not in value.strip():
            named = [value.strip()[:998]]
        found += named
    return tuple(dict.fromkeys(found))[-100:]


# --- headers -------------------------------------------------------------------------------------


def _headers(head: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        parsed = message_from_bytes(head + b"\n\n", policy=compat32)
        for key, value in parsed.raw_items():
            name = str(key).lower()
            text = header(value, is_list=name in LISTS)
            # Some programs encode the address with the name.
            found.setdefault(name, []).append(text if "@" in text else header(value))
    except (RecursionError, MessageError, ValueError):
        pass
    return found


def _split(value: str) -> list[str]:
    """Cut a list of mailboxes at its commas and semicolons, but for those inside quotes."""
    parts, begin, is_quoted = [], 0, False
    for at, sign in enumerate(value):
        if sign == '"' and (not at or value[at - 1] != "\\"):
            is_quoted = not is_quoted
        elif sign in ",;" and not is_quoted:
            parts.append(value[begin:at])
            begin = at + 1
    return [*parts, value[begin:]]


def _mailbox(value: str) -> MailAddress | None:
    # What stands in comments and in quotes is no address, unless nothing else is there.
    bare = without_asides(value, " ")
    angle = ANGLE.findall(bare if "@" in bare else value)
    if angle:
        address = ADDRESS.fullmatch(angle[-1].removeprefix("mailto:"))
        name = value[: value.find("<")]
    else:
        address, name = ADDRESS.search(bare) or ADDRESS.search(value), ""
        if address is not None:
            name = value.replace(address[0], "")
    if address is None:
        return None
    name = one_line(name.replace('\\"', '"').strip().strip("\"'() ").strip())
    shown = name if "@" not in name else ""
    return MailAddress(address[0].rstrip(".").lower(), shown)


# --- parts ---------------------------------------------------------------------------------------


def _walk(part: Part, place: str, depth: int, found: TakenApart) -> None:
    kind = part.get_content_type()
    if part.is_multipart() and not kind.startswith("message/"):
        children = part.get_payload()
        if depth >= DEEPEST or not isinstance(children, list):
            found.is_readable = found.is_readable and bool(place)
            return
        for at, child in enumerate(children, 1):
            _walk(child, f"{place}.{at}" if place else str(at), depth + 1, found)
        return
    disposition = str(part.get("content-disposition") or "").partition(";")[0].strip().lower()
    filename = _filename(part)
    is_words = disposition != "attachment" and not (filename and kind != "text/html")
    if kind == "text/plain" and is_words and not (filename and found.text):
        found.text = _joined(found.text, _text(part, found))
    elif kind == "text/html" and is_words and not filename:
        found.html = _joined(found.html, _text(part, found))
    else:
        if kind == "text/calendar" and not found.calendar:
            found.calendar = _text(part, found)
        _file(part, place, kind, disposition, filename, found)


def _file(
    part: Part, place: str, kind: str, disposition: str, filename: str, found: TakenApart
) -> None:
    if len(found.files) >= MOST_FILES or kind in ("multipart/report", "message/delivery-status"):
        return
    data = _payload(part)
    if not data:
        return
    if is_winmail(part) and (packed := winmail_read(data)) is not None:
        _unpack(packed, place, found)
        return
    content_id = header(str(part.get("content-id") or "")).strip("<> ")[:255]
    if kind == "message/rfc822" and not filename:
        filename = f"{_subject_of(part) or 'mensagem'}.eml"
    found.files.append(
        MailFile(
            # A mail that is nothing but a file is its own part.
            part=place,
            mime_type=kind,
            filename=filename[:200],
            content_id=content_id,
            is_inline=bool(content_id) or disposition == "inline",
            size=len(data),
            digest=sha256(data).digest(),
        )
    )


def _unpack(packed: Winmail, place: str, found: TakenApart) -> None:
    """Take over what a winmail.dat holds; its words only where the mail has none of its own."""
    if not found.text and not found.html:
        found.text, found.html = clean(packed.text)[:MOST_TEXT], clean(packed.html)[:MOST_TEXT]
    for at, one in enumerate(packed.files[: MOST_FILES - len(found.files)], 1):
        mime_type = one.mime_type or guess_type(one.name)[0] or "application/octet-stream"
        found.files.append(
            MailFile(
                part=f"{place}.{at}" if place else str(at),
                mime_type=mime_type,
                filename=one_line(one.name)[:200],
                content_id=one.content_id,
                is_inline=bool(one.content_id),
                size=len(one.data),
                digest=sha256(one.data).digest(),
            )
        )


def _subject_of(part: Part) -> str:
    inner: Any = part.get_payload()
    first = inner[0] if isinstance(inner, list) and inner else None
    return one_line(header(str(first.get("subject") or "")))[:80] if first is not None else ""


def _filename(part: Part) -> str:
    try:
        found = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        found = ""
    return one_line(header(found)) if found else ""


def _payload(part: Part) -> bytes:
    if part.get_content_type() == "message/rfc822" or part.is_multipart():
        inner: Any = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        try:
            return bytes(first.as_bytes(policy=compat32)) if first is not None else b""
        except (ValueError, LookupError, TypeError, AttributeError):
            return b""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        data = None
    return bytes(data) if isinstance(data, bytes) else b""


def _text(part: Part, found: TakenApart) -> str:
    data = _payload(part)[: 4 * MOST_TEXT]
    try:
        charset = str(part.get_param("charset") or "")
    except (ValueError, TypeError):
        charset = ""
    text, is_guessed = decoded(data, charset)
    found.charset_guessed |= is_guessed
    return text.replace("\r\n", "\n").replace("\r", "\n")[:MOST_TEXT]


def _joined(before: str, more: str) -> str:
    return f"{before}\n{more}"[:MOST_TEXT] if before else more
