"""WhatsApp webhook fields about the account, its numbers, and the people's ids and wishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from contacts.refs import PersonRef
from providers.facts import (
    AccountNotice,
    AccountRef,
    CallNotice,
    ContactCard,
    IdentityChange,
    Ignored,
    Parsed,
    PreferenceUpdate,
)
from providers.tolerant import (
    BadShape,
    Json,
    digits,
    ident,
    items,
    label,
    mapping,
    moment,
    name,
    picked,
    required,
    required_id,
    text,
)
from providers.whatsapp.change import Change, faults, identities_of
from providers.whatsapp.errors import fault_scope

Severity = Literal["info", "aviso", "critico"]

# account_update events after which nothing can be sent until a person looks.
STOPPING = frozenset(
    {
        "ACCOUNT_DELETED",
        "ACCOUNT_OFFBOARDED",
        "ACCOUNT_RESTRICTION",
        "PARTNER_REMOVED",
        "PARTNER_APP_UNINSTALLED",
    }
)
WARNING = frozenset({"ACCOUNT_VIOLATION"})
# Restrictions that leave messages alone: of adding numbers, and of calls of whichever kind.
HARMLESS_RESTRICTIONS = re.compile(r"ADD_PHONE_NUMBER|CALL")
ALERT_SEVERITY: dict[str, Severity] = {"CRITICAL": "critico", "WARNING": "aviso"}
QUALITY_EVENTS: dict[str, tuple[Severity, Json]] = {
    "FLAGGED": ("aviso", {"quality": "RED"}),
    "UNFLAGGED": ("info", {"quality": "GREEN"}),
    "DOWNGRADE": ("aviso", {}),
    "THROUGHPUT_UPGRADE": ("info", {"throughput": "HIGH"}),
}


def account_update(change: Change) -> Iterator[Parsed]:
    """Give news of the WABA: bans, restrictions, a partner who came or left."""
    value = change.value
    event = required_id(value.get("event"), "account_update event")
    data = picked(
        value,
        (
            "ban_info",
            "violation_info",
            "restriction_info",
            "volume_tier_info",
            "waba_info",
            "country",
        ),
    )
    severity: Severity = "info"
    stops = resumes = False
    if event == "DISABLED_UPDATE":
        ban = label(mapping(value.get("ban_info")).get("waba_ban_state")).upper()
        resumes = ban == "REINSTATE"
        stops = ban not in ("REINSTATE", "SCHEDULE_FOR_DISABLE")
        severity = "info" if resumes else "critico"
    elif event == "ACCOUNT_RECONNECTED":
        resumes = True
    elif event in STOPPING:
        stops = event != "ACCOUNT_RESTRICTION" or _stops_sending(value)
        severity = "critico" if stops else "aviso"
    elif event in WARNING:
        severity = "critico"
    # A partner's event stands under the business portfolio and names the WABA inside. What names a
    # number is about that number and no other of the account.
    waba_id = ident(mapping(value.get("waba_info")).get("waba_id")) or change.waba_id
    number = digits(value.get("phone_number")) or digits(value.get("display_phone_number"))
    yield AccountNotice(
        account=AccountRef(number, "phone_number", waba_id)
        if number
        else AccountRef(waba_id, "waba_id"),
        code=f"account_update.{label(event)}",
        severity=severity,
        happened_at=change.happened_at,
        data=data,
        stops_channel=stops,
        resumes_channel=resumes,
    )


def _stops_sending(value: Json) -> bool:
    restrictions = value.get("restriction_info")
    kinds = [
        mapping(one).get("restriction_type")
        for one in (restrictions if isinstance(restrictions, list) else [])
    ]
    return not kinds or any(not HARMLESS_RESTRICTIONS.search(label(kind)) for kind in kinds)


def account_alerts(change: Change) -> Iterator[Parsed]:
    """Give an alert that Meta shows in its business manager."""
    value = change.value
    # Older deliveries have the alert's members beside the entity's.
    alert = mapping(value.get("alert_info")) or value
    kind = label(alert.get("alert_type"))
    if not kind:
        raise BadShape("account alert without type")
    entity = ident(value.get("entity_id"))
    is_number = value.get("entity_type") == "PHONE_NUMBER" and entity
    is_over = alert.get("alert_status") == "NONE"
    severity = ALERT_SEVERITY.get(label(alert.get("alert_severity")), "info")
    yield AccountNotice(
        account=AccountRef(entity) if is_number else change.waba,
        code=f"account_alerts.{kind}",
        severity="info" if is_over else severity,
        happened_at=change.happened_at,
        data=picked(alert, ("alert_severity", "alert_status", "alert_description")),
    )


def account_review_update(change: Change) -> Iterator[Parsed]:
    """Give the outcome of Meta's review of the account."""
    decision = label(change.value.get("decision")).upper()
    if not decision:
        raise BadShape("account review without decision")
    yield AccountNotice(
        account=change.waba,
        code=f"account_review_update.{decision}",
        severity="critico" if decision == "REJECTED" else "info",
        happened_at=change.happened_at,
        data={"decision": decision},
    )


