"""The demo's SMS channel, at the simulator's Twilio, and one conversation by it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from accounts.models import Company, Membership
from omnichannel.models import Channel, Conversation, Message, Rate
from omnichannel.services.channels import channel_save, webhook_seen
from omnichannel.services.facts import facts_apply
from omnichannel.services.outbound import message_send
from omnichannel.services.proving import channel_prove
from omnichannel.services.receipts import token_of
from providers.choices import ChannelKind, MessageStatus, PriceCategory
from providers.delivery import Delivery
from providers.facts import AccountRef, StatusUpdate
from providers.outgoing import AccountHealth
from providers.registry import adapter_for
from simulator.models import SimSms, SimSmsLine
from simulator.sms.services import line_ensure

ACCOUNT_SID = f"AC{'0' * 32}"
SENDER = "27900"
# Invented, as everybody in the demo.
PATIENT = "5541990000377"
ASKED = "Bom dia! Aqui e a Marli, mae da Sofia. Consigo trocar a consulta dela para sexta?"
ANSWERED = (
    "Olá, Marli! Na sexta temos às 9h30 ou às 14h com a Dra. Inês. Qual prefere? Responda 1 ou 2."
)
AGO = timedelta(minutes=40)
# How long the answer took.
LATER = timedelta(minutes=3)


def texts_make(company: Company, author: Membership) -> Channel:
    """Make the channel, its line at the simulator, and a conversation of two texts."""
    secret = secrets.token_urlsafe(24)
    channel = channel_save(
        company=company,
        actor=None,
        kind=ChannelKind.SMS,
        name="SMS da clínica",
        is_default=True,
        settings={
            "provider": "twilio",
            "sender": SENDER,
            "account_sid": ACCOUNT_SID,
            "api_url": _api_url(),
        },
        credentials={"auth_token": secret},
    )
    # What validating it at the simulator answers: the line and its secret are made below.
    channel_prove(channel=channel, answer=AccountHealth(channel.account_id, phone_number=SENDER))
    channel.refresh_from_db()
    line = line_ensure(
        provider=SimSmsLine.Provider.TWILIO,
        account=ACCOUNT_SID,
        sender=SENDER,
        secret=secret,
        callback_url=channel.callback_url(),
    )
    # Nobody publishes these prices; this one only shows what a text costs.
    Rate.unscoped.create(
        company=company,
        market="BR",
        category=PriceCategory.SMS_TWILIO,
        currency=channel.currency,
        valid_from=timezone.localdate().replace(month=1, day=1),
        price=Decimal("0.09"),
        source="Demonstração",
    )
    _talk(channel, line, author)
    webhook_seen(channel, timezone.now() - AGO)
    return channel


def texts_follow() -> None:
    """Point the demo's channel at where the simulator is now, and its line at where we are."""
    # The demo's own channel, known by its invented account; there is no scope to ask.
    demos = Channel.unscoped.filter(kind=ChannelKind.SMS, settings__account_sid=ACCOUNT_SID)
    for channel in demos:
        channel.settings = {**channel.settings, "api_url": _api_url()}
        channel.save(update_fields=["settings", "updated_at"])
        SimSmsLine.objects.filter(account=ACCOUNT_SID).update(callback_url=channel.callback_url())


def _api_url() -> str:
    return f"{settings.SIMULATOR_URL}/sms/twilio"


def _talk(channel: Channel, line: SimSmsLine, author: Membership) -> None:
    """Let a patient write, and a colleague answer, as the provider would have told it."""
    at = timezone.now() - AGO
    asked = _keep(line, ASKED, is_inbound=True)
    form = {
        "MessageSid": asked.external_id,
        "AccountSid": ACCOUNT_SID,
        "From": f"+{PATIENT}",
        "To": SENDER,
        "Body": ASKED,
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    delivery = Delivery(headers=headers, body=urlencode(form).encode())
    adapter = adapter_for(channel.kind)
    payload = adapter.read_for(channel.account(), delivery)
    facts_apply(channel=channel, facts=list(adapter.parse(payload, received_at=at)))
    conversation = Conversation.objects.get(channel=channel)
    message = message_send(conversation=conversation, author=author, text=ANSWERED)
    answered = _keep(line, message.text, is_inbound=False)
    receipts = [
        StatusUpdate(
            AccountRef("", by="door_key"),
            answered.external_id,
            status,
            at + LATER + timedelta(seconds=seconds),
            token=token_of(message),
        )
        for status, seconds in ((MessageStatus.SENT, 1), (MessageStatus.DELIVERED, 4))
    ]
    facts_apply(channel=channel, facts=receipts)
    Message.unscoped.filter(pk=message.pk).update(happened_at=at + LATER)


def _keep(line: SimSmsLine, text: str, *, is_inbound: bool) -> SimSms:
    return SimSms.objects.create(
        line=line,
        is_inbound=is_inbound,
        phone=PATIENT,
        text=text,
        external_id=f"SM{secrets.token_hex(16)}",
        status="recebida" if is_inbound else "entregue",
    )
