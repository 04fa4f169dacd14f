"""What people and accounts do: written down first, told to the account's owner afterwards."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from simulator.meta.models import SimAccount, SimDirect, SimDirectFile, SimDirectWebhook

Json = dict[str, Any]
Platform = SimAccount.Platform
# What the fake app is called where the installation names none.
APP_ID = "100000000000009"
# The post that people comment on.
POST = "18000000000000055"
ECHO_SECONDS, DELIVERY_SECONDS = 0.4, 0.8


def app_id() -> str:
    """Return the id of the app that sends: the first that the installation names."""
    return str(settings.META_APP_IDS[0]) if settings.META_APP_IDS else APP_ID


def account_ensure(
    *, platform: str, account_id: str, name: str, token: str, webhook_url: str
) -> SimAccount:
    """Make an account, or point the one there is at its owner's new address."""
    account, _made = SimAccount.objects.update_or_create(
        account_id=account_id,
        defaults={"platform": platform, "name": name, "token": token, "webhook_url": webhook_url},
    )
    return account


def mid_new() -> str:
    """Return an id as Meta's messages have."""
    return f"m_{secrets.token_urlsafe(40)}"


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo that a person sends; the owner finds it at `address` of the message's id. With
    `story` it is the story that the words answer ("reply") or that names the account ("mention").
    """

    data: bytes
    address: Callable[[str], str]
    story: str = ""


@transaction.atomic
def person_writes(
    *,
    account: SimAccount,
    person: str,
    name: str,
    text: str = "",
    payload: str = "",
    photo: SentPhoto | None = None,
    quotes: str = "",
) -> SimDirect:
    """Write as a person: words, a tapped quick reply (`payload`), or a photo. `quotes` is the
    message that is answered.
    """
    row = SimDirect(
        account=account,
        person=person,
        person_name=name,
        is_inbound=True,
        external_id=mid_new(),
        text=text,
        quotes=quotes,
        about=photo.story if photo else "",
    )
    message: Json = {"mid": row.external_id}
    if quotes:
        message["reply_to"] = {"mid": quotes}
    if text:
        message["text"] = text
    if payload:
        message["quick_reply"] = {"payload": payload}
    if photo:
        row.file_kind = "image"
        row.file.save(f"{row.external_id}.jpg", ContentFile(photo.data), save=False)
        url = photo.address(row.external_id)
        if photo.story == "reply":
            message["reply_to"] = {"story": {"id": POST, "url": url}}
        else:
            kind = "story_mention" if photo.story else "image"
            message["attachments"] = [{"type": kind, "payload": {"url": url}}]
    row.save()
    tell(account, person, {"message": message})
    return row


@transaction.atomic
def person_taps(
    *, account: SimAccount, person: str, name: str, title: str, payload: str
) -> SimDirect:
    """Tap a question, a line of the menu or the button that begins."""
    row = SimDirect.objects.create(
        account=account,
        person=person,
        person_name=name,
        is_inbound=True,
        external_id=mid_new(),
        text=title,
        about="tap",
    )
    tap = {"mid": row.external_id, "title": title, "payload": payload}
    tell(account, person, {"postback": tap})
    return row


@transaction.atomic
def person_comments(
    *, account: SimAccount, person: str, name: str, text: str, is_boosted: bool = False
) -> SimDirect:
    """Write in public below a post; that of an advertisement is told twice."""
    row = SimDirect.objects.create(
        account=account,
        person=person,
        person_name=name,
        is_inbound=True,
        external_id=mid_new(),
        comment_id=str(secrets.randbelow(10**16) + 10**16),
        text=text,
        about=POST,
    )
    tell_change(account, comment_of(row))
    if is_boosted:
        tell_change(account, comment_of(row, advert="Clareamento em julho"))
    return row


def comment_of(row: SimDirect, advert: str = "") -> Json:
    """Return the change that tells of a comment, as its platform tells it."""
    if row.account.platform == Platform.PAGE:
        value: Json = {
            "item": "comment",
            "verb": "add",
            "comment_id": row.comment_id,
            "post_id": f"{row.account.account_id}_{POST}",
            "from": {"id": row.person, "name": row.person_name},
            "message": row.text,
            "created_time": int(row.created_at.timestamp()),
        }
        return {"field": "feed", "value": value}
    media: Json = {"id": POST, "media_product_type": "FEED"}
    if advert:
        media |= {"id": "77", "original_media_id": POST, "ad_id": "9", "ad_title": advert}
    username = row.person_name.partition(" ")[0].lower()
    value = {
        "id": row.comment_id,
        "text": row.text,
        "from": {"id": row.person, "username": username},
        "media": media,
    }
    return {"field": "comments", "value": value}


@transaction.atomic
def person_unsends(row: SimDirect) -> None:
    """Take back what a person wrote."""
    row.is_deleted = True
    row.save(update_fields=["is_deleted", "updated_at"])
    tell(row.account, row.person, {"message": {"mid": row.external_id, "is_deleted": True}})


@transaction.atomic
def person_reacts(row: SimDirect, emoji: str) -> None:
    """Put an emoji on a message, or take it away."""
    row.reaction = emoji
    row.save(update_fields=["reaction", "updated_at"])
    said = {"action": "react", "emoji": emoji} if emoji else {"action": "unreact"}
    tell(row.account, row.person, {"reaction": {"mid": row.external_id, **said}})


@transaction.atomic
def person_reads(account: SimAccount, person: str) -> None:
    """Read everything that the account wrote to a person."""
    rows = SimDirect.objects.filter(account=account, person=person, is_inbound=False, is_read=False)
    last = rows.order_by("-created_at", "-id").first()
    if last is None:
        return
    rows.update(is_read=True)
    is_page = account.platform == Platform.PAGE
    mark: Json = {"watermark": _now()} if is_page else {"mid": last.external_id}
    tell(account, person, {"read": mark})


@transaction.atomic
def staff_writes(account: SimAccount, person: str, text: str) -> SimDirect:
    """Write in the platform's own app, as somebody of the clinic."""
    row = SimDirect.objects.create(
        account=account, person=person, is_inbound=False, external_id=mid_new(), text=text
    )
    tell(account, person, {"message": {"mid": row.external_id, "text": text}}, is_echo=True)
    return row


