"""A run comes to its end: people, the assistant, or nobody goes on."""

from __future__ import annotations

from django.utils import timezone

from bot.choices import HandoverReason
from bot.services.handing import hand_over
from bot.services.serving import answers_now, on_channel
from bot.services.sessions import session_begin, session_hear
from flows.choices import FlowOutcome
from flows.engine import NodeVisit
from flows.models import FlowRun
from flows.services.runs import run_end
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_close
from queues.models import Queue


def run_finish(run: FlowRun, held: Conversation, visit: NodeVisit, key: str) -> FlowRun:
    """End a run as its last block says. The words of that block are said already."""
    run_end(run, FlowOutcome(visit.ends))
    held.refresh_from_db()
    match visit.ends:
        case FlowOutcome.QUEUED:
            _to_queue(run, held, visit, key)
        case FlowOutcome.ASSISTANT:
            _to_assistant(held, key)
        case FlowOutcome.DONE if visit.closes:
            conversation_close(conversation=held, actor=None)
        case FlowOutcome.DONE:
            hand_over(held, None, HandoverReason.FLOW, client_id=f"{key}:pessoa", is_told=False)
    return run


def _to_queue(run: FlowRun, held: Conversation, visit: NodeVisit, key: str) -> None:
    active = Queue.objects.for_company(run.company_id).active()
    queue = active.filter(pk=visit.queue).first() if visit.queue else None
    hand_over(
        held,
        None,
        HandoverReason.FLOW,
        queue_id=queue.pk if queue is not None else None,
        client_id=f"{key}:pessoa",
        # A block with words of its own has said what there is to say.
        is_told=not visit.says,
    )


def _to_assistant(held: Conversation, key: str) -> None:
    """Let the channel's assistant answer what was written last; without one people go on."""
    assistant = on_channel(held.channel).assistant
    if assistant is None or not answers_now(assistant, timezone.now()):
        hand_over(held, None, HandoverReason.FLOW, client_id=f"{key}:pessoa")
        return
    session = session_begin(held, assistant)
    last = Message.unscoped.inbound().filter(conversation=held).order_by("-seq").first()
    if last is not None:
        session_hear(session, [last])
