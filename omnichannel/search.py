"""Finding conversations by what people say, who they are and what staff know them by.

Each kind of thing is asked by itself, newest first and up to MOST_FOUND: PostgreSQL then walks back
from the newest for a word that is everywhere, and asks the index for one that is rare, so that
neither reads a clinic's whole past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from accounts.models import Membership
from common.folding import Fold, Word, holds, words_of
from common.slots import Slot
from contacts.models import Contact
from omnichannel.models import Attachment, Message
from omnichannel.words import ABOUT, HEARD, NAMED, SAID

MOST_FOUND = 500


class By(StrEnum):
    """What of a conversation was found; the first of them is shown."""

    MESSAGE = "mensagem"
    FILE = "arquivo"
    VOICE = "audio"
    SUBJECT = "assunto"
    PERSON = "pessoa"
    PROTOCOL = "protocolo"
    ATTENDANT = "atendente"


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found of a conversation: which message, or the words themselves."""

    by: By
    message_id: UUID | None = None
    text: str = ""


# Packages above add what they know conversations by: (conversations, what was typed) -> hits.
Source = Callable[[Any, str], Iterable[tuple[UUID, Hit]]]
sources: Slot[Source] = Slot()


def conversations_found(
    rows: Any, asked: str, *, is_clear: bool = True, is_every: bool = False
) -> dict[UUID, Hit]:
    """Return those of some conversations that hold what somebody typed, and what was found of each;
    `is_clear` as in ContactQuerySet.search. `is_every` says that the conversations are all of the
    company's, so that no message needs to be asked whose it is.
    """
    words = words_of(asked)
    if not words:
        return {}
    rows = rows.order_by()
    found: dict[UUID, Hit] = {}
    for pk, hit in _hits(rows, asked, words, is_clear, is_every):
        found.setdefault(pk, hit)
    return found


def conversations_search(rows: Any, asked: str, *, is_clear: bool = True) -> Any:
    """Keep conversations that hold what somebody typed; nothing typed keeps all."""
    if not asked.replace("\x00", "").strip():
        return rows
    return rows.filter(pk__in=list(conversations_found(rows, asked, is_clear=is_clear)))


def _hits(
    rows: Any, asked: str, words: Sequence[Word], is_clear: bool, is_every: bool
) -> Iterator[tuple[UUID, Hit]]:
    for source in sources:
        yield from source(rows, asked)
    within = {} if is_every else {"conversation__in": rows.values("pk")}
    yield from _said(words, within)
    yield from _files(words, within)
    yield from _voices(words, within)
    yield from _subjects(rows, words)
    yield from _people(rows, asked, is_clear)
    yield from _held(rows, words)


def _said(words: Sequence[Word], within: dict[str, Any]) -> Iterator[tuple[UUID, Hit]]:
    said = Message.objects.filter(holds(SAID, words), **within)
    newest = said.filter(deleted_at=None).order_by("-pk").values_list("conversation_id", "pk")
    for conversation_id, pk in newest[:MOST_FOUND]:
        yield conversation_id, Hit(By.MESSAGE, pk)


def _files(words: Sequence[Word], within: dict[str, Any]) -> Iterator[tuple[UUID, Hit]]:
    sent = Attachment.objects.exclude(filename="").exclude(message=None)
    named = sent.filter(holds(NAMED, words), message__deleted_at=None, **within)
    newest = named.order_by("-pk").values_list("conversation_id", "message_id", "filename")
    for conversation_id, pk, filename in newest[:MOST_FOUND]:
        yield conversation_id, Hit(By.FILE, pk, filename)


def _voices(words: Sequence[Word], within: dict[str, Any]) -> Iterator[tuple[UUID, Hit]]:
    heard = Attachment.objects.exclude(transcription="").exclude(message=None)
    said = heard.filter(holds(HEARD, words), message__deleted_at=None, **within)
    newest = said.order_by("-pk").values_list("conversation_id", "message_id", "transcription")
    for conversation_id, pk, text in newest[:MOST_FOUND]:
        yield conversation_id, Hit(By.VOICE, pk, text)


def _subjects(rows: Any, words: Sequence[Word]) -> Iterator[tuple[UUID, Hit]]:
    talks = rows.exclude(subject="").filter(holds(ABOUT, words))
    newest = talks.order_by("-last_message_at", "-id").values_list("pk", "subject")
    for pk, subject in newest[:MOST_FOUND]:
        yield pk, Hit(By.SUBJECT, text=subject)


def _people(rows: Any, asked: str, is_clear: bool) -> Iterator[tuple[UUID, Hit]]:
    people = Contact.objects.search(asked, is_clear=is_clear)
    # A child's name finds the mother's conversations.
    guardians = list(people.exclude(guardian=None).values_list("guardian", flat=True)[:MOST_FOUND])
    for found in (people.values("pk"), guardians) if guardians else (people.values("pk"),):
        talks = rows.filter(contact__in=found).order_by("-last_message_at", "-id")
        for pk in talks.values_list("pk", flat=True)[:MOST_FOUND]:
            yield pk, Hit(By.PERSON)


def _held(rows: Any, words: Sequence[Word]) -> Iterator[tuple[UUID, Hit]]:
    staff = Membership.objects.filter(holds(Fold("user__name"), words))
    names = dict(staff.values_list("pk", "user__name")[:MOST_FOUND])
    if not names:
        return
    talks = rows.filter(attendant__in=list(names)).order_by("-last_message_at", "-id")
    for pk, attendant in talks.values_list("pk", "attendant_id")[:MOST_FOUND]:
        yield pk, Hit(By.ATTENDANT, text=names[attendant])
