"""The SMS providers we speak with, by the value of a channel's choice: one line a provider."""

from __future__ import annotations

from providers.outgoing import Account
from providers.sms.generic import Generic
from providers.sms.infobip import Infobip
from providers.sms.provider import Provider
from providers.sms.twilio import Twilio
from providers.sms.zenvia import Zenvia

PROVIDERS: dict[str, Provider] = {
    one.name: one for one in (Twilio(), Zenvia(), Infobip(), Generic())
}


def provider_of(account: Account) -> Provider:
    """Return the provider that a channel chose."""
    return PROVIDERS[str(account.settings["provider"])]
