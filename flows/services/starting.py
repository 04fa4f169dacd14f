"""A flow is begun for somebody by another system."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict
from flows.models import Flow, FlowRun
from flows.services.runs import run_begin, run_open
from flows.services.walking import graph_of
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from omnichannel.services.conversations import (
    ConversationClosed,
    ConversationTaken,
    conversation_lock,
    conversation_move,
)

VALUE_MOST = 500


class FlowUnavailable(Conflict):
    """The flow cannot be begun so."""

    code = "fluxo_indisponivel"
    message = _("Este fluxo não está ligado ou não começa pela API.")


class FlowUnderWay(Conflict):
    """Another flow talks in the conversation."""

    code = "fluxo_em_andamento"
    message = _("Esta conversa já está num fluxo. Espere que ele termine.")


@transaction.atomic
def flow_start(
    *,
    flow: Flow,
    conversation: Conversation,
    actor: Membership | None,
    variables: Mapping[str, str] | None = None,
) -> FlowRun:
    """Let the person of an open conversation that nobody of the clinic has walk through a flow.

    `variables` fill its texts. Outside of the window of a kind the first message is refused, and
    the flow goes on as it says for that. Raises FlowUnavailable, FlowUnderWay, ConversationTaken,
    ConversationClosed.
    """
    version = flow.version if flow.is_active else None
    start = graph_of(version).start if version is not None else None
    if start is None or not start.data.get("api"):
        raise FlowUnavailable
    held = conversation_lock(conversation)
    if held.stage == Stage.CLOSED:
        raise ConversationClosed
    if held.stage == Stage.HUMAN:
        raise ConversationTaken
    if run_open(held) is not None:
        raise FlowUnderWay
    if held.stage == Stage.QUEUE:
        held.waiting_since = None
        held = conversation_move(
            held, Stage.BOT, None, line="robo", actor=actor, event="conversation_updated"
        )
    given = {name: value[:VALUE_MOST] for name, value in (variables or {}).items()}
    return run_begin(flow, held, start.id, given)
