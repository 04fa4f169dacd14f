"""WhatsApp webhook bodies as facts.

`parse` is pure and never raises: an item without its documented shape becomes `Malformed` and the
rest of the batch goes on. Fields follow Meta's webhook reference (messages 2026-06-17, statuses
2026-09-14).

What a message says beside its text is its `content` (providers/content.py). What
`InboundMessage.metadata` holds, each member only when the message has it:

    referral          {source_url, source_id, source_type, headline, body, media_type, image_url,
                      video_url, thumbnail_url, ctwa_clid, welcome_message}
    referred_product  {catalog_id, product_retailer_id}
    unsupported       {type: Meta's name of it, inner_type?, errors?[{code, title, detail}]}
    history           {status: READ, DELIVERED, ...} for imported messages
    forwarded, frequently_forwarded, animated: true

The text of an interactive answer is the title that the person tapped; an order's is the note on it.
`StatusUpdate.metadata` may hold `conversation` {id, expiration_timestamp?, origin?}; `pricing` is
{billable, pricing_model, type, category}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from providers.facts import AccountRef, Ignored, Malformed, Parsed
from providers.tolerant import BadShape, ident, items, label, moment, required
from providers.whatsapp import messages, notices, template_news
from providers.whatsapp.change import Change
from providers.whatsapp.statuses import status

NOBODY = AccountRef("", "waba_id")
OBJECT = "whatsapp_business_account"

# A hint is looked for near the beginning only: it chooses a lane, it does not route.
HINT_BYTES = 65_536
PHONE_NUMBER_ID = re.compile(rb'"phone_number_id"\s{0,8}:\s{0,8}"?([\w.-]{1,64})')
ENTRY_ID = re.compile(rb'"id"\s{0,8}:\s{0,8}"?([\w.-]{1,64})')
# Inside a text the quotes around a name would be escaped.
NAMED = re.compile(
    rb'"(display_phone_number|from|to|recipient_id|wa_id|new_wa_id|previous|current'
    rb"|(?:from_|to_|recipient_)?user_id)\"\s{0,8}:\s{0,8}\"\+?([\w.-]{1,128})\""
)


def parse(payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
    """Give the facts of one webhook body, in its own order. Pure; never raises.

    `received_at` (aware, default now) stands in for moments that make no sense and bounds future
    ones.
    """
    received_at = received_at or datetime.now(UTC)
    try:
        envelope = required(payload, "payload")
        if envelope.get("object", OBJECT) != OBJECT:
            raise BadShape(f"object is {label(envelope.get('object')) or 'no text'}")
        if "entry" not in envelope:
            raise BadShape("entry is missing")
        entries = items(envelope, "entry")
    except BadShape as problem:
        yield Malformed(NOBODY, str(problem))
        return
    for entry in entries:
        yield from _entry(entry, received_at)


def account_hint(body: bytes) -> bytes | None:
    """Return the first phone number id (else entry id) in a raw body, without parsing it."""
    found = PHONE_NUMBER_ID.search(body, 0, HINT_BYTES) or ENTRY_ID.search(body, 0, HINT_BYTES)
    return found[1] if found else None


def people_hint(body: bytes) -> set[bytes]:
    """Return every number and user id a raw body names, without parsing it. The business itself is
    named where somebody quotes it or where staff write from the phone; it is nobody's order.
    """
    named: set[bytes] = set()
    own: set[bytes] = set()
    for key, value in NAMED.findall(body):
        (own if key == b"display_phone_number" else named).add(value)
    return named - own


def _entry(entry: Any, received_at: datetime) -> Iterator[Parsed]:
    account = NOBODY
    try:
        entry = required(entry, "entry")
        waba_id = ident(entry.get("id"))
        account = AccountRef(waba_id, "waba_id")
        if "changes" not in entry:
            raise BadShape("changes is missing")
        changes = items(entry, "changes")
    except BadShape as problem:
        yield Malformed(account, str(problem))
        return
    happened_at = moment(entry.get("time"), received_at)
    for raw in changes:
        try:
            raw = required(raw, "change")
            field = label(raw.get("field"))
            if not field:
                raise BadShape("change without field")
            value = required(raw.get("value"), f"value of {field}")
        except BadShape as problem:
            yield Malformed(account, str(problem))
            continue
        yield from _change(Change(field, value, waba_id, received_at, happened_at))


def _change(change: Change) -> Iterator[Parsed]:
    reader = FIELDS.get(change.field)
    if reader is not None:
        yield from reader(change)
    elif change.field in KNOWN_AND_IGNORED:
        yield Ignored(change.account, change.field)
    else:
        yield Ignored(change.account, f"unknown.{change.field}")


class ItemReader(Protocol):
    """Reads one item of a list; `is_only_item` lets it take the only contact for granted."""

    def __call__(
        self, change: Change, raw: Any, *, is_only_item: bool
    ) -> Iterable[Parsed] | Parsed: ...


def _guarded(change: Change, read: Callable[[], Iterable[Parsed] | Parsed]) -> Iterator[Parsed]:
    """Read one item; a bad shape costs this item only."""
    try:
        found = read()
        # Exhausted here, so that a shape found bad halfway gives Malformed and not half an item.
        facts = list(found) if isinstance(found, Iterable) else [found]
    except BadShape as problem:
        yield Malformed(change.account, f"{change.field}: {problem}")
        return
    yield from facts


def _each(change: Change, key: str, read: ItemReader) -> Iterator[Parsed]:
    """Read every item of a list in the value, one by one."""
    try:
        raws = items(change.value, key)
    except BadShape as problem:
        yield Malformed(change.account, f"{change.field}: {problem}")
        return
    is_only_item = len(raws) == 1
    for raw in raws:
        yield from _guarded(change, partial(read, change, raw, is_only_item=is_only_item))


def _messages(change: Change) -> Iterator[Parsed]:
    yield from _or_empty(
        change,
        [
            *_each(change, "messages", messages.message),
            *_each(change, "statuses", status),
            *_guarded(change, partial(notices.value_errors, change)),
        ],
    )


def _echoes(change: Change) -> Iterator[Parsed]:
    yield from _or_empty(change, list(_each(change, "message_echoes", messages.echo)))


def _calls(change: Change) -> Iterator[Parsed]:
    # Receipts of calls use `statuses` too, with values of their own: they are not message receipts.
    receipts = change.value.get("statuses")
    yield from _or_empty(
        change,
        [
            *_each(change, "calls", notices.call),
            *([Ignored(change.account, "calls.status")] if receipts else []),
            *_guarded(change, partial(notices.value_errors, change)),
        ],
    )


def _history(change: Change) -> Iterator[Parsed]:
    """Give imported messages: in threads, or alone when the media of a placeholder follows."""

    def chunk(change: Change, raw: Any, *, is_only_item: bool) -> Iterator[Parsed]:
        for thread_id, one in notices.history_threads(change, raw):
            yield from _guarded(change, partial(messages.past, change, one, thread_id))
        yield from notices.history_refused(change, raw)

    def alone(change: Change, raw: Any, *, is_only_item: bool) -> Iterator[Parsed]:
        return messages.past(change, raw)

    yield from _or_empty(
        change, [*_each(change, "history", chunk), *_each(change, "messages", alone)]
    )


def _or_empty(change: Change, facts: list[Parsed]) -> Iterator[Parsed]:
    """Give the facts, or the knowledge that there was nothing we look for."""
    yield from facts or [Ignored(change.account, f"{change.field}.empty")]


def _list_of(key: str, read: ItemReader) -> Callable[[Change], Iterator[Parsed]]:
    return lambda change: _or_empty(change, list(_each(change, key, read)))


def _notice(read: Callable[[Change], Iterable[Parsed]]) -> Callable[[Change], Iterator[Parsed]]:
    return lambda change: _guarded(change, partial(read, change))


FIELDS: dict[str, Callable[[Change], Iterator[Parsed]]] = {
    "messages": _messages,
    "smb_message_echoes": _echoes,
    "calls": _calls,
    "history": _history,
    "smb_app_state_sync": _list_of("state_sync", notices.address_book),
    "user_preferences": _list_of("user_preferences", notices.preference),
    "user_id_update": _list_of("user_id_update", notices.user_id_update),
    "account_update": _notice(notices.account_update),
    "account_alerts": _notice(notices.account_alerts),
    "account_review_update": _notice(notices.account_review_update),
    "business_capability_update": _notice(notices.business_capability_update),
    "business_username_update": _notice(notices.business_username_update),
    "phone_number_quality_update": _notice(notices.phone_number_quality_update),
    "phone_number_name_update": _notice(notices.phone_number_name_update),
    "security": _notice(notices.security),
    "message_template_status_update": _notice(template_news.template_status),
    "message_template_quality_update": _notice(template_news.template_quality),
    "message_template_components_update": _notice(template_news.template_components),
    "template_category_update": _notice(template_news.template_category),
}

KNOWN_AND_IGNORED = frozenset(
    {
        "account_settings_update",
        "automatic_events",
        "flows",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "standby",
        "tracking_events",
    }
)
