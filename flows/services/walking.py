"""A run walks: one step, one transaction, under its conversation's lock (docs/decisions/0050).

What a step does and that it was done are one commit: a killed worker leaves all of it or nothing,
and whoever goes on finds where. Messages carry the run and the step as `client_id`.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone

from bot.choices import HandoverReason
from bot.services.handing import hand_over
from common.errors import DomainError
from flows import engine
from flows import graph as g
from flows.choices import FlowOutcome, FlowState
from flows.engine import NodeVisit
from flows.graph import FlowGraph, FlowNode, graph_read
from flows.models import FlowRun, FlowStep, FlowVersion
from flows.services.changing import changes_make
from flows.services.hearing import utterance_of
from flows.services.leaving_runs import run_finish
from flows.services.runs import client_key, run_end
from flows.services.scenes import scene_of
from flows.services.telling import say
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_lock

logger = logging.getLogger(__name__)
# Longer than a step takes, with a call to another system in it.
LEASE = timedelta(seconds=30)
UNWAITED_MOST, STEPS_MOST = 100, 1000


def runs_due() -> Any:
    """Return the runs that have something to do."""
    return FlowRun.unscoped.due()


def run_advance(run_id: Any) -> FlowRun | None:
    """Walk on until the run waits or ends; return it, None where there is nothing to do."""
    from flows.services.calling import run_call

    found = None
    try:
        while (run := run_step(run_id)) is not None:
            found = run
            if run.state == FlowState.CALLING:
                run_call(run)
            elif run.state != FlowState.RUNNING:
                break
    except OperationalError:
        # The database was away or a lock took too long: the sweep finds the run again.
        raise
    except Exception:
        logger.exception("run %s: could not go on; people do", run_id)
        run_fail(run_id)
    return found


@transaction.atomic
def run_fail(run_id: Any) -> None:
    """Give the conversation of a run that cannot go on to people."""
    talk_id = FlowRun.unscoped.filter(pk=run_id).values_list("conversation_id", flat=True).get()
    held = conversation_lock(Conversation(pk=talk_id))
    run = FlowRun.unscoped.select_for_update(of=("self",)).get(pk=run_id)
    if run.is_open:
        run_end(run, FlowOutcome.FAILED)
        hand_over(held, None, HandoverReason.FAILURE, client_id=f"{client_key(run)}:pessoa")


@transaction.atomic
def run_step(run_id: Any) -> FlowRun | None:
    """Make one step of a run that has something to do; return it, None where it has not."""
    talk_id = FlowRun.unscoped.filter(pk=run_id).values_list("conversation_id", flat=True).first()
    if talk_id is None:
        return None
    held = conversation_lock(Conversation(pk=talk_id))
    run = (
        FlowRun.unscoped.select_for_update(of=("self",))
        .select_related("version", "flow")
        .get(pk=run_id)
    )
    if not _is_due(run):
        return None
    if held.stage != Stage.BOT:
        # Whoever took it told us under this lock; what is left is a run nobody ended.
        run_end(run, FlowOutcome.TAKEN)
        return run
    node = graph_of(run.version).nodes[run.node]
    if run.unwaited >= UNWAITED_MOST or run.seq >= STEPS_MOST:
        return _give_up(run, held, node, FlowOutcome.LIMIT, "limite")
    try:
        visit = _visit(run, held, node)
    except (ValueError, TypeError, KeyError, AttributeError):
        # A graph is checked before it is published; one that is broken all the same keeps nobody.
        logger.exception("run %s: block %s could not be done", run.pk, run.node)
        return _give_up(run, held, node, FlowOutcome.FAILED, "bloco")
    return run_apply(run, held, node, visit)


def _is_due(run: FlowRun) -> bool:
    if not run.is_open:
        return False
    # While it runs, `wake_at` is only the end of a lease: whoever holds the lock goes on.
    is_running = run.state == FlowState.RUNNING
    return is_running or (run.wake_at is not None and run.wake_at <= timezone.now())


def _visit(run: FlowRun, held: Conversation, node: FlowNode) -> NodeVisit:
    if run.state == FlowState.CALLING:
        # Its worker died in the middle: whether the other side heard is not known.
        return NodeVisit(is_calling=True) if _may_repeat(node) else NodeVisit(exit=g.UNSURE)
    scene = scene_of(run, held)
    if run.answer is not None:
        return engine.answered(node, scene, utterance_of(held, run.answer))
    if run.state == FlowState.WAITING:
        return engine.overdue(node)
    return engine.reached(node, scene)


def _may_repeat(node: FlowNode) -> bool:
    return str(node.data.get("method", "GET")).upper() in ("GET", "PUT") or bool(
        node.data.get("repeats")
    )


def run_apply(run: FlowRun, held: Conversation, node: FlowNode, visit: NodeVisit) -> FlowRun:
    """Do what a visit says, write the step down and stand where it leads. Both rows are locked."""
    run.seq += 1
    run.unwaited = 0 if run.answer is not None or run.state == FlowState.WAITING else run.unwaited
    run.unwaited += 1
    is_answer, run.answer = run.answer is not None, None
    run.variables = {**run.variables, **visit.variables}
    way, error = visit.exit, ""
    try:
        # A savepoint of its own: a refusal undoes the messages and leaves the step.
        with transaction.atomic():
            say(held, visit.says, client_key(run))
            changes_make(held, visit.changes)
    except DomainError as refused:
        way, error = g.UNSENT, refused.code[:60]
    _step_write(run, node, way, error)
    run.tries = run.tries + 1 if visit.is_miss else (run.tries if not way and is_answer else 0)
    graph = graph_of(run.version)
    if error:
        return _go(run, held, graph, node, way)
    if visit.ends:
        return run_finish(run, held, visit, client_key(run))
    if visit.is_calling:
        run.state, run.wake_at = FlowState.CALLING, timezone.now() + LEASE
        run.save()
        return run
    if visit.waits:
        held.refresh_from_db(fields=["message_seq"])
        run.state, run.wake_at, run.asked_seq = FlowState.WAITING, visit.until, held.message_seq
        run.save()
        return run
    return _go(run, held, graph, node, way)


def _go(run: FlowRun, held: Conversation, graph: FlowGraph, node: FlowNode, way: str) -> FlowRun:
    """Stand at the block that an exit leads to; where it leads nowhere people go on."""
    target = graph.after(node, way)
    if target is None:
        run_end(run, FlowOutcome.QUEUED)
        hand_over(held, None, HandoverReason.FLOW, client_id=f"{client_key(run)}:pessoa")
        return run
    run.node, run.state = target, FlowState.RUNNING
    run.wake_at = timezone.now() + LEASE
    run.save()
    return run


def _give_up(
    run: FlowRun, held: Conversation, node: FlowNode, outcome: FlowOutcome, error: str
) -> FlowRun:
    run.seq += 1
    _step_write(run, node, "", error)
    run_end(run, outcome)
    reason = HandoverReason.LIMIT if outcome == FlowOutcome.LIMIT else HandoverReason.FAILURE
    hand_over(held, None, reason, client_id=f"{client_key(run)}:pessoa")
    return run


def _step_write(run: FlowRun, node: FlowNode, way: str, error: str) -> None:
    FlowStep.unscoped.create(
        company_id=run.company_id,
        run=run,
        version_id=run.version_id,
        seq=run.seq,
        node=node.id,
        exit=way,
        error=error,
    )


def graph_of(version: FlowVersion) -> FlowGraph:
    """Return the graph of a version, read once in a process: versions never change."""
    return _graph(version.pk)


@lru_cache(maxsize=256)
def _graph(version_id: UUID) -> FlowGraph:
    return graph_read(FlowVersion.unscoped.values_list("graph", flat=True).get(pk=version_id))
