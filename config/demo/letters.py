"""The demo's e-mail channels: at the simulator's sending provider, and a mailbox on its servers."""

from __future__ import annotations

import secrets

from django.conf import settings

from accounts.models import Company
from omnichannel.models import Channel
from omnichannel.services.channels import channel_save
from omnichannel.services.proving import channel_prove
from providers.choices import ChannelKind
from providers.outgoing import AccountHealth
from simulator.mail.services import AUTH_HOST, mailbox_ensure

# Invented, as everybody in the demo.
ADDRESS = "contato@vidaleve.example"
MAILBOX = "exames@vidaleve.example"
MAIL_HOST = "127.0.0.1"


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
    own_mailbox_make()
    return channel


def mailbox_make(company: Company) -> Channel | None:
    """Make the channel that is read over IMAP and answers over SMTP, where the simulator has the
    servers.
    """
    if not settings.SIMULATOR_MAIL_PORT:
        return None
    password = secrets.token_urlsafe(24)
    channel = channel_save(
        company=company,
        actor=None,
        kind=ChannelKind.EMAIL,
        name="E-mail dos exames",
        settings={
            "provider": "servidor",
            "address": MAILBOX,
            "sender_name": f"{company.name} - Exames",
            "auth_host": AUTH_HOST,
            **_servers(),
        },
        credentials={"password": password},
    )
    # What logging in would tell: the mailbox and its password are made here.
    channel_prove(channel=channel, answer=AccountHealth(channel.account_id))
    channel.refresh_from_db()
    mailbox_ensure(address=MAILBOX, key=secrets.token_urlsafe(24), password=password)
    return channel


def own_mailbox_make() -> None:
    """Let the simulator take the product's own mails, where they are handed to it."""
    if settings.SIMULATOR_MAIL_PORT and settings.EMAIL_HOST == MAIL_HOST:
        mailbox_ensure(
            address=settings.EMAIL_HOST_USER,
            key=secrets.token_urlsafe(24),
            password=settings.EMAIL_HOST_PASSWORD,
        )


def letters_follow() -> None:
    """Point the demo's channels at where the simulator is now."""
    own_mailbox_make()
    # The demo's own channels, known by their invented addresses; there is no scope to ask.
    mine = Channel.unscoped.filter(kind=ChannelKind.EMAIL)
    if settings.SIMULATOR_MAIL_PORT:
        for channel in mine.filter(settings__address=MAILBOX, settings__imap_host=MAIL_HOST):
            channel.settings = {**channel.settings, **_servers()}
            channel.save(update_fields=["settings", "updated_at"])
    for channel in mine.filter(settings__address=ADDRESS):
        if str(channel.settings.get("api_url", "")).endswith("/mail/"):
            channel.settings = {**channel.settings, "api_url": _api_url()}
            channel.save(update_fields=["settings", "updated_at"])


def _servers() -> dict[str, str]:
    port = settings.SIMULATOR_MAIL_PORT
    return {
        **{"imap_host": MAIL_HOST, "imap_port": str(port), "imap_security": "nenhuma"},
        **{"smtp_host": MAIL_HOST, "smtp_port": str(port + 1), "smtp_security": "nenhuma"},
    }


def _api_url() -> str:
    return f"{settings.SIMULATOR_URL}/mail/"
