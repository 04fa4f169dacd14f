"""Test data, built with the services that production uses."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import Company, Membership
from accounts.services.memberships import member_create
from common.scoping import company_scope
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.adapters.base import AccountRef, InboundMessage, MediaRef
from omnichannel.choices import ChannelKind, ChannelStatus, MessageKind
from omnichannel.models import Channel, Message
from omnichannel.services.channels import channel_save
from omnichannel.services.inbound import messages_store

PASSWORD = "correta-cavalo-grampo"
ACCOUNT_ID, WABA_ID = "100000000000002", "100000000000001"
PHONE = "5541998887777"
_numbers = count(1)


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
    """Make an active WhatsApp channel with a token."""
    given: dict[str, Any] = {
        "kind": ChannelKind.WHATSAPP,
        "name": "WhatsApp da recepção",
        "status": ChannelStatus.ACTIVE,
        "account_id": ACCOUNT_ID,
        "waba_id": WABA_ID,
        "phone_number": "+551140000000",
        "credentials": {"access_token": "token-de-teste"},
    }
    return channel_save(company=of, actor=None, **{**given, **values})


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
    with company_scope(on.company_id):
        (message,) = messages_store(channel=on, messages=[fact(on, **values)])
    return message
