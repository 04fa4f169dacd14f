"""What the bot says to a patient: one message, through the one gate, with the disclosure the first
time in a session.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import wording
from bot.decide import KEY, TAP_PERSON
from bot.models import BotSession, KnowledgeEntry
from omnichannel.choices import Author
from omnichannel.models import Conversation, Message
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind
from providers.content import Choice, Question, Section
from providers.registry import policy_of

BUTTONS = 3


def bot_say(
    talk: Conversation,
    session: BotSession | None,
    text: str,
    *,
    client_id: str | None,
    choices: Sequence[Choice] = (),
    base_seq: int | None = None,
) -> Message:
    """Write to a patient as the bot. Raises what the gate refuses, and SomebodyAnswered."""
    lines = [] if session is not None and session.is_disclosed else [_disclosure(talk)]
    whole = wording.said_with(text, *lines)
    if not policy_of(talk.channel.kind).has_marks:
        whole = wording.plain_marks(whole)
    written: dict[str, Any] = {"text": whole}
    if choices:
        question = Question((Section(tuple(choices)),))
        written = {"kind": MessageKind.INTERACTIVE, "content": question, "text": whole}
    message = message_send(
        conversation=talk,
        author=None,
        author_kind=Author.BOT,
        base_seq=base_seq,
        client_id=client_id,
        **written,
    )
    if session is not None:
        session.is_disclosed = True
        session.turn_count += 1
        session.save(update_fields=["is_disclosed", "turn_count", "updated_at"])
    return message


def choices_of(entries: Sequence[KnowledgeEntry], *, with_person: bool) -> list[Choice]:
    """Return the buttons for some entries, and where there is room one for a person."""
    found = [Choice(f"{KEY}{entry.pk}", entry.label) for entry in entries[:BUTTONS]]
    if with_person and len(found) < BUTTONS:
        found.append(Choice(TAP_PERSON, wording.PERSON))
    return found


def _disclosure(talk: Conversation) -> str:
    return wording.disclosure(talk.company.name)
