"""The demo's e-mail channel, at the simulator's sending provider."""

from __future__ import annotations

import secrets

from django.conf import settings

from accounts.models import Company
from omnichannel.models import Channel
from omnichannel.services.channels import channel_save
from omnichannel.services.proving import channel_prove
from providers.choices import ChannelKind
from providers.outgoing import AccountHealth
from simulator.mail.services import mailbox_ensure

# Invented, as everybody in the demo.
ADDRESS = "contato@vidaleve.example"


def letters_make(company: Company) -> Channel:
    """Make the channel and its mailbox at the provider, which takes what is sent."""
    key = secrets.token_urlsafe(24)
    channel = channel_save(
        company=company,
        actor=None,
        kind=ChannelKind.EMAIL,
        name="E-mail da clínica",
        is_default=True,
        settings={
            "provider": "provedor",
            "esp": "postal",
            "address": ADDRESS,
            "api_url": _api_url(),
        },
        # What the provider would post here carries it; the simulator posts nothing.
        credentials={"api_key": key, "webhook_secret": f"central:{secrets.token_urlsafe(24)}"},
    )
    # A sending provider is asked nothing; a test message would have proven it.
    channel_prove(channel=channel, answer=AccountHealth(channel.account_id))
    channel.refresh_from_db()
    mailbox_ensure(address=ADDRESS, key=key)
    return channel


def letters_follow() -> None:
    """Point the demo's channel at where the simulator is now."""
    # The demo's own channel, known by its invented address; there is no scope to ask.
    for channel in Channel.unscoped.filter(kind=ChannelKind.EMAIL, settings__address=ADDRESS):
        if str(channel.settings.get("api_url", "")).endswith("/mail/"):
            channel.settings = {**channel.settings, "api_url": _api_url()}
            channel.save(update_fields=["settings", "updated_at"])


def _api_url() -> str:
    return f"{settings.SIMULATOR_URL}/mail/"
