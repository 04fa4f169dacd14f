"""A run is stopped by staff."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from bot.choices import HandoverReason
from bot.services.handing import hand_over
from flows.choices import FlowOutcome
from flows.models import FlowRun
from flows.services.runs import client_key, run_end
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_lock


@transaction.atomic
def run_stop(run_id: Any) -> bool:
    """End a run and give its conversation to people; return whether it was open."""
    talk_id = FlowRun.unscoped.filter(pk=run_id).values_list("conversation_id", flat=True).get()
    held = conversation_lock(Conversation(pk=talk_id))
    run = FlowRun.unscoped.select_for_update(of=("self",)).get(pk=run_id)
    if not run.is_open:
        return False
    run_end(run, FlowOutcome.STOPPED)
    hand_over(held, None, HandoverReason.FLOW, client_id=f"{client_key(run)}:pessoa")
    return True