@transaction.atomic
def message_accept(account: SimAccount, person: str, message: Json, quotes: str = "") -> SimDirect:
    """Take a message of the account's owner, and plan its echo and what follows."""
    payload = (message.get("attachment") or {}).get("payload") or {}
    stored = SimDirectFile.objects.filter(
        account=account, attachment_id=str(payload.get("attachment_id", ""))
    ).first()
    row = SimDirect.objects.create(
        account=account,
        person=person,
        is_inbound=False,
        external_id=mid_new(),
        text=str(message.get("text", "")),
        file=stored.file.name if stored else "",
        file_kind=stored.kind if stored else "",
        choices=message.get("quick_replies") or [],
        quotes=quotes,
    )
    if account.echo == SimAccount.Echo.AFTER:
        tell(account, person, echo_of(row, message), is_echo=True, seconds=ECHO_SECONDS)
    if account.platform == Platform.PAGE:
        mark = {"mids": [row.external_id], "watermark": _now()}
        tell(account, person, {"delivery": mark}, seconds=DELIVERY_SECONDS)
    return row


def echo_of(row: SimDirect, message: Json) -> Json:
    """Return the echo of a sent message; only a Page's brings its metadata back."""
    echo: Json = {"mid": row.external_id, "text": row.text, "app_id": app_id()}
    if row.account.platform == Platform.PAGE and message.get("metadata"):
        echo["metadata"] = message["metadata"]
    return {"message": echo}


def body_of(account: SimAccount, person: str, event: Json, *, is_echo: bool = False) -> Json:
    """Return a webhook body with one event."""
    ends = [{"id": person}, {"id": account.account_id}]
    sender, recipient = reversed(ends) if is_echo else ends
    if is_echo:
        event = {**event, "message": {**event["message"], "is_echo": True}}
    now = _now()
    whole = {"sender": sender, "recipient": recipient, "timestamp": now, **event}
    box = "standby" if account.is_held else "messaging"
    entry = {"id": account.account_id, "time": now, box: [whole]}
    return {"object": account.platform, "entry": [entry]}


def tell(
    account: SimAccount, person: str, event: Json, *, is_echo: bool = False, seconds: float = 0
) -> SimDirectWebhook | None:
    """Plan the webhook of one event, None while nobody subscribed."""
    return _plan(account, body_of(account, person, event, is_echo=is_echo), seconds)


def tell_change(account: SimAccount, change: Json) -> SimDirectWebhook | None:
    """Plan the webhook of something that happened in public."""
    entry = {"id": account.account_id, "time": _now() // 1000, "changes": [change]}
    return _plan(account, {"object": account.platform, "entry": [entry]})


def _plan(account: SimAccount, body: Json, seconds: float = 0) -> SimDirectWebhook | None:
    if not account.is_subscribed:
        return None
    return SimDirectWebhook.objects.create(
        account=account,
        body=json.dumps(body),
        turn_at=timezone.now() + timedelta(seconds=seconds),
    )


def _now() -> int:
    return int(timezone.now().timestamp() * 1000)
