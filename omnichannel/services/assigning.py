"""Giving conversations to attendants on somebody's behalf, one or thousands in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from uuid_utils.compat import uuid7

from accounts.models import Membership
from common.rows import run
from omnichannel.choices import Author, Direction, Stage
from omnichannel.models import Conversation
from omnichannel.services.conversations import (
    ConversationClosed,
    conversation_lock,
    conversation_move,
)
from providers.choices import MessageKind, MessageStatus

# Locks in the order of ids, as everybody who holds several does; what is no longer waiting stays
# with whoever has it.
ASSIGN = f"""
WITH held AS (
    SELECT c.id, v.attendant, v.line FROM omnichannel_conversation c
    JOIN unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS v(id, attendant, line) ON v.id = c.id
    WHERE c.company_id = %s::uuid AND c.stage = '{Stage.QUEUE}' ORDER BY c.id FOR UPDATE OF c
), moved AS (
    UPDATE omnichannel_conversation c SET stage = '{Stage.HUMAN}', attendant_id = held.attendant,
        closed_at = NULL, moved_at = now(), revision = revision + 1,
        message_seq = message_seq + 1, updated_at = now()
    FROM held WHERE c.id = held.id
    RETURNING c.id, c.channel_id, c.revision, c.message_seq, held.attendant, held.line
), lines AS (
    INSERT INTO omnichannel_message (id, created_at, updated_at, company_id, conversation_id,
        channel_id, seq, revision, direction, author_kind, is_internal, kind, text, metadata,
        reply_to_external_id, status, error_code, error_detail, attempts, happened_at)
    SELECT moved.line, now(), now(), %s::uuid, moved.id, moved.channel_id, moved.message_seq,
        moved.revision, '{Direction.OUT}', '{Author.SYSTEM}', true, '{MessageKind.SYSTEM}', '',
        jsonb_build_object('event', 'atribuida', 'actor', '', 'to', u.name), '',
        '{MessageStatus.SENT}', '', '', 0, now()
    FROM moved JOIN accounts_membership m ON m.id = moved.attendant
    JOIN accounts_user u ON u.id = m.user_id
)
SELECT id, revision FROM moved
"""  # noqa: S608  (our own constants only)


def conversations_assign(*, company_id: Any, pairs: Sequence[tuple[Any, Any]]) -> dict[Any, int]:
    """Give waiting conversations to attendants: (conversation id, membership id) each.

    Returns the revision of each that was still waiting. Runs in the caller's transaction; the
    caller keeps its own books and publishes, so observers are not told.
    """
    if not pairs:
        return {}
    conversations, attendants = zip(*pairs, strict=True)
    rows = run(
        ASSIGN,
        list(conversations),
        list(attendants),
        [uuid7() for _pair in pairs],
        company_id,
        company_id,
    )
    return dict(rows)


@transaction.atomic
def conversation_assign(
    *,
    conversation: Conversation,
    attendant: Membership,
    actor: Membership | None = None,
    line: str = "atribuida",
) -> Conversation:
    """Give an open conversation to an attendant, whoever has it. Raises ConversationClosed."""
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    if held.stage == Stage.HUMAN and held.attendant_id == attendant.pk:
        return held
    return conversation_move(
        held,
        Stage.HUMAN,
        attendant,
        line=line,
        actor=actor,
        event="ticket_assigned",
        detail={"to": attendant.user.name},
    )


@transaction.atomic
def conversation_return(
    *, conversation: Conversation, actor: Membership | None = None, line: str = "devolvida"
) -> Conversation:
    """Let an open conversation wait for a person again, whoever has it. Raises
    ConversationClosed.
    """
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    if held.stage == Stage.QUEUE:
        return held
    return conversation_move(
        held, Stage.QUEUE, None, line=line, actor=actor, event="conversation_updated"
    )
