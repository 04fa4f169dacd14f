"""Runs begin and end. Their conversation is locked by whoever calls."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from bot.choices import SessionState
from bot.services.sessions import session_end, session_open
from common.tasks import ring
from flows import bells
from flows.choices import FlowOutcome, FlowState
from flows.models import Flow, FlowRun
from omnichannel.models import Conversation


def run_open(conversation: Conversation) -> FlowRun | None:
    """Return the open run of a locked conversation, locked."""
    rows = FlowRun.unscoped.open().select_for_update()
    return rows.filter(conversation_id=conversation.pk).first()


def run_begin(flow: Flow, talk: Conversation, start: str, variables: Any = None) -> FlowRun:
    """Let the person of a locked conversation walk through a flow's published version, from the
    block `start`. An assistant that had the conversation falls silent.
    """
    if (session := session_open(talk)) is not None:
        session_end(session, SessionState.ENDED, "")
    assert flow.version_id is not None, "only published flows begin"
    run = FlowRun.unscoped.create(
        company_id=talk.company_id,
        flow=flow,
        version_id=flow.version_id,
        conversation=talk,
        node=start,
        variables=variables or {},
        wake_at=timezone.now(),
    )
    run_ring(run)
    return run


def run_hear(run: FlowRun, seq: int) -> None:
    """Note which message of the patient a waiting run is to hear; a later one counts for the next
    question only if that was asked already.
    """
    if run.state != FlowState.WAITING or run.answer is not None or seq <= run.asked_seq:
        return
    run.answer, run.wake_at = seq, timezone.now()
    run.save(update_fields=["answer", "wake_at", "updated_at"])
    run_ring(run)


def run_end(run: FlowRun, outcome: FlowOutcome) -> None:
    """End a locked run: nothing more is said or done in it."""
    run.state, run.outcome = FlowState.ENDED, outcome
    run.wake_at, run.answer, run.ended_at = None, None, timezone.now()
    run.save()


def run_ring(run: FlowRun) -> None:
    """Ring for a run after commit."""
    ring(bells.ADVANCE, str(run.company_id), str(run.pk))


def client_key(run: FlowRun) -> str:
    """Return what names the messages of the run's present step, so that none is sent twice."""
    return f"fluxo:{run.pk}:{run.seq}"
