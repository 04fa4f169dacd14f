"""The bot follows conversations: it hears what patients write, and falls silent when people act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.choices import AssistantMode, HandoverReason, SessionOutcome, SessionState, TurnAct
from bot.decide import TalkState, at_once
from bot.models import Assistant, BotPause
from bot.services.handing import hand_over
from bot.services.serving import on_channel
from bot.services.sessions import (
    outcome_of_silence,
    session_begin,
    session_end,
    session_hear,
    session_interrupt,
    session_open,
)
from bot.services.settling import suggestions_settle
from campaigns.models import Recipient
from common.slots import Slot
from omnichannel.choices import Author, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.observing import SETTLED, Arrival, Move, Observer
from providers.choices import MessageKind

# What is said in answer to a campaign belongs to its people for so long.
CAMPAIGN = timedelta(hours=72)
PEOPLES = (Stage.QUEUE, Stage.HUMAN)


# Who else answers in conversations of the stage `bot`: each tells whether it has one of them.
others: Slot[Callable[[Conversation], bool]] = Slot()


class BotFollower(Observer):
    """Told before the queues, so that a ticket is opened for whom it hands over."""

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Hear what patients wrote; act at once on what cannot wait."""
        for arrival in arrivals:
            if any(has(arrival.conversation) for has in others):
                continue
            heard = [one for one in arrival.messages if _is_said(one)]
            if heard and not arrival.is_courtesy:
                _hear(arrival.conversation, heard)

    def answered(self, conversation: Conversation, message: Message) -> None:
        """Fall silent where an integration answered in the bot's conversation; note which
        suggestion staff answered with.
        """
        suggestions_settle(conversation, message)
        if conversation.stage == Stage.BOT and message.author_kind == Author.API:
            if (session := session_open(conversation)) is not None:
                session_interrupt(session)

    def moved(self, move: Move) -> None:
        """Begin where the bot was given a conversation, end where people have it or it closed."""
        talk = move.conversation
        if talk.stage == Stage.BOT:
            if move.stage_before != Stage.BOT:
                _received(talk)
            return
        session = session_open(talk)
        if session is None:
            return
        if talk.stage == Stage.CLOSED:
            session_end(session, SessionState.ENDED, outcome_of_silence(session), session.reason)
        elif not session.is_shadow:
            is_taken = talk.stage == Stage.HUMAN
            outcome = SessionOutcome.TAKEN if is_taken else SessionOutcome.HANDED
            session_end(session, SessionState.HANDED, outcome)


def _is_said(message: Message) -> bool:
    """Whether a message says something to somebody: reactions and notices of the channel do not,
    a call does. What an observer before us understood and answered is said to nobody else.
    """
    is_notice = message.kind == MessageKind.SYSTEM and message.metadata.get("event") != "ligacao"
    is_answered = SETTLED in message.metadata
    return message.kind != MessageKind.REACTION and not is_notice and not is_answered


def _received(talk: Conversation) -> None:
    """Begin anew with a conversation that somebody gave back: what paused the bot is over."""
    BotPause.objects.for_company(talk.company_id).filter(
        contact_id=talk.contact_id, until__isnull=False
    ).delete()
    assistant = on_channel(talk.channel).assistant
    if assistant is not None:
        session_begin(talk, assistant)


def _hear(talk: Conversation, heard: list[Message]) -> None:
    found = on_channel(talk.channel)
    if talk.stage == Stage.BOT:
        _hear_as_bot(talk, found.assistant, heard)
    elif talk.stage in PEOPLES and found.assistant is not None:
        if found.assistant.mode == AssistantMode.SHADOW:
            session = session_open(talk)
            if session is None:
                session = session_begin(talk, found.assistant, is_shadow=True)
            session_hear(session, heard)


def _hear_as_bot(talk: Conversation, assistant: Assistant | None, heard: list[Message]) -> None:
    session = session_open(talk)
    is_new = session is None
    if session is None:
        if assistant is None:
            # The assistant was switched off while it had the conversation: people go on.
            hand_over(talk, None, HandoverReason.FAILURE)
            return
        session = session_begin(talk, assistant)
    if is_new and not session.assistant.answers_campaigns and _answers_campaign(talk, heard[0]):
        hand_over(talk, session, HandoverReason.CAMPAIGN)
        return
    alarms = tuple(filter(None, session.assistant.emergency_words.splitlines()))
    for message in heard:
        decision = at_once(message.text, TalkState(alarms=alarms)) if message.text else None
        if decision is not None and decision.act == TurnAct.HAND_OVER:
            hand_over(
                talk,
                session,
                HandoverReason(decision.reason),
                words=decision.text,
                asked_at=message.happened_at,
                client_id=f"bot:{message.pk}",
            )
            return
    session_hear(session, heard)


def _answers_campaign(talk: Conversation, first: Message) -> bool:
    since = first.happened_at - CAMPAIGN
    rows = Recipient.objects.for_company(talk.company_id).filter(
        conversation_id=talk.pk, replied_at__gte=since
    )
    return rows.exists()
