"""A turn: claimed and committed, thought outside of any lock, said under the conversation's lock
only if nothing happened since (docs/decisions/0026).
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from bot import wording
from bot.choices import HandoverReason, SessionOutcome, SessionState, TurnAct, TurnState
from bot.decide import TurnDecision, person
from bot.models import BotSession, BotTurn
from bot.services.answering import Reply
from bot.services.asking import reply_for
from bot.services.context import heard_in, talk_of
from bot.services.handing import hand_over
from bot.services.sessions import turn_ring
from bot.services.speaking import bot_say
from common.errors import DomainError
from omnichannel.choices import Direction, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_lock

logger = logging.getLogger(__name__)
# Longer than the longest call of a provider, with everything around it.
LEASE = timedelta(seconds=30)
ATTEMPTS, RESTARTS = 2, 2


def turn_take(session_id: Any) -> BotTurn | None:
    """Answer what a patient wrote, if it is due and nobody else does; return the turn."""
    turn = turn_claim(session_id)
    if turn is not None:
        turn_finish(turn)
    return turn


@transaction.atomic
def turn_claim(session_id: Any) -> BotTurn | None:
    """Take a session that is due. Committed before anything is thought, so that two workers never
    think the same.
    """
    now = timezone.now()
    # The session's row alone: whoever holds a conversation waits for it, never we for them.
    taken = BotSession.unscoped.due().filter(pk=session_id)
    if not taken.update(state=SessionState.THINKING, due_at=None, updated_at=now):
        return None
    session = BotSession.unscoped.select_related("assistant__company").get(pk=session_id)
    rows = Message.unscoped.filter(
        conversation_id=session.conversation_id, direction=Direction.IN, is_internal=False
    )
    last = rows.aggregate(last=Max("seq"))["last"] or 0
    turn = BotTurn.unscoped.create(
        company_id=session.company_id,
        session=session,
        epoch=session.epoch,
        seq_from=min(session.first_seq or last, last),
        seq_to=last,
        lease_until=now + LEASE,
    )
    session.first_seq = session.waits_since = None
    session.save(update_fields=["first_seq", "waits_since", "updated_at"])
    return turn


def turn_finish(turn: BotTurn) -> None:
    """Think and say. Whatever goes wrong ends with a person, not with silence."""
    began = time.perf_counter()
    try:
        reply = turn_think(turn)
    except Exception:
        logger.exception("turn %s: could not think", turn.pk)
        reply = Reply(person(HandoverReason.FAILURE, wording.UNDERSTOOD), wording.UNDERSTOOD)
    reply.steps["total"] = round((time.perf_counter() - began) * 1000)
    turn_commit(turn, reply)


def turn_think(turn: BotTurn) -> Reply:
    """Read what was said and decide, holding no lock."""
    session = turn.session
    talk = Conversation.unscoped.select_related("channel", "contact", "company").get(
        pk=session.conversation_id
    )
    heard = heard_in(talk, turn.seq_from, turn.seq_to)
    return reply_for(session, talk, heard, talk_of(session, talk, heard, turn), turn)


@transaction.atomic
def turn_commit(turn: BotTurn, reply: Reply) -> bool:
    """Say what was decided, unless somebody acted or the patient wrote on; return whether it was
    said. The conversation's row is locked before the session's.
    """
    held = conversation_lock(turn.session.conversation)
    session = (
        BotSession.unscoped.select_for_update(of=("self",))
        .select_related("assistant__company")
        .get(pk=turn.session_id)
    )
    session.conversation = held
    current = BotTurn.unscoped.select_for_update().get(pk=turn.pk)
    _keep(current, reply)
    if current.state != TurnState.RUNNING or not _is_mine(session, current, held):
        _end(current, TurnState.DROPPED)
        return False
    if _patient_went_on(session, current):
        _begin_again(session, current)
        return False
    session.restarts = 0
    session.state = SessionState.LISTENING
    _note_outcome(session, reply)
    if not session.is_shadow:
        current.message = _act(held, session, current, reply)
    if reply.entry is not None:
        current.entry = reply.entry
    _end(current, TurnState.DONE)
    if session.is_open:
        session.save()
        turn_ring(session)
    return True


def _is_mine(session: BotSession, turn: BotTurn, held: Conversation) -> bool:
    """Whether the conversation is still as it was when the turn began: nobody took, moved, closed
    or answered it.
    """
    if session.state != SessionState.THINKING or session.epoch != turn.epoch:
        return False
    return held.stage != Stage.CLOSED if session.is_shadow else held.stage == Stage.BOT


def _patient_went_on(session: BotSession, turn: BotTurn) -> bool:
    # A third time would never end with somebody who writes without a pause.
    return session.first_seq is not None and session.restarts < RESTARTS


def _begin_again(session: BotSession, turn: BotTurn) -> None:
    session.restarts += 1
    session.state = SessionState.LISTENING
    session.first_seq = turn.seq_from
    session.save()
    _end(turn, TurnState.SUPERSEDED)
    turn_ring(session)


def _act(held: Conversation, session: BotSession, turn: BotTurn, reply: Reply) -> Message | None:
    decision = reply.decision
    if decision.act == TurnAct.SILENCE or (decision.act != TurnAct.HAND_OVER and not reply.text):
        return None
    if decision.act == TurnAct.HAND_OVER:
        return _hand(held, session, turn, decision, reply)
    try:
        # A savepoint of its own: a refusal undoes the message and leaves the turn.
        with transaction.atomic():
            return bot_say(
                held,
                session,
                reply.text,
                client_id=str(turn.pk),
                choices=reply.choices,
                base_seq=turn.seq_to,
            )
    except DomainError as refused:
        turn.error = refused.code
        refusal = person(HandoverReason.GATE)
        return _hand(held, session, turn, refusal, Reply(refusal))


def _hand(
    held: Conversation, session: BotSession, turn: BotTurn, decision: TurnDecision, reply: Reply
) -> Message | None:
    asked = Message.unscoped.filter(conversation=held, seq=turn.seq_from).first()
    turn.act, turn.reason = TurnAct.HAND_OVER, decision.reason
    return hand_over(
        held,
        session,
        HandoverReason(decision.reason),
        words=decision.text,
        queue_id=reply.queue_id,
        asked_at=asked.happened_at if asked is not None else None,
        client_id=str(turn.pk),
    )


def _note_outcome(session: BotSession, reply: Reply) -> None:
    decision = reply.decision
    if decision.act == TurnAct.THANK:
        session.outcome = SessionOutcome.CONFIRMED
    elif decision.act in (TurnAct.ANSWER, TurnAct.OFFER):
        session.outcome = ""
    if decision.is_miss:
        session.misses += 1
    elif decision.act == TurnAct.ANSWER:
        session.misses = 0
    if decision.text == wording.NO_VOICE:
        session.voice_count += 1
    session.offered = list(reply.offered)


def _keep(turn: BotTurn, reply: Reply) -> None:
    decision = reply.decision
    turn.act, turn.reason, turn.band = decision.act, decision.reason, decision.band
    turn.text, turn.candidates, turn.steps = reply.text, reply.candidates, reply.steps


def _end(turn: BotTurn, state: TurnState) -> None:
    turn.state, turn.ended_at = state, timezone.now()
    turn.save()


# --- what nobody finished -------------------------------------------------------------------------


def turns_lost() -> Any:
    """Return the turns whose worker died."""
    return BotTurn.unscoped.filter(state=TurnState.RUNNING, lease_until__lt=timezone.now())


def sessions_due() -> Any:
    """Return the sessions that are due."""
    return BotSession.unscoped.due()


def turn_retake(turn_id: Any) -> bool:
    """Take over a turn whose worker died, once; the second time people go on. Its message carries
    the turn's id, so nothing is said twice.
    """
    now = timezone.now()
    lost = BotTurn.unscoped.filter(pk=turn_id, state=TurnState.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        row = lost.select_for_update(skip_locked=True).first()
        if row is None:
            return False
        row.attempts, row.lease_until = row.attempts + 1, now + LEASE
        row.save(update_fields=["attempts", "lease_until", "updated_at"])
    turn = BotTurn.unscoped.select_related("session__assistant__company").get(pk=turn_id)
    if turn.attempts > ATTEMPTS:
        lost_twice = person(HandoverReason.FAILURE, wording.UNDERSTOOD)
        turn_commit(turn, Reply(lost_twice, lost_twice.text))
    else:
        turn_finish(turn)
    return True


def quiet_close(now: Any = None) -> int:
    """End conversations of the bot whose patients said that it was all, or, where the clinic wants
    that, nothing more for hours; return how many.
    """
    moment = now or timezone.now()
    rows = BotSession.unscoped.filter(
        state=SessionState.LISTENING, is_shadow=False, due_at=None
    ).select_related("assistant")
    confirmed = Q(outcome=SessionOutcome.CONFIRMED, updated_at__lt=moment - timedelta(hours=1))
    silent = Q(assistant__close_after_hours__isnull=False)
    count = 0
    for session in rows.filter(confirmed | silent)[:200]:
        hours = session.assistant.close_after_hours or 0
        is_over = session.outcome == SessionOutcome.CONFIRMED or (
            hours and session.updated_at < moment - timedelta(hours=hours)
        )
        if is_over and _close(session):
            count += 1
    return count


@transaction.atomic
def _close(session: BotSession) -> bool:
    held = conversation_lock(session.conversation)
    current = BotSession.unscoped.select_for_update().get(pk=session.pk)
    if held.stage != Stage.BOT or not current.is_open or current.due_at is not None:
        return False
    conversation_close(conversation=held, actor=None)
    return True
