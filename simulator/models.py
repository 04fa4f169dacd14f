"""The simulator's own tables, a package for each kind: nothing here points at the product's."""

from simulator.mail.models import SimLetter, SimMail, SimMailbox
from simulator.meta.models import SimAccount, SimDirect, SimDirectFile, SimDirectWebhook
from simulator.site.models import SimSite
from simulator.sms.models import SimSms, SimSmsCallback, SimSmsLine
from simulator.whatsapp.models import (
    SimChat,
    SimClock,
    SimFault,
    SimMedia,
    SimMessage,
    SimNumber,
    SimPerson,
    SimTemplate,
    SimWebhook,
)

__all__ = [
    "SimAccount",
    "SimChat",
    "SimClock",
    "SimDirect",
    "SimDirectFile",
    "SimDirectWebhook",
    "SimFault",
    "SimLetter",
    "SimMail",
    "SimMailbox",
    "SimMedia",
    "SimMessage",
    "SimNumber",
    "SimPerson",
    "SimSite",
    "SimSms",
    "SimSmsCallback",
    "SimSmsLine",
    "SimTemplate",
    "SimWebhook",
]
