"""Test data, built with the services that production uses."""

from __future__ import annotations

import json
from datetime import datetime
from email.utils import format_datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Company, Membership
from accounts.services.memberships import member_create
from common.scoping import company_scope
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Message
from omnichannel.services.channels import channel_save
from omnichannel.services.inbound import messages_store
from omnichannel.services.proving import channel_prove
from providers.choices import ChannelKind, MessageKind
from providers.email.mailbox import whole
from providers.facts import AccountRef, InboundMessage, MediaRef
from providers.outgoing import AccountHealth
from webhooks import pipeline
from webhooks.keeping import events_keep
from webhooks.models import InboundEvent
from webhooks.new_event import plain_event
from webhooks.pulling import fetched

PASSWORD = "correta-cavalo-grampo"
ACCOUNT_ID, WABA_ID = "100000000000002", "100000000000001"
PHONE = "5541998887777"
_numbers = count(1)


def next_number() -> int:
    """Return a number no other call returned."""
    return next(_numbers)


def company(name: str) -> Company:
    """Make a company."""
    return Company.objects.create(name=name)


def member(
    of: Company, name: str, role: str = Membership.Role.ATTENDANT, **flags: bool
) -> Membership:
    """Make a person who works in a company; the e-mail is the first name and the company's id."""
    email = f"{name.split()[0].lower()}@{str(of.pk)[-12:]}.example"
    return member_create(company=of, email=email, name=name, password=PASSWORD, role=role, **flags)


def channel(of: Company, **values: Any) -> Channel:
    """Make a WhatsApp channel with a token, proven as a good answer of the provider does it; with
    another `status` it is put there afterwards.
    """
    answer: dict[str, Any] = {
        name: values.pop(name)
        for name in ("phone_number", "currency", "time_zone")
        if name in values
    }
    status = values.pop("status", ChannelStatus.ACTIVE)
    row = claim(of, **values)
    channel_prove(channel=row, answer=answer_for(row, **answer))
    if status != ChannelStatus.ACTIVE:
        Channel.unscoped.filter(pk=row.pk).update(status=status)
        row.status = status
    return row


def claim(of: Company, **values: Any) -> Channel:
    """Make a WhatsApp channel as somebody typed it, before any provider was asked."""
    given: dict[str, Any] = {
        "kind": ChannelKind.WHATSAPP,
        "name": "WhatsApp da recepção",
        "account_id": ACCOUNT_ID,
        "waba_id": WABA_ID,
        "credentials": {"access_token": "token-de-teste"},
    }
    return channel_save(company=of, actor=None, **{**given, **values})


def sms_channel(of: Company, provider: str = "twilio", **settings: Any) -> Channel:
    """Make an SMS channel at a provider, proven."""
    own: dict[str, Any] = {"twilio": {"account_sid": f"AC{'0' * 32}"}}
    secrets = {
        "twilio": {"auth_token": "token-de-teste"},
        "zenvia": {"api_token": "token-de-teste"},
    }
    row = channel_save(
        company=of,
        actor=None,
        kind=ChannelKind.SMS,
        name="SMS",
        settings={"provider": provider, "sender": "27900", **own.get(provider, {}), **settings},
        credentials=secrets.get(provider, {}),
    )
    channel_prove(channel=row, answer=AccountHealth(row.account_id))
    return row


def email_channel(of: Company, **settings: Any) -> Channel:
    """Make a channel of a mailbox, proven; its servers are nowhere unless `settings` say where."""
    given = {
        "provider": "servidor",
        "address": "contato@clinica.example",
        "imap_host": "imap.clinica.example.com",
        "smtp_host": "smtp.clinica.example.com",
        "auth_host": "mx.clinica.example",
    }
    row = channel_save(
        company=of,
        actor=None,
        kind=ChannelKind.EMAIL,
        name="E-mail",
        settings={**given, **settings},
        credentials={"password": "senha-de-teste"},
    )
    channel_prove(channel=row, answer=AccountHealth(row.account_id))
    return row


def mail(
    text: str = "Posso remarcar?",
    *,
    sender: str = "Joana Dias <joana@paciente.example>",
    to: str = "contato@clinica.example",
    subject: str = "Minha consulta",
    message_id: str = "",
    **headers: str,
) -> bytes:
    """Make a mail of plain text; further headers by name, with _ for -."""
    lines = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(timezone.now()),
        "Message-ID": f"<{message_id or f'{next_number()}.{uuid4().hex}@paciente.example'}>",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value != "-")
    return (head + "\r\n" + text.replace("\n", "\r\n")).encode()


def mails(on: Channel, *raws: bytes) -> list[Message]:
    """Keep mails as the reader of mailboxes does and work them off; return the messages that are
    new.
    """
    before = set(Message.unscoped.filter(channel=on).values_list("pk", flat=True))
    events_keep([(str(uuid7()), fetched(on, whole(raw))) for raw in raws])
    pipeline.drain()
    return list(Message.unscoped.filter(channel=on).exclude(pk__in=before).order_by("created_at"))


def messaging_channel(of: Company, kind: str = "instagram", **settings: Any) -> Channel:
    """Make an Instagram or Messenger channel, proven."""
    login = {"login": "instagram"} if kind == ChannelKind.INSTAGRAM else {}
    row = channel_save(
        company=of,
        actor=None,
        kind=kind,
        name="Direct",
        account_id="17841400000000001",
        settings={**login, **settings},
        credentials={"access_token": "token-de-teste"},
    )
    channel_prove(channel=row, answer=AccountHealth(row.account_id))
    return row


