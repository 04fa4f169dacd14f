"""What the clinic sends: accepted, shown on the phone, and followed by its statuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from simulator.whatsapp.ids import wamid_new
from simulator.whatsapp.models import SimChat, SimFault, SimMessage, SimNumber, SimPerson
from simulator.whatsapp.services.clock import phone_now, posted_at
from simulator.whatsapp.services.numbers import chat_touch
from simulator.whatsapp.services.receipts import receipts_enqueue, receipts_plan
from simulator.whatsapp.services.webhooks import chat_key, metadata, webhook_row, webhooks_enqueue

Json = dict[str, Any]
TYPING_LASTS = timedelta(seconds=25)


@transaction.atomic
def send_accept(
    *,
    number: SimNumber,
    person: SimPerson,
    kind: str,
    body: Json,
    quoted: str = "",
    callback_data: str = "",
    has_phone_recipient: bool = True,
    faults: dict[str, SimFault],
) -> SimMessage:
    """Take a message of the clinic, already checked, and start its statuses."""
    status, steps = receipts_plan(person=person, faults=faults)
    message = SimMessage.objects.create(
        number=number,
        person=person,
        wamid=wamid_new(person.wa_id, is_inbound=False),
        direction=SimMessage.Direction.OUT,
        kind=kind,
        body=body,
        status=status,
        quoted=quoted,
        callback_data=callback_data,
        has_phone_recipient=has_phone_recipient,
        happened_at=phone_now(),
    )
    if kind == "reaction":
        reaction_put(
            number=number, wamid=body["message_id"], side="clinica", emoji=body.get("emoji", "")
        )
    receipts_enqueue(message=message, steps=steps, faults=faults)
    chat_touch(number=number, person=person, last_message_at=timezone.now(), typing_until=None)
    return message


def reaction_put(*, number: SimNumber, wamid: str, side: str, emoji: str) -> None:
    """Put one side's emoji on a message, or take it away when empty."""
    target = SimMessage.objects.select_for_update().filter(number=number, wamid=wamid).first()
    if target is None:
        return
    reactions = {**target.reactions, side: emoji}
    target.reactions = {key: value for key, value in reactions.items() if value}
    target.save(update_fields=["reactions", "updated_at"])


def mark_read(*, number: SimNumber, wamid: str, is_typing: bool) -> bool:
    """Turn the patient's ticks blue up to this message; show "typing" when asked.

    Returns False when the message is not one this number received.
    """
    message = SimMessage.objects.filter(
        number=number, wamid=wamid, direction=SimMessage.Direction.IN
    ).first()
    if message is None:
        return False
    SimMessage.objects.filter(
        number=number,
        person_id=message.person_id,
        direction=SimMessage.Direction.IN,
        visible_at__lte=message.visible_at,
    ).exclude(status=SimMessage.Status.READ).update(status=SimMessage.Status.READ)
    changes = {"typing_until": timezone.now() + TYPING_LASTS} if is_typing else {}
    chat_touch(number=number, person=message.person, **changes)
    return True


@transaction.atomic
def echo_send(*, number: SimNumber, person: SimPerson, text: str) -> SimMessage:
    """Write from the clinic's own phone app; the product hears of it as an echo (coexistence)."""
    message = SimMessage.objects.create(
        number=number,
        person=person,
        wamid=wamid_new(person.wa_id, is_inbound=False),
        direction=SimMessage.Direction.OUT,
        kind="text",
        body={"body": text},
        status=SimMessage.Status.DELIVERED,
        is_echo=True,
        happened_at=phone_now(),
    )
    echo: Json = {"from": number.wa_id}
    if not person.is_phone_hidden:
        echo["to"] = person.wa_id
    echo |= {
        "to_user_id": person.bsuid,
        "id": message.wamid,
        "timestamp": str(int(posted_at(message.happened_at).timestamp())),
        "type": "text",
        "text": {"body": text},
    }
    row = webhook_row(
        number=number,
        field="smb_message_echoes",
        value={
            "messaging_product": "whatsapp",
            "metadata": metadata(number),
            "message_echoes": [echo],
        },
        order_key=chat_key(number, person),
    )
    webhooks_enqueue(number=number, rows=[row])
    chat_touch(number=number, person=person, last_message_at=timezone.now())
    return message


def last_inbound_at(number: SimNumber, person: SimPerson) -> Any:
    """Tell when the person last wrote to this number, None when never."""
    return (
        SimChat.objects.filter(number=number, person=person)
        .values_list("last_inbound_at", flat=True)
        .first()
    )
