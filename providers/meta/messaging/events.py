"""What each event of a `messaging` box says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings

from providers.choices import MessageKind, MessageStatus
from providers.content import Answer
from providers.facts import (
    AccountNotice,
    EditUpdate,
    Ignored,
    InboundMessage,
    Json,
    Malformed,
    Parsed,
    ReactionUpdate,
    RevokeUpdate,
    StatusUpdate,
    ThreadControl,
    Watermark,
)
from providers.meta.messaging.attachments import said_by, story_answered
from providers.meta.messaging.item import ENFORCEMENT, MessagingItem
from providers.tolerant import (
    ident,
    label,
    mapping,
    moment,
    required,
    required_id,
    text,
)

# What we ask Meta to give back with an echo: whose row it is, and its id.
TOKEN = re.compile(r"[a-z]{3}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?::\d{1,4})?")
# Reactions that come with a name and no sign.
EMOJIS = {
    "love": "❤️",
    "smile": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😠",
    "like": "👍",
    "dislike": "👎",
}
UNKNOWN_REACTION = "👍"
REASON_LENGTH = 300
# Who answers a thread is not always told.
SOMEBODY = "?"


def facts_of(item: MessagingItem) -> Iterator[Parsed]:
    """Give the facts of one event. Raises BadShape."""
    if item.is_self:
        yield Ignored(item.account, "is_self")
        return
    for name, read in READERS.items():
        if name in item.raw and (item.person.identities or name == ENFORCEMENT):
            yield from read(item, required(item.raw[name], name))
            return
    known = {"sender", "recipient", "timestamp"}
    other = next((name for name in item.raw if name not in known), "")
    yield Ignored(item.account, label(other) or "event")


def _message(item: MessagingItem, message: Json) -> Iterator[Parsed]:
    mid = required_id(message.get("mid"), "mid")
    if message.get("is_deleted") is True:
        yield RevokeUpdate(item.account, item.person, mid, item.happened_at, is_echo=item.is_ours)
        return
    token = text(message.get("metadata"), 255)
    token = token if TOKEN.fullmatch(token) else ""
    if item.is_ours and (token or ident(message.get("app_id")) in settings.META_APP_IDS):
        # Everything that we send comes back: it is no message, but the news that it left.
        yield StatusUpdate(item.account, mid, MessageStatus.SENT, item.happened_at, token=token)
        return
    said = said_by(message)
    reply = mapping(message.get("reply_to"))
    if "story" in reply:
        said = story_answered(said, mapping(reply["story"]))
    metadata = {**said.metadata, **_referral(message.get("referral"))}
    yield InboundMessage(
        account=item.account,
        external_id=mid,
        person=item.person,
        kind=said.kind,
        happened_at=item.happened_at,
        text=said.text,
        media=said.media,
        reply_to=ident(reply.get("mid")),
        content=said.content,
        metadata=metadata,
        opens_window=not item.is_ours,
        is_echo=item.is_ours,
    )


def _edit(item: MessagingItem, edit: Json) -> Iterator[Parsed]:
    new = edit.get("text")
    yield EditUpdate(
        account=item.account,
        person=item.person,
        target=required_id(edit.get("mid"), "mid"),
        text=text(new) if isinstance(new, str) else None,
        happened_at=item.happened_at,
        is_echo=item.is_ours,
    )


def _reaction(item: MessagingItem, reaction: Json) -> Iterator[Parsed]:
    emoji = ""
    if reaction.get("action") != "unreact":
        named = EMOJIS.get(text(reaction.get("reaction"), 20), UNKNOWN_REACTION)
        emoji = text(reaction.get("emoji"), 16) or named
    yield ReactionUpdate(
        account=item.account,
        person=item.person,
        target=required_id(reaction.get("mid"), "mid"),
        emoji=emoji,
        happened_at=item.happened_at,
        is_echo=item.is_ours,
    )


def _postback(item: MessagingItem, postback: Json) -> Iterator[Parsed]:
    """Read a tap on an ice breaker, a menu or a button of a card."""
    key = text(postback.get("payload"), 1000)
    title = text(postback.get("title"), 1000) or key
    yield InboundMessage(
        account=item.account,
        external_id=ident(postback.get("mid")) or item.name_for("postback"),
        person=item.person,
        kind=MessageKind.INTERACTIVE,
        happened_at=item.happened_at,
        text=title,
        content=Answer(key=key or title, title=title),
        metadata=_referral(postback.get("referral")),
    )


def _opened(item: MessagingItem, referral: Json) -> Iterator[Parsed]:
    """Read that a person came by a link or an advertisement; nothing was said yet."""
    yield InboundMessage(
        account=item.account,
        external_id=item.name_for("referral"),
        person=item.person,
        kind=MessageKind.SYSTEM,
        happened_at=item.happened_at,
        metadata={"event": "anuncio", **_referral(referral)},
        opens_window=False,
    )


def _read(item: MessagingItem, read: Json) -> Iterator[Parsed]:
    yield from _watermark(item, read, MessageStatus.READ)


def _delivery(item: MessagingItem, delivery: Json) -> Iterator[Parsed]:
    mids = delivery.get("mids")
    for mid in mids if isinstance(mids, list) else []:
        if found := ident(mid):
            yield StatusUpdate(item.account, found, MessageStatus.DELIVERED, item.happened_at)
    if "watermark" in delivery:
        yield from _watermark(item, delivery, MessageStatus.DELIVERED)


def _watermark(item: MessagingItem, found: Json, status: MessageStatus) -> Iterator[Parsed]:
    """Read up to where the person got: Instagram names a message, Messenger a moment."""
    if item.is_ours:
        yield Ignored(item.account, "own_read")
        return
    mid, until = ident(found.get("mid")), found.get("watermark")
    if not mid and until is None:
        yield Malformed(item.account, "read names no message")
        return
    yield Watermark(
        account=item.account,
        person=item.person,
        status=status,
        happened_at=item.happened_at,
        message=mid,
        until=None if mid else moment(until, item.received_at),
    )


def _enforcement(item: MessagingItem, found: Json) -> Iterator[Parsed]:
    action = label(found.get("action")) or "unknown"
    yield AccountNotice(
        account=item.account,
        code=f"policy_enforcement.{action}",
        severity="critico" if action == "block" else "aviso",
        happened_at=item.happened_at,
        data={"reason": text(found.get("reason"), REASON_LENGTH)},
        stops_channel=action == "block",
        resumes_channel=action == "unblock",
    )


def _referral(value: Any) -> Json:
    """Return how the person came here, as messages keep it."""
    referral = mapping(value)
    if not referral:
        return {}
    about = mapping(referral.get("ads_context_data"))
    is_ad = text(referral.get("source"), 40).upper() == "ADS" or bool(referral.get("ad_id"))
    found = {
        "source_type": "ad" if is_ad else "link",
        "source_id": ident(referral.get("ad_id")),
        "headline": text(about.get("ad_title"), 500) or text(referral.get("ref"), 500),
        "source_url": text(referral.get("referer_uri"), 2000),
        "ref": text(referral.get("ref"), 2083),
    }
    return {"referral": {name: kept for name, kept in found.items() if kept}}


def _control(item: MessagingItem, found: Json) -> Iterator[Parsed]:
    """Read that a thread goes to another application, or comes to ours."""
    new = ident(found.get("new_owner_app_id"))
    app = "" if new and new in settings.META_APP_IDS else new or SOMEBODY
    yield ThreadControl(item.account, item.person, app, item.happened_at)


READERS: dict[str, Callable[[MessagingItem, Json], Iterator[Parsed]]] = {
    "message": _message,
    "message_edit": _edit,
    "reaction": _reaction,
    "postback": _postback,
    "referral": _opened,
    "read": _read,
    "delivery": _delivery,
    "pass_thread_control": _control,
    "take_thread_control": _control,
    ENFORCEMENT: _enforcement,
}
