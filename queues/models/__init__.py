"""Queues, who works in them, and tickets: one wait for a person each."""

from queues.models.ending import EndingPlan
from queues.models.macro import Macro, MacroRun
from queues.models.queue import NextWeights, Queue, QueueChannel, QueueMember, RoutingRun
from queues.models.quick_reply import QuickReply, QuickReplyFile
from queues.models.rule import Rule, RuleRun
from queues.models.saved_view import SavedView
from queues.models.ticket import (
    LINE,
    ProtocolCounter,
    Ticket,
    TicketEvent,
    is_at_risk,
    is_broken,
)

__all__ = (
    "LINE",
    "EndingPlan",
    "Macro",
    "MacroRun",
    "NextWeights",
    "ProtocolCounter",
    "Queue",
    "QueueChannel",
    "QueueMember",
    "QuickReply",
    "QuickReplyFile",
    "RoutingRun",
    "Rule",
    "RuleRun",
    "SavedView",
    "Ticket",
    "TicketEvent",
    "is_at_risk",
    "is_broken",
)