def business_capability_update(change: Change) -> Iterator[Parsed]:
    """Give the account's new limits; -1 means unlimited."""
    data = picked(
        change.value,
        (
            "max_daily_conversations_per_business",
            "max_daily_conversation_per_phone",
            "max_phone_numbers_per_business",
            "max_phone_numbers_per_waba",
        ),
    )
    limit = data.get("max_daily_conversations_per_business")
    yield AccountNotice(
        account=change.waba,
        code="business_capability_update",
        severity="info",
        happened_at=change.happened_at,
        data=data,
        health={} if limit is None else {"messaging_limit": ident(limit)},
    )


def business_username_update(change: Change) -> Iterator[Parsed]:
    """Give the public name under which people find the business."""
    data = picked(change.value, ("username", "status"))
    yield AccountNotice(
        account=change.account,
        code="business_username_update",
        severity="info",
        happened_at=change.happened_at,
        data=data,
        health={"username": data.get("username", ""), "username_status": data.get("status", "")},
    )


def phone_number_quality_update(change: Change) -> Iterator[Parsed]:
    """Give a change of the number's quality, limit or throughput."""
    event = label(change.value.get("event")).upper()
    if not event:
        raise BadShape("quality update without event")
    severity, health = QUALITY_EVENTS.get(event, ("info", {}))
    data = picked(
        change.value, ("current_limit", "old_limit", "max_daily_conversations_per_business")
    )
    limit = data.get("max_daily_conversations_per_business") or data.get("current_limit")
    yield AccountNotice(
        account=change.account,
        code=f"phone_number_quality_update.{event}",
        severity=severity,
        happened_at=change.happened_at,
        data=data,
        health={**health, **({"messaging_limit": ident(limit)} if ident(limit) else {})},
    )


def phone_number_name_update(change: Change) -> Iterator[Parsed]:
    """Give the decision about the name that people see."""
    decision = label(change.value.get("decision")).upper()
    if not decision:
        raise BadShape("name update without decision")
    wanted = name(change.value.get("requested_verified_name"))
    health = {"name_status": decision}
    if decision == "APPROVED" and wanted:
        health["verified_name"] = wanted
    yield AccountNotice(
        account=change.account,
        code=f"phone_number_name_update.{decision}",
        severity="info" if decision == "APPROVED" else "aviso",
        happened_at=change.happened_at,
        data={
            "requested_verified_name": wanted,
            **picked(change.value, ("rejection_reason",)),
        },
        health=health,
    )


def security(change: Change) -> Iterator[Parsed]:
    """Give a change of the two-step PIN; who asked for it is a person and stays out of `data`."""
    event = label(change.value.get("event")).upper()
    if not event:
        raise BadShape("security notice without event")
    yield AccountNotice(
        account=change.account,
        code=f"security.{event}",
        severity="aviso",
        happened_at=change.happened_at,
    )


def value_errors(change: Change) -> Iterator[Parsed]:
    """Give errors that concern no single message."""
    for fault in faults(change.value):
        stops = fault_scope(fault.code) == "channel"
        yield AccountNotice(
            account=change.account,
            code=f"error.{fault.code}",
            severity="critico" if stops else "aviso",
            happened_at=change.happened_at,
            data={"title": fault.title, "detail": fault.detail},
            stops_channel=stops,
        )


