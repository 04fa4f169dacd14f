"""What queues have to do with other packages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery

from accounts.models import Membership
from accounts.services.presence import presence_changed
from common.admin import panels
from common.api.told import Told
from common.slots import Plug, into
from common.sweeps import Sweep, sweeps
from contacts.holdings import holdings
from contacts.models import Contact, DataClass
from contacts.retention import purges
from omnichannel import search
from omnichannel.api.base import told_above
from omnichannel.models import Conversation
from omnichannel.services import threads
from omnichannel.services.letters import references
from queues.admin.tickets import TicketPanel
from queues.holdings import HOLDINGS
from queues.models import Ticket
from queues.retention import presence_purge, runs_purge
from queues.search import conversations_named, reference_of, tickets_found
from queues.services.rule_running import runs_due
from queues.services.watch import presence_heard, tick_due


def _queue_of_conversation() -> Any:
    # The rows that are asked about are narrowed to their company already.
    rows = Ticket.unscoped.open().filter(conversation=OuterRef("pk"))
    return Subquery(rows.order_by().values("queue")[:1])


PLUG = Plug(
    watches=(into(presence_changed, presence_heard),),
    offers=(
        into(told_above, Told("queue_id", _queue_of_conversation)),
        into(search.sources, tickets_found),
        into(references, reference_of),
        into(threads.named, conversations_named),
        into(
            panels, (Conversation, TicketPanel), (Contact, TicketPanel), (Membership, TicketPanel)
        ),
    ),
    keeps=(
        into(holdings, *HOLDINGS),
        into(purges, (DataClass.ROUTING, runs_purge), (DataClass.PRESENCE, presence_purge)),
    ),
    sweeps=(
        into(
            sweeps,
            Sweep("queues.tasks.tick", settings.FILA_PROCESS_INTERVAL, due=tick_due),
            Sweep("queues.tasks.rules_sweep", every=5, due=lambda: [runs_due()]),
        ),
    ),
    choices={
        "TicketStatus": "queues.choices.TicketStatus",
        "TicketEventKind": "queues.choices.TicketEventKind",
        "Distribution": "queues.choices.Distribution",
    },
)