SITE = "https://www.clinica.example"


def webchat_channel(of: Company, secret: str = "", **settings: Any) -> Channel:
    """Make the chat of a site, proven. Its form asks for nothing, and has a notice."""
    given = {"origins": SITE, "asks_name": "nao", "asks_phone": "nao", **settings}
    row = channel_save(
        company=of,
        actor=None,
        kind=ChannelKind.WEBCHAT,
        name="Chat do site",
        settings=given,
        credentials={"identity_secret": secret} if secret else {},
    )
    channel_prove(channel=row, answer=AccountHealth(row.account_id))
    return row


def mail_channel(of: Company, **settings: Any) -> Channel:
    """Make an e-mail channel, proven; `settings` say at least where it sends."""
    given = {"provider": "servidor", "address": "contato@clinica.example", **settings}
    row = channel_save(
        company=of,
        actor=None,
        kind=ChannelKind.EMAIL,
        name="E-mail",
        settings=given,
        credentials={"password": "senha-de-teste"},
    )
    channel_prove(channel=row, answer=AccountHealth(row.account_id))
    return row


def answer_for(of: Channel, **values: Any) -> AccountHealth:
    """Make the provider's good answer to a channel's credentials."""
    given = {
        "account_id": of.account_id,
        "waba_id": of.waba_id,
        "is_waba_read": bool(of.waba_id),
        "phone_number": "+551140000000",
    }
    return AccountHealth(**{**given, **values})


def person(phone: str = PHONE, name: str = "Joana Dias", user_id: str = "") -> PersonRef:
    """Name a person as WhatsApp does."""
    refs = [IdentityRef(IdentityKind.WA_BSUID, user_id)] if user_id else []
    refs += [IdentityRef(IdentityKind.WA_PHONE, phone)] if phone else []
    return PersonRef(tuple(refs), name)


def media_ref(media_id: str = "1", **values: Any) -> MediaRef:
    """Name a picture that waits at the provider."""
    given: dict[str, Any] = {"kind": MessageKind.IMAGE, "mime_type": "image/jpeg"}
    return MediaRef(media_id=media_id, **{**given, **values})


def fact(
    on: Channel, *, text: str = "Oi", at: datetime | None = None, **values: Any
) -> InboundMessage:
    """Make an inbound fact as the adapter would."""
    given: dict[str, Any] = {
        "account": AccountRef(on.account_id),
        "external_id": f"wamid.teste{next(_numbers)}",
        "person": person(),
        "kind": MessageKind.TEXT,
        "happened_at": at or timezone.now(),
        "text": text,
    }
    return InboundMessage(**{**given, **values})


def inbound(on: Channel, **values: Any) -> Message:
    """Store one message from a patient and return it."""
    return inbounds(on, fact(on, **values))[0]


def inbounds(on: Channel, *facts: InboundMessage) -> list[Message]:
    """Store messages in one go, as when the provider tells of many."""
    with company_scope(on.company_id):
        return messages_store(channel=on, messages=facts)


def body(on: Channel, *messages: dict[str, Any], **value: Any) -> dict[str, Any]:
    """Make a webhook body about one number, as Meta shapes it."""
    metadata = {"display_phone_number": "551140000000", "phone_number_id": on.account_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    if messages:
        value["messages"] = list(messages)
    change = {"field": "messages", "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": on.waba_id, "changes": [change]}],
    }


def said(words: str = "Oi", /, *, at: float | None = None, **members: Any) -> dict[str, Any]:
    """Make one inbound text as it stands in a body; `at` in seconds since 1970."""
    moment = timezone.now().timestamp() if at is None else at
    given = {"id": f"wamid.corpo{next(_numbers)}", "from": PHONE, "type": "text"}
    return {**given, "timestamp": str(int(moment)), "text": {"body": words}, **members}


def receipt(external_id: str, status: str, *, at: float | None = None, **members: Any) -> Any:
    """Make one receipt as it stands in a body."""
    moment = timezone.now().timestamp() if at is None else at
    given = {"id": external_id, "status": status, "recipient_id": PHONE}
    return {"timestamp": str(int(moment)), **given, **members}


def event(payload: Any, source: str = "whatsapp") -> InboundEvent:
    """Keep a body in the ledger, as the receiver does; the same body gives the same row."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    new = plain_event(source, raw)
    row, _made = InboundEvent.objects.get_or_create(
        dedupe=new.dedupe,
        defaults={"source": source, "body": raw, "lane": new.lane, "lanes": new.lanes},
    )
    return row


def process(*payloads: Any, source: str = "whatsapp") -> list[InboundEvent]:
    """Keep bodies and work them off; return their rows as they ended."""
    rows = [event(payload, source) for payload in payloads]
    pipeline.drain()
    return [InboundEvent.objects.get(pk=row.pk) for row in rows]


def forget_cached() -> None:
    """Empty this process's part of the cache: clear() would empty that of parallel tests too."""
    client = cache._cache.get_client(write=True)  # type: ignore[attr-defined]
    prefix = settings.CACHES["default"]["KEY_PREFIX"]
    if keys := list(client.scan_iter(f"{prefix}:*")):
        client.delete(*keys)