def preference(change: Change, raw: Any, *, is_only_item: bool) -> Parsed:
    """Return whether a person wants marketing, as told to WhatsApp. Raises BadShape."""
    raw = required(raw, "preference")
    value, category = label(raw.get("value")), label(raw.get("category"))
    if value not in ("stop", "resume", "signup") or category not in ("marketing_messages", ""):
        return Ignored(change.account, f"user_preferences.{category}.{value}")
    return PreferenceUpdate(
        account=change.account,
        person=change.person(
            raw.get("wa_id"),
            raw.get("user_id"),
            raw.get("parent_user_id"),
            is_only_item=is_only_item,
        ),
        granted=value != "stop",
        happened_at=moment(raw.get("timestamp"), change.received_at),
        detail=text(raw.get("detail"), 500),
    )


def user_id_update(change: Change, raw: Any, *, is_only_item: bool) -> Iterator[Parsed]:
    """Give the moves of a person's user ids. Raises BadShape."""
    raw = required(raw, "user id update")
    phone = identities_of(ident(raw.get("wa_id")), "")
    user, parent = mapping(raw.get("user_id")), mapping(raw.get("parent_user_id"))
    found = False
    for old, new in (
        (
            identities_of("", ident(user.get("previous"))) or phone,
            identities_of("", ident(user.get("current"))),
        ),
        (
            identities_of("", "", ident(parent.get("previous"))),
            identities_of("", "", ident(parent.get("current"))),
        ),
    ):
        if old and new:
            found = True
            yield IdentityChange(
                account=change.account,
                old=old[0],
                new=new[0],
                happened_at=moment(raw.get("timestamp"), change.received_at),
                detail="user_id_update",
                address=(new[0], *phone),
            )
    if not found:
        raise BadShape("user id update without both ids")


def call(change: Change, raw: Any, *, is_only_item: bool) -> Parsed:
    """Return a call that a person began: not answered here, but it opens the window."""
    raw = required(raw, "call")
    event = label(raw.get("event"))
    if event != "connect" or label(raw.get("direction")) == "BUSINESS_INITIATED":
        return Ignored(change.account, f"calls.{event}")
    return CallNotice(
        account=change.account,
        person=change.person(raw.get("from"), raw.get("from_user_id"), is_only_item=is_only_item),
        external_id=required_id(raw.get("id"), "call id"),
        happened_at=moment(raw.get("timestamp"), change.received_at),
    )


def address_book(change: Change, raw: Any, *, is_only_item: bool) -> Parsed:
    """Return an entry of the phone's own address book. Raises BadShape."""
    raw = required(raw, "state sync")
    if raw.get("type") != "contact":
        return Ignored(change.account, f"smb_app_state_sync.{label(raw.get('type'))}")
    card = required(raw.get("contact"), "contact")
    identities = identities_of(
        digits(card.get("phone_number")),
        ident(card.get("user_id")),
        ident(card.get("parent_user_id")),
    )
    if not identities:
        raise BadShape("address book entry without number")
    return ContactCard(
        account=change.account,
        person=PersonRef(
            identities=identities,
            name=name(card.get("full_name")) or name(card.get("first_name")),
            username=name(card.get("username")).lstrip("@"),
        ),
        happened_at=moment(mapping(raw.get("metadata")).get("timestamp"), change.received_at),
        is_removed=raw.get("action") == "remove",
    )


def history_threads(change: Change, raw: Any) -> list[tuple[str, Any]]:
    """Return (thread id, message) of one chunk of imported history. Raises BadShape."""
    found = []
    for thread in items(required(raw, "history chunk"), "threads"):
        thread = required(thread, "history thread")
        thread_id = ident(thread.get("id"))
        found += [(thread_id, one) for one in items(thread, "messages")]
    return found


def history_refused(change: Change, raw: Any) -> Iterator[Parsed]:
    """Give the refusal of a business that does not share its past conversations."""
    for fault in faults(mapping(raw)):
        yield AccountNotice(
            account=change.account,
            code=f"history.{fault.code}",
            severity="info",
            happened_at=change.happened_at,
            data={"title": fault.title, "detail": fault.detail},
        )
