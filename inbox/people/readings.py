"""What was read out of the open conversation: its subject and how the patient sounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bot.choices import Feeling, ReadingKind, ReadingOrigin
from bot.models import TalkReading
from bot.services.reading import readings_of, subjects_of
from inbox.people.shapes import ReadingLine
from omnichannel.models import Conversation


def reading_lines(conversation: Conversation) -> tuple[ReadingLine, ...]:
    """Draw what counts of a conversation. Its past subjects stay to be chosen although the list
    has changed.
    """
    rows = readings_of(conversation)
    subjects = subjects_of(conversation.company_id)
    subject = rows.get(ReadingKind.SUBJECT)
    if subject is not None and subject.value not in subjects:
        subjects.append(subject.value)
    return (
        _line(ReadingKind.SUBJECT, subject, [(one, one) for one in subjects]),
        _line(ReadingKind.FEELING, rows.get(ReadingKind.FEELING), Feeling.choices),
    )


def _line(
    kind: ReadingKind, row: TalkReading | None, choices: Sequence[tuple[str, Any]]
) -> ReadingLine:
    return ReadingLine(kind, str(kind.label), row.value if row else "", choices, _why(row))


def _why(row: TalkReading | None) -> str:
    if row is None:
        return ""
    if row.origin == ReadingOrigin.PERSON:
        return _("corrigido por %(name)s") % {"name": row.by.user.name if row.by else "?"}
    origin = ReadingOrigin(row.origin).label
    return f"{origin}: {row.reason}" if row.reason else str(origin)
