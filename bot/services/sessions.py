"""Sessions: begun, fed with what patients write, interrupted by people, ended.

All of it under the conversation's lock, which the callers hold; the session's row comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from bot import bells, grouping
from bot.choices import HandoverReason, SessionOutcome, SessionState, TurnState
from bot.models import Assistant, BotSession, BotTurn
from common.tasks import ring
from omnichannel.choices import Author
from omnichannel.models import Conversation, Message
from providers.choices import MessageKind
from providers.content import Answer
from providers.content_json import content_of

# Whoever answers sooner than this is no person reading.
READING = timedelta(seconds=3)


def session_open(conversation: Conversation) -> BotSession | None:
    """Return a conversation's open session, locked."""
    rows = BotSession.unscoped.open().select_for_update()
    return rows.filter(conversation_id=conversation.pk).first()


def session_begin(
    conversation: Conversation, assistant: Assistant, *, is_shadow: bool = False
) -> BotSession:
    """Follow a locked conversation from now on; what was open before has ended."""
    if (before := session_open(conversation)) is not None:
        session_end(before, SessionState.ENDED, "")
    return BotSession.unscoped.create(
        company_id=conversation.company_id,
        conversation=conversation,
        assistant=assistant,
        version_id=assistant.version_id,
        is_shadow=is_shadow,
    )


def session_hear(session: BotSession, messages: Sequence[Message]) -> None:
    """Note what a patient wrote and when it is to be answered."""
    now = timezone.now()
    for message in messages:
        if session.first_seq is None:
            session.first_seq, session.waits_since = message.seq, now
        session.quick_count = session.quick_count + 1 if _is_quick(session, message) else 0
    if not messages:
        return
    is_tap = all(isinstance(content_of(one.metadata), Answer) for one in messages)
    session.due_at = grouping.due_at(
        now, session.waits_since or now, settings.MESSAGE_GROUPING_DELAY, is_tap=is_tap
    )
    session.save()
    if session.state == SessionState.LISTENING:
        turn_ring(session)


def turn_ring(session: BotSession) -> None:
    """Ring for the turn of a session when it is due; after commit."""
    if session.due_at is not None:
        wait = max(0.0, (session.due_at - timezone.now()).total_seconds())
        ring(bells.TURN, str(session.company_id), str(session.pk), countdown=wait or None)


def session_interrupt(session: BotSession) -> None:
    """Let nothing be said that was thought before now: somebody else spoke."""
    session.epoch += 1
    session.due_at = session.first_seq = session.waits_since = None
    session.state = SessionState.LISTENING
    session.save()
    _drop(session)


def session_end(
    session: BotSession, state: str, outcome: str, reason: HandoverReason | str = ""
) -> None:
    """End a locked session; a turn that runs is dropped."""
    session.state, session.epoch = state, session.epoch + 1
    session.outcome = outcome or session.outcome
    session.reason = reason
    session.due_at, session.ended_at = None, timezone.now()
    session.save()
    _drop(session)


def outcome_of_silence(session: BotSession) -> str:
    """Tell how a session ended whose patient said nothing more."""
    if session.outcome == SessionOutcome.CONFIRMED:
        return SessionOutcome.CONFIRMED
    return SessionOutcome.GIVEN_UP if session.misses else SessionOutcome.ASSUMED


def _drop(session: BotSession) -> None:
    now = timezone.now()
    BotTurn.unscoped.filter(session=session, state=TurnState.RUNNING).update(
        state=TurnState.DROPPED, ended_at=now, updated_at=now
    )


def _is_quick(session: BotSession, message: Message) -> bool:
    if not session.turn_count or message.kind != MessageKind.TEXT:
        return False
    said = (
        Message.unscoped.outbound()
        .filter(conversation_id=session.conversation_id, author_kind=Author.BOT)
        .order_by("-seq")
        .values_list("created_at", flat=True)
        .first()
    )
    return said is not None and message.created_at - said < READING
