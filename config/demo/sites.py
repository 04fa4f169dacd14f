"""The demo's chat of a site: the channel, the sample site that embeds it, and one conversation."""

from __future__ import annotations

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.models import Company, Membership
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.channels import channel_save, webhook_seen
from omnichannel.services.facts import facts_apply
from omnichannel.services.outbound import message_send
from omnichannel.services.proving import channel_prove
from omnichannel.services.receipts import token_of
from providers.choices import ChannelKind, MessageStatus
from providers.facts import AccountRef, StatusUpdate
from providers.outgoing import AccountHealth
from providers.registry import adapter_for
from simulator.models import SimSite
from simulator.site.services import site_ensure

# Invented, as everybody in the demo.
VISITOR = "Helena Brandt"
ASKED = "Oi! Vocês fazem holter pelo convênio? Preciso levar o pedido do médico?"
ANSWERED = (
    "Olá, Helena! Fazemos, sim. Traga o pedido e a carteirinha; a instalação leva uns 20 minutos."
)
AGO = timedelta(minutes=55)
# How long the answer took.
LATER = timedelta(minutes=2)


def sites_make(company: Company, author: Membership) -> Channel:
    """Make the channel, the sample site, and a conversation of two messages."""
    secret = secrets.token_urlsafe(36)
    channel = channel_save(
        company=company,
        actor=None,
        kind=ChannelKind.WEBCHAT,
        name="Chat do site",
        is_default=True,
        settings={
            "origins": "\n".join(_origins()),
            "proactive_pattern": "/site/agendar/*",
            "proactive_seconds": "8",
            "proactive_text": "Posso ajudar a marcar sua consulta?",
        },
        credentials={"identity_secret": secret},
    )
    channel_prove(channel=channel, answer=AccountHealth(channel.account_id))
    channel.refresh_from_db()
    site_ensure(
        key=channel.account_id, name=company.name, address=settings.PUBLIC_URL, secret=secret
    )
    _talk(channel, author)
    webhook_seen(channel, timezone.now() - AGO)
    return channel


def sites_follow() -> None:
    """Tell the sample site where we are now, and the demo's channel where the site is."""
    for site in SimSite.objects.all():
        site_ensure(key=site.key, name=site.name, address=settings.PUBLIC_URL, secret=site.secret)
        # The demo's own channel, known by the key that its site has; there is no scope to ask.
        for channel in Channel.unscoped.filter(kind=ChannelKind.WEBCHAT, account_id=site.key):
            known = channel.settings["origins"].split()
            missing = [origin for origin in _origins() if origin not in known]
            if missing:
                origins = "\n".join([*known, *missing])
                channel.settings = {**channel.settings, "origins": origins}
                channel.save(update_fields=["settings", "updated_at"])


def _origins() -> list[str]:
    """Return both names of this machine at the simulator's port: the site has the one that the
    product has not.
    """
    port = urlsplit(settings.SIMULATOR_URL).port
    return [f"http://{name}:{port}" for name in ("localhost", "127.0.0.1")]


def _talk(channel: Channel, author: Membership) -> None:
    """Let a visitor write, and a colleague answer."""
    at = timezone.now() - AGO
    adapter = adapter_for(channel.kind)
    act = {
        "account": channel.account_id,
        "visitor": secrets.token_urlsafe(16),
        "name": VISITOR,
        "act": "message",
        "id": secrets.token_urlsafe(16),
        "text": ASKED,
    }
    facts_apply(channel=channel, facts=list(adapter.parse(act, received_at=at)))
    conversation = Conversation.objects.get(channel=channel)
    message = message_send(conversation=conversation, author=author, text=ANSWERED)
    token = token_of(message)
    receipts = [
        StatusUpdate(
            AccountRef(channel.account_id),
            str(token),
            status,
            at + LATER + timedelta(seconds=seconds),
            token=token,
        )
        for status, seconds in ((MessageStatus.SENT, 1), (MessageStatus.READ, 9))
    ]
    facts_apply(channel=channel, facts=receipts)
    Message.unscoped.filter(pk=message.pk).update(happened_at=at + LATER)
