"""The simulator's own tables: nothing here points at the product's."""

from simulator.models.accounts import SimNumber, SimTemplate
from simulator.models.delivery import SimClock, SimFault, SimWebhook
from simulator.models.messages import SimMedia, SimMessage
from simulator.models.people import SimChat, SimPerson

__all__ = [
    "SimChat",
    "SimClock",
    "SimFault",
    "SimMedia",
    "SimMessage",
    "SimNumber",
    "SimPerson",
    "SimTemplate",
    "SimWebhook",
]
