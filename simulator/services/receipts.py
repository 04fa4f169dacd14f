"""Statuses of what the clinic sent, with the price object, as the faults in force have them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from simulator.graph.errors import known_error
from simulator.models import SimFault, SimMessage, SimNumber, SimPerson
from simulator.services.clock import posted_at
from simulator.services.faults import Kind, fault_take
from simulator.services.webhooks import chat_key, contact, metadata, webhook_enqueue

Json = dict[str, Any]
Status = SimMessage.Status
WORDS = {
    Status.SENT: "sent",
    Status.DELIVERED: "delivered",
    Status.READ: "read",
    Status.PLAYED: "played",
    Status.FAILED: "failed",
}
# How long after the send a status leaves, so that one sees the ticks grow one by one.
PACE = {Status.SENT: 0.15, Status.DELIVERED: 0.6, Status.READ: 0.9, Status.PLAYED: 1.0}


def status_value(
    *, message: SimMessage, status: str, at: datetime, category: str, code: int = 0
) -> Json:
    """Build the `value` of one status update."""
    number, person = message.number, message.person
    entry: Json = {
        "id": message.wamid,
        "status": WORDS[Status(status)],
        "timestamp": str(int(at.timestamp())),
    }
    if message.has_phone_recipient or not person.is_phone_hidden:
        entry["recipient_id"] = person.wa_id
    if status != Status.FAILED or not message.has_phone_recipient:
        entry["recipient_user_id"] = person.bsuid
    if message.callback_data:
        entry["biz_opaque_callback_data"] = message.callback_data
    value: Json = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    if status == Status.FAILED:
        fault = known_error(code)
        entry["errors"] = [
            {
                "code": code,
                "title": fault.title,
                "message": fault.title,
                "error_data": {"details": fault.details},
                "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
            }
        ]
    else:
        value["contacts"] = [contact(person, with_username=status != Status.SENT)]
        if status in (Status.SENT, Status.DELIVERED):
            entry["pricing"] = pricing(number, category)
    return {**value, "statuses": [entry]}


def pricing(number: SimNumber, category: str) -> Json:
    """Say what a delivered message costs: free replies come off a number's monthly thousand."""
    is_free = category == "service" and number.is_free_tier
    return {
        "billable": not is_free,
        "pricing_model": "PMP",
        "type": "free_customer_service" if is_free else "regular",
        "category": category,
    }


def category_of(message: SimMessage) -> str:
    """Name the price category: the template's own, or service for free text."""
    return str(message.body.get("category", "service")).lower()


def receipts_start(*, message: SimMessage, faults: dict[str, SimFault]) -> None:
    """Write down the first statuses of a message just accepted: sent, and delivered when online."""
    wanted = [Status.SENT]
    if message.person.is_online:
        wanted.append(Status.DELIVERED)
    if failed := fault_take(faults, Kind.STATUS_FAILED):
        SimMessage.objects.filter(pk=message.pk).update(status=Status.FAILED)
        _enqueue(message, Status.FAILED, faults, code=failed.code)
        return
    if fault_take(faults, Kind.STATUS_NEVER):
        return
    is_skipped = fault_take(faults, Kind.STATUS_NO_DELIVERED)
    if is_skipped:
        wanted = [Status.SENT]
    late = fault_take(faults, Kind.STATUS_LATE)
    is_shuffled = fault_take(faults, Kind.STATUS_SHUFFLED)
    is_twice = fault_take(faults, Kind.STATUS_TWICE)
    is_early = fault_take(faults, Kind.STATUS_EARLY)
    delay = late.seconds if late else 0.0
    paces = [0.0 if is_early else PACE[status] for status in wanted]
    if is_shuffled:
        paces.reverse()
    for status, pace in zip(wanted, paces, strict=True):
        for turn in range(2 if is_twice else 1):
            _enqueue(message, status, faults, delay=delay + pace + turn * 0.3)
    SimMessage.objects.filter(pk=message.pk).update(status=wanted[-1])


def receipts_read(*, number: SimNumber, person: SimPerson) -> int:
    """Report what the person just saw as delivered, and as read unless they turned that off.

    Returns how many messages changed.
    """
    unread = SimMessage.objects.filter(
        number=number,
        person=person,
        direction=SimMessage.Direction.OUT,
        is_echo=False,
        visible_at__lte=timezone.now(),
        status__in=(Status.SENT, Status.DELIVERED),
    ).exclude(kind="reaction")
    changed = 0
    for message in unread.select_related("number", "person"):
        goal = Status.READ if person.has_read_receipts else Status.DELIVERED
        if message.status == goal:
            continue
        # Two pages may show the same chat; the row decides who reports it.
        same = SimMessage.objects.filter(pk=message.pk, status=message.status)
        if not same.update(status=goal):
            continue
        if message.status == Status.SENT and goal == Status.READ:
            _enqueue_after_send(message, Status.DELIVERED)
        _enqueue_after_send(message, goal)
        changed += 1
    return changed


def receipt_played(*, message: SimMessage) -> None:
    """Report that the person listened to a voice message of the clinic for the first time."""
    unplayed = SimMessage.objects.filter(
        pk=message.pk, direction=SimMessage.Direction.OUT, kind="audio"
    ).exclude(status__in=(Status.PLAYED, Status.FAILED))
    if unplayed.update(status=Status.PLAYED):
        _enqueue_after_send(message, Status.PLAYED)


def _enqueue_after_send(message: SimMessage, status: Status) -> None:
    """Leave now, but not before the earlier statuses of a message that is seconds old."""
    age = (timezone.now() - message.created_at).total_seconds()
    _enqueue(message, status, {}, delay=max(0.0, PACE[status] - age))


def _enqueue(
    message: SimMessage,
    status: Status,
    faults: dict[str, SimFault],
    *,
    delay: float = 0.0,
    code: int = 0,
) -> None:
    moment = timezone.now() + timedelta(seconds=delay)
    webhook_enqueue(
        number=message.number,
        field="messages",
        value=status_value(
            message=message,
            status=status,
            at=posted_at(moment),
            category=category_of(message),
            code=code,
        ),
        order_key=chat_key(message.number, message.person),
        turn_at=moment,
        message=message,
        is_badly_signed=bool(fault_take(faults, Kind.BAD_SIGNATURE)),
    )
