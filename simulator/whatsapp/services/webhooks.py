"""Webhooks are written down first and posted by the delivery loop, so a restart loses none."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from simulator.whatsapp.models import SimMessage, SimNumber, SimPerson, SimWebhook
from simulator.whatsapp.services import bell

Json = dict[str, Any]
# Fields about a chat come without `entry.time`; account news carries it.
CHAT_FIELDS = frozenset({"messages", "smb_message_echoes"})


def escaped(value: Any) -> str:
    """Write JSON with Meta's escapes: \\uXXXX for everything beyond ASCII and \\/ for the slash."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/")


def metadata(number: SimNumber) -> Json:
    """Name the clinic's number, as every chat update does."""
    return {"display_phone_number": number.wa_id, "phone_number_id": number.phone_number_id}


def contact(person: SimPerson, *, with_username: bool = True) -> Json:
    """Name the person; the phone is absent when a username hides it."""
    profile: Json = {"name": person.name}
    if person.username and with_username:
        profile["username"] = f"@{person.username}"
    entry: Json = {"profile": profile}
    if not person.is_phone_hidden:
        entry["wa_id"] = person.wa_id
    return {**entry, "user_id": person.bsuid}


def webhook_row(
    *,
    number: SimNumber,
    field: str,
    value: Json,
    order_key: str,
    turn_at: datetime | None = None,
    message: SimMessage | None = None,
    is_badly_signed: bool = False,
) -> SimWebhook:
    """Make one update, not yet written down."""
    return SimWebhook(
        number=number,
        message=message,
        field=field,
        value=escaped(value),
        order_key=order_key,
        turn_at=turn_at or timezone.now(),
        is_badly_signed=is_badly_signed,
    )


def webhooks_enqueue(*, number: SimNumber, rows: list[SimWebhook]) -> SimWebhook | None:
    """Write updates down for delivery and return the last; None when the app is not subscribed."""
    if not number.is_subscribed or not rows:
        return None
    SimWebhook.objects.bulk_create(rows)
    transaction.on_commit(bell.ring)
    return rows[-1]


def account_news(*, number: SimNumber, field: str, value: Json) -> SimWebhook | None:
    """Write down news about the account or one of its templates."""
    key = f"conta:{number.waba_id}"
    row = webhook_row(number=number, field=field, value=value, order_key=key)
    return webhooks_enqueue(number=number, rows=[row])


def webhook_repeat(*, number: SimNumber) -> SimWebhook | None:
    """Post the newest delivered update again, byte for byte. Returns None when there is none."""
    last = number.webhooks.filter(delivered_at__isnull=False).order_by("-delivered_at").first()
    if last is None:
        return None
    row = SimWebhook.objects.create(
        number=number,
        field=last.field,
        value=last.value,
        order_key=last.order_key,
        turn_at=timezone.now(),
    )
    transaction.on_commit(bell.ring)
    return row


def chat_key(number: SimNumber, person: SimPerson) -> str:
    """Name the line in which updates of one chat stand; numbers that batch have a single line."""
    if number.webhook_batch > 1:
        return f"lote:{number.pk.hex}"
    return f"{number.pk.hex[-12:]}:{person.pk.hex}"


def later(seconds: float) -> datetime:
    """Give the moment so many seconds from now."""
    return timezone.now() + timedelta(seconds=seconds)
