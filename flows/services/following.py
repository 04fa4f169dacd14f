"""Flows follow conversations: they hear what patients answer, and end when people act."""

from __future__ import annotations

from collections.abc import Sequence

from bot.choices import HandoverReason, TurnAct
from bot.decide import TalkState, at_once
from bot.services.handing import hand_over
from bot.services.sessions import session_open
from flows import engine
from flows.choices import FlowOutcome
from flows.models import FlowRun
from flows.services.hearing import heard_in
from flows.services.runs import run_begin, run_end, run_hear, run_open
from flows.services.triggers import trigger_for, triggers_on
from flows.services.walking import graph_of
from flows.understanding import chosen
from omnichannel.choices import Author, Stage
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.observing import SETTLED, Arrival, Move, Observer
from omnichannel.services.reception import Newcomer, Reception
from providers.choices import MessageKind


class FlowReception(Reception):
    """Takes whoever begins a flow with what they write first."""

    def serves(self, channel: Channel) -> bool:
        """Whether a flow begins on a channel whatever is said."""
        return any(one.takes_all for one in triggers_on(channel))

    def takes(self, newcomer: Newcomer) -> bool:
        """Whether what somebody wrote begins a flow. A conversation that goes on begins one only
        by a word.
        """
        channel, contact = newcomer.channel, newcomer.contact_id
        if not triggers_on(channel):
            return False
        again = newcomer.is_again
        return trigger_for(channel, contact, newcomer.text, only_words=again) is not None


class FlowFollower(Observer):
    """Told before the assistant, which leaves a conversation alone while a flow has it."""

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Hear answers, begin flows; act at once on what cannot wait."""
        for arrival in arrivals:
            if arrival.conversation.stage != Stage.BOT or arrival.is_courtesy:
                continue
            heard = [
                one for one in arrival.messages if _is_said(one) and SETTLED not in one.metadata
            ]
            if heard:
                _hear(arrival, heard)

    def answered(self, conversation: Conversation, message: Message) -> None:
        """End where an integration answered in a flow's conversation."""
        if conversation.stage == Stage.BOT and message.author_kind == Author.API:
            if (run := run_open(conversation)) is not None:
                run_end(run, FlowOutcome.TAKEN)

    def moved(self, move: Move) -> None:
        """End where people have the conversation or it closed."""
        talk = move.conversation
        if talk.stage == Stage.BOT or move.stage_before != Stage.BOT:
            return
        if (run := run_open(talk)) is not None:
            is_over = talk.stage == Stage.CLOSED
            run_end(run, FlowOutcome.CLOSED if is_over else FlowOutcome.TAKEN)


def has_run(conversation: Conversation) -> bool:
    """Whether a flow answers in a conversation."""
    if conversation.stage != Stage.BOT:
        return False
    return FlowRun.unscoped.open().filter(conversation_id=conversation.pk).exists()


def _is_said(message: Message) -> bool:
    is_notice = message.kind == MessageKind.SYSTEM
    return message.kind != MessageKind.REACTION and not is_notice


def _hear(arrival: Arrival, heard: list[Message]) -> None:
    talk = arrival.conversation
    run = run_open(talk)
    if run is None:
        _begin(talk, heard)
        return
    for message in heard:
        if _cannot_wait(talk, run, message):
            return
        if _is_asking(run):
            run_hear(run, message.seq)


def _is_asking(run: FlowRun) -> bool:
    """Whether a run waits for words, not for time alone: those stay for whoever reads them."""
    node = graph_of(run.version).nodes.get(run.node)
    return node is not None and node.is_asking


def _begin(talk: Conversation, heard: list[Message]) -> None:
    """Let what was said begin a flow. Where the assistant has the conversation only a word does."""
    if not triggers_on(talk.channel):
        return
    first = heard[0]
    has_session = session_open(talk) is not None
    found = trigger_for(talk.channel, talk.contact_id, first.text, only_words=has_session)
    if found is None:
        return
    run = run_begin(found.flow, talk, found.start.id, {"primeira_mensagem": first.text[:500]})
    for message in heard:
        if _cannot_wait(talk, run, message):
            return


def _cannot_wait(talk: Conversation, run: FlowRun, message: Message) -> bool:
    """Give to people at once who is in danger or asks for somebody, unless that is one of the
    answers they were offered.
    """
    came = heard_in(message)
    if not came.text or came.tap.startswith(engine.KEY):
        return False
    node = graph_of(run.version).nodes.get(run.node)
    if node is not None and chosen(came.text, node.choices) is not None:
        return False
    decision = at_once(came.text, TalkState())
    if decision is None or decision.act != TurnAct.HAND_OVER:
        return False
    run_end(run, FlowOutcome.ASKED)
    hand_over(
        talk,
        None,
        HandoverReason(decision.reason),
        words=decision.text,
        asked_at=message.happened_at,
        client_id=f"fluxo:{message.pk}",
    )
    return True
