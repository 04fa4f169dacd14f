"""The simulator's own tables: nothing here points at the product's."""

from simulator.whatsapp.models.accounts import SimNumber, SimTemplate
from simulator.whatsapp.models.delivery import SimClock, SimFault, SimWebhook
from simulator.whatsapp.models.messages import SimMedia, SimMessage
from simulator.whatsapp.models.people import SimChat, SimPerson

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
