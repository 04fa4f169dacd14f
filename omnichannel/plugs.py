"""What channels and conversations have to do with other packages."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Membership
from common.admin import panels
from common.slots import Plug, Turn, into
from common.sweeps import Sweep, sweeps
from contacts import changed, segments
from contacts.holdings import erasers, holdings
from contacts.models import Contact, DataClass
from contacts.models.people import sights
from contacts.retention import purges
from contacts.services import duplicates, matching
from contacts.services.identities import leavers
from contacts.services.merge_tables import returners
from contacts.services.privacy import unfinished
from omnichannel.admin.conversations import ConversationPanel, HeldPanel
from omnichannel.admin.messages import MessagePanel
from omnichannel.holdings import HOLDINGS
from omnichannel.models import Conversation
from omnichannel.retention import messages_purge
from omnichannel.segments import FIELDS
from omnichannel.sending.claims import claims_lost, watched
from omnichannel.sending.reach import stops_over
from omnichannel.services import delivery, early, media, receipts, scheduling, snoozing
from omnichannel.services.acquaintance import (
    has_said,
    is_talking,
    own_addresses,
    people_open_to,
)
from omnichannel.services.addresses import identity_left
from omnichannel.services.forgetting import traces_forget
from omnichannel.services.people import people_show
from omnichannel.services.returning import conversations_return

PLUG = Plug(
    watches=(
        into(leavers, identity_left),
        into(changed.listeners, people_show),
        into(returners, conversations_return),
        into(watched, delivery.CLAIMS),
    ),
    offers=(
        into(sights, people_open_to),
        into(unfinished, is_talking),
        into(duplicates.talked, has_said),
        into(matching.own_addresses, own_addresses),
        into(segments.fields, *FIELDS),
        into(
            panels,
            (Contact, ConversationPanel),
            (Membership, HeldPanel),
            (Conversation, MessagePanel),
        ),
    ),
    keeps=(into(holdings, *HOLDINGS), into(purges, (DataClass.MESSAGES, messages_purge))),
    erases=(into(erasers, early.early_forget, traces_forget),),
    sweeps=(
        into(
            sweeps,
            Sweep("omnichannel.tasks.outbound_sweep", every=3, due=delivery.outbound_due),
            Sweep("omnichannel.tasks.claims_sweep", every=3, due=claims_lost),
            Sweep("omnichannel.tasks.stops_purge", every=600, due=lambda: [stops_over()]),
            Sweep(
                "omnichannel.tasks.receipts_sweep",
                every=15,
                due=lambda: [
                    receipts.receipts_waiting(),
                    receipts.receipts_old(),
                    early.early_waiting(),
                ],
            ),
            Sweep(
                "omnichannel.tasks.scheduled_sweep",
                every=5,
                due=lambda: [scheduling.scheduled_due()],
            ),
            Sweep(
                "omnichannel.tasks.snoozes_wake",
                every=5,
                due=lambda: [snoozing.snoozes_due()],
            ),
            Sweep(
                "omnichannel.tasks.attachments_sweep",
                every=20,
                due=lambda: [media.attachments_due()],
            ),
        ),
    ),
    beat={
        "starts-purge": Turn("omnichannel.tasks.starts_purge", every=timedelta(hours=1)),
        "uploads-purge": Turn("omnichannel.tasks.uploads_purge", every=timedelta(hours=1)),
        "channels-check": Turn("omnichannel.tasks.channels_check", every=timedelta(hours=24)),
        "channels-compare": Turn("omnichannel.tasks.channels_compare", every=timedelta(hours=1)),
        "budgets-check": Turn(
            "omnichannel.tasks.budgets_check", every=timedelta(minutes=10), expires=600
        ),
    },
    choices={
        "ChannelKind": "providers.choices.ChannelKind",
        "ChannelStatus": "omnichannel.choices.ChannelStatus",
        "ConversationStage": "omnichannel.choices.Stage",
        "Direction": "omnichannel.choices.Direction",
        "AuthorKind": "omnichannel.choices.Author",
        "MessageKind": "providers.choices.MessageKind",
        "MessageStatus": "providers.choices.MessageStatus",
        "TemplateStatus": "providers.choices.TemplateStatus",
    },
)
