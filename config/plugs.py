"""How packages plug into each other, in one written order (docs/decisions/0020).

What an app watches, offers, keeps and erases stands in its own plugs.py. Here stands who comes
before whom.
"""

from __future__ import annotations

from typing import Any

from accounts.plugs import PLUG as ACCOUNTS
from agenda.plugs import PLUG as AGENDA
from agenda.services.answering import AgendaAnswers
from analytics.plugs import PLUG as ANALYTICS
from bot.plugs import PLUG as BOT
from bot.services.following import BotFollower
from bot.services.serving import BotReception
from campaigns.plugs import PLUG as CAMPAIGNS
from campaigns.services.replies import Replies
from common.plugs import PLUG as COMMON
from common.slots import Plug, into, slots_fill
from contacts.plugs import PLUG as CONTACTS
from flows.plugs import PLUG as FLOWS
from flows.services.following import FlowFollower, FlowReception
from inbox.plugs import PLUG as INBOX
from integrations.plugs import PLUG as INTEGRATIONS
from leadscoring.plugs import PLUG as LEADSCORING
from omnichannel.plugs import PLUG as OMNICHANNEL
from omnichannel.services.observing import Observer, observers
from omnichannel.services.reception import Reception, receptions
from omnichannel.services.wishes import Wishes
from queues.plugs import PLUG as QUEUES
from queues.services.following import TicketFollower
from queues.services.rule_events import RuleEvents
from visitors.plugs import PLUG as VISITORS
from visitors.services.continuing import Continuations
from webhooks.plugs import PLUG as WEBHOOKS

PLUGS: tuple[Plug, ...] = (
    COMMON,
    ACCOUNTS,
    CONTACTS,
    OMNICHANNEL,
    AGENDA,
    CAMPAIGNS,
    QUEUES,
    LEADSCORING,
    BOT,
    FLOWS,
    WEBHOOKS,
    VISITORS,
    INTEGRATIONS,
    ANALYTICS,
    INBOX,
)

# Who decides about what a patient wrote, one after the other. That somebody goes on from another
# channel is noted whatever becomes of the message. A wish to be left alone comes first:
# it may end the conversation. A reply to a campaign is known as one before its ticket is opened,
# because the campaign may name the queue. What answers a reminder of an appointment is understood
# before a flow or the bot could answer it, and ends the conversation where nothing else was said. A
# flow that people drew goes before the assistant, which leaves its conversations alone; both hear
# what is said to them and hand over at once what cannot wait. Queues take what is left. Rules
# decide nothing here: they only note what happened, and so come last of all.
DECIDES: tuple[Observer, ...] = (
    Continuations(),
    Wishes(),
    Replies(),
    AgendaAnswers(),
    FlowFollower(),
    BotFollower(),
    TicketFollower(),
    RuleEvents(),
)

# Who may receive a conversation that begins, or begins again, before its person waits for people.
RECEPTIONS: tuple[Reception, ...] = (FlowReception(), BotReception())


def plug_in() -> None:
    """Fill every slot. Called once, when all apps are loaded."""
    entries = [entry for plug in PLUGS for entry in plug.entries]
    slots_fill([*entries, into(observers, *DECIDES), into(receptions, *RECEPTIONS)])


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return what beat rings for, as Celery's setting has it."""
    return {
        name: {
            "task": turn.task,
            "schedule": turn.every,
            "options": {"expires": turn.expires} if turn.expires else {},
        }
        for plug in PLUGS
        for name, turn in plug.beat.items()
    }


def task_routes() -> dict[str, dict[str, str]]:
    """Return which tasks have a worker of their own, as Celery's setting has it."""
    return {task: {"queue": name} for plug in PLUGS for task, name in plug.queues.items()}


def choices() -> dict[str, Any]:
    """Return the names of choices in the API's document."""
    return {name: one for plug in PLUGS for name, one in plug.choices.items()}
