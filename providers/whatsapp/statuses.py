"""Delivery receipts of WhatsApp (Meta's status reference, 2026-09-14)."""

from __future__ import annotations

from typing import Any

from providers.choices import MessageStatus
from providers.facts import Ignored, Parsed, StatusUpdate
from providers.tolerant import (
    Json,
    ident,
    label,
    mapping,
    moment,
    picked,
    required,
    required_id,
)
from providers.whatsapp.change import Change, faults, identities_of

STATUSES = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.PLAYED,
    "failed": MessageStatus.FAILED,
}
PRICING_KEYS = ("billable", "pricing_model", "type", "category")


def status(change: Change, raw: Any, *, is_only_item: bool) -> Parsed:
    """Return the receipt of one `statuses[]` item. Raises BadShape."""
    raw = required(raw, "status")
    external_id = required_id(raw.get("id"), "status message id")
    word = label(raw.get("status"))
    known = STATUSES.get(word)
    if known is None:
        return Ignored(change.account, f"status.{word}")
    if raw.get("recipient_type") == "group":
        return Ignored(change.account, "group_status")
    phone, user_id = ident(raw.get("recipient_id")), ident(raw.get("recipient_user_id"))
    contact = change.contact(phone, user_id, is_only_item=is_only_item)
    return StatusUpdate(
        account=change.account,
        external_id=external_id,
        status=known,
        happened_at=moment(raw.get("timestamp"), change.received_at),
        token=ident(raw.get("biz_opaque_callback_data")),
        fault=next(faults(raw), None),
        pricing=picked(raw.get("pricing"), PRICING_KEYS) or None,
        metadata=_metadata(raw),
        recipient=identities_of(
            phone or ident(contact.get("wa_id")),
            user_id or ident(contact.get("user_id")),
            ident(raw.get("recipient_parent_user_id")) or ident(contact.get("parent_user_id")),
        ),
    )


def _metadata(raw: Json) -> Json:
    conversation = mapping(raw.get("conversation"))
    if not conversation:
        return {}
    shown = picked(conversation, ("id", "expiration_timestamp"))
    if origin := label(mapping(conversation.get("origin")).get("type")):
        shown["origin"] = origin
    return {"conversation": shown}
