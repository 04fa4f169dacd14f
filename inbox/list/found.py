"""What a search found, as a card shows it: the words marked, and the message to jump to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from common.folding import Word, marked, words_of
from contacts.masking import Lens
from inbox.list.shapes import Marked, SearchResult
from inbox.shell.presenters import name_of
from omnichannel.models import Conversation
from omnichannel.search import By, Hit

LINE = 120
ICONS = {
    By.FILE: "file-text",
    By.VOICE: "mic",
    By.SUBJECT: "mail",
    By.PROTOCOL: "list",
    By.ATTENDANT: "user-round",
}


def found_of(
    rows: Sequence[Conversation],
    found: Mapping[UUID, Hit],
    said: Mapping[UUID, str],
    asked: str,
    lens: Lens,
) -> dict[UUID, SearchResult]:
    """Return what was found of each conversation; `said` holds the texts of messages by id."""
    words = words_of(asked)
    return {
        row.pk: _found(row, found[row.pk], said, asked, words, lens)
        for row in rows
        if row.pk in found
    }


def _found(
    row: Conversation,
    hit: Hit,
    said: Mapping[UUID, str],
    asked: str,
    words: Sequence[Word],
    lens: Lens,
) -> SearchResult:
    name = _marked(name_of(row, lens), words)
    match hit.by:
        case By.MESSAGE:
            text = said.get(hit.message_id, "") if hit.message_id else ""
            line = _marked(" ".join(text.split()), words, size=LINE)
        case By.PERSON:
            line = () if _has_marks(name) else _known_by(row, asked, words, lens)
        case By.PROTOCOL:
            line = ((hit.text, True),)
        case _:
            line = _marked(hit.text, words, size=LINE)
    icon = ICONS.get(hit.by, "")
    return SearchResult(name if _has_marks(name) else (), icon, line, hit.message_id)


def _known_by(row: Conversation, asked: str, words: Sequence[Word], lens: Lens) -> Marked:
    """Return what else of the person was found. What the reader may not see is not shown."""
    username = f"@{row.identity.username}" if row.identity.username else ""
    about = row.about.name if row.about else ""
    for text in (row.contact.email, username, about):
        if _has_marks(line := _marked(text, words)):
            return line
    number = lens.phone(row.contact)
    digits = "".join(c for c in asked if c.isdecimal())[-4:]
    if len(digits) == 4 and digits in "".join(c for c in number if c.isdecimal()):
        return ((number, True),)
    return ()


def _marked(text: str, words: Iterable[Word], *, size: int = 0) -> Marked:
    return tuple(marked(text, words, size=size))


def _has_marks(parts: Marked) -> bool:
    return any(is_marked for _text, is_marked in parts)
