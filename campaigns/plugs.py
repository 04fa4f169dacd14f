"""What campaigns have to do with other packages."""

from __future__ import annotations

from campaigns.holdings import HOLDINGS
from campaigns.segments import FIELDS
from campaigns.services.addresses import identity_left
from campaigns.services.outcomes import CLAIMS
from campaigns.services.receipts import TAKER
from campaigns.services.replies import wanted_queues
from campaigns.services.spoken import campaigns_spoken
from campaigns.services.stopping import campaigns_stop
from campaigns.services.watch import tick_due
from common.slots import Plug, into
from common.sweeps import Sweep, sweeps
from contacts import segments
from contacts.holdings import holdings
from contacts.services.identities import leavers
from omnichannel.sending.claims import watched
from omnichannel.sending.reach import stoppers
from omnichannel.services import spoken
from omnichannel.services.receipts import takers
from queues.services.opening import wishes

PLUG = Plug(
    watches=(
        into(leavers, identity_left),
        into(takers, TAKER),
        into(watched, CLAIMS),
        into(stoppers, campaigns_stop),
    ),
    offers=(
        into(wishes, wanted_queues),
        into(spoken.sources, campaigns_spoken),
        into(segments.fields, *FIELDS),
    ),
    keeps=(into(holdings, *HOLDINGS),),
    sweeps=(into(sweeps, Sweep("campaigns.tasks.tick", every=2, due=tick_due)),),
    # The sender's loop has a worker of its own, so that it never keeps a reply waiting.
    queues={"campaigns.tasks.send": "campanhas"},
    choices={
        "CampaignKind": "campaigns.choices.CampaignKind",
        "CampaignStatus": "campaigns.choices.CampaignStatus",
        "RecipientStatus": "campaigns.choices.RecipientStatus",
        "LeftOut": "campaigns.choices.LeftOut",
        "PauseReason": "campaigns.choices.CampaignPauseReason",
        "AudienceState": "campaigns.choices.AudienceState",
    },
)
