"""Statuses of what the clinic sent, with the price object, as the faults in force have them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from simulator.whatsapp.graph.errors import known_error
from simulator.whatsapp.models import SimFault, SimMessage, SimNumber, SimPerson
from simulator.whatsapp.services.clock import posted_at
from simulator.whatsapp.services.faults import Kind, fault_take
from simulator.whatsapp.services.numbers import chat_touch
from simulator.whatsapp.services.webhooks import (
    chat_key,
    contact,
    metadata,
    webhook_row,
    webhooks_enqueue,
)

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


class StatusStep(NamedTuple):
    """One status to report, and how many seconds from now."""

    status: SimMessage.Status
    delay: float
    code: int = 0


def receipts_plan(
    *, person: SimPerson, faults: dict[str, SimFault]
) -> tuple[SimMessage.Status, list[StatusStep]]:
    """Decide what to report of a message about to be accepted, and the status it ends up with.

    Sent, and delivered when the phone is online, unless a fault in force bends it.
    """
    wanted = [Status.SENT, Status.DELIVERED] if person.is_online else [Status.SENT]
    if failed := fault_take(faults, Kind.STATUS_FAILED):
        return Status.FAILED, [StatusStep(Status.FAILED, 0, failed.code)]
    if fault_take(faults, Kind.STATUS_NEVER):
        return Status.ACCEPTED, []
    if fault_take(faults, Kind.STATUS_NO_DELIVERED):
        wanted = [Status.SENT]
    late = fault_take(faults, Kind.STATUS_LATE)
    delay = late.seconds if late else 0.0
    is_early = fault_take(faults, Kind.STATUS_EARLY)
    paces = [0.0 if is_early else PACE[status] for status in wanted]
    if fault_take(faults, Kind.STATUS_SHUFFLED):
        paces.reverse()
    turns = 2 if fault_take(faults, Kind.STATUS_TWICE) else 1
    steps = [
        StatusStep(status, delay + pace + turn * 0.3)
        for status, pace in zip(wanted, paces, strict=True)
        for turn in range(turns)
    ]
    return wanted[-1], steps


def receipts_enqueue(
    *, message: SimMessage, steps: list[StatusStep], faults: dict[str, SimFault]
) -> None:
    """Write the planned statuses down for delivery."""
    category, key = category_of(message), chat_key(message.number, message.person)
    rows = []
    for step in steps:
        moment = timezone.now() + timedelta(seconds=step.delay)
        rows.append(
            webhook_row(
                number=message.number,
                field="messages",
                value=status_value(
                    message=message,
                    status=step.status,
                    at=posted_at(moment),
                    category=category,
                    code=step.code,
                ),
                order_key=key,
                turn_at=moment,
                message=message,
                is_badly_signed=bool(fault_take(faults, Kind.BAD_SIGNATURE)),
            )
        )
    webhooks_enqueue(number=message.number, rows=rows)


def receipts_read(*, number: SimNumber, person: SimPerson) -> int:
    """Report what the person just saw as delivered, and as read unless they turned that off.

    Returns how many messages changed; none while the phone is offline.
    """
    if not person.is_online:
        return 0
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
        # Meta leaves `delivered` out when the person reads at once.
        _report(message, goal)
        changed += 1
    if changed:
        chat_touch(number=number, person=person)
    return changed


def receipts_arrive(*, person: SimPerson) -> None:
    """Report what waited for a phone that is online again as delivered."""
    waiting = SimMessage.objects.filter(
        person=person, direction=SimMessage.Direction.OUT, status=Status.SENT
    )
    for message in waiting.select_related("number", "person"):
        same = SimMessage.objects.filter(pk=message.pk, status=Status.SENT)
        if same.update(status=Status.DELIVERED):
            _report(message, Status.DELIVERED)


def receipt_played(*, message: SimMessage) -> None:
    """Report that the person listened to a voice message of the clinic for the first time."""
    unplayed = SimMessage.objects.filter(
        pk=message.pk, direction=SimMessage.Direction.OUT, kind="audio"
    ).exclude(status__in=(Status.PLAYED, Status.FAILED))
    if unplayed.update(status=Status.PLAYED):
        _report(message, Status.PLAYED)


def _report(message: SimMessage, status: SimMessage.Status) -> None:
    """Report now, but not before the earlier statuses of a message that is seconds old."""
    age = (timezone.now() - message.created_at).total_seconds()
    step = StatusStep(status, max(0.0, PACE[status] - age))
    receipts_enqueue(message=message, steps=[step], faults={})
