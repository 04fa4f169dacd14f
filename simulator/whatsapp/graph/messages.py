"""POST /{phone_number_id}/messages: checked as Meta does, then accepted, refused or mishandled."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from common import phones
from simulator.transport import DELAY_HEADER, RESET_HEADER
from simulator.whatsapp.graph.auth import number_for
from simulator.whatsapp.graph.checks import message_check
from simulator.whatsapp.graph.errors import GraphError
from simulator.whatsapp.graph.requests import json_body
from simulator.whatsapp.graph.template_checks import template_fill
from simulator.whatsapp.ids import digits
from simulator.whatsapp.models import SimFault, SimNumber, SimPerson
from simulator.whatsapp.services.clock import offset_get, window_is_open
from simulator.whatsapp.services.faults import Kind, fault_take, faults_for
from simulator.whatsapp.services.numbers import person_by_phone
from simulator.whatsapp.services.outgoing import last_inbound_at, mark_read, send_accept

Json = dict[str, Any]
EARLY_STATUS_LEAD = 1.0


def send(request: HttpRequest, *, token: str, node_id: str) -> Json | HttpResponse:
    """Answer one call: a message, a read receipt or a typing indicator."""
    number = number_for(node_id, token)
    data = json_body(request)
    if data.get("messaging_product") != "whatsapp":
        raise GraphError(100, "Param messaging_product must be whatsapp")
    if "status" in data:
        return _read(number, data)
    if "whatsapp_business_messaging" not in number.scopes:
        raise GraphError(10)
    if not number.is_registered:
        raise GraphError(133010)
    faults = faults_for(number)
    if refusal := fault_take(faults, Kind.REFUSE):
        raise GraphError(refusal.code)
    kind = data.get("type", "text")
    body = _content(number, kind, data)
    person = _recipient(number, data)
    if "to" not in data and body.get("category") == "AUTHENTICATION":
        raise GraphError(131062)
    offset = offset_get()
    if kind != "template" and not window_is_open(last_inbound_at(number, person), offset):
        raise GraphError(131047)
    message = send_accept(
        number=number,
        person=person,
        kind=kind,
        body=body,
        quoted=_quoted(data),
        callback_data=_callback_data(data),
        has_phone_recipient="to" in data,
        faults=faults,
    )
    sent: Json = {"id": message.wamid}
    if kind == "template":
        is_held = fault_take(faults, Kind.HELD)
        sent["message_status"] = "held_for_quality_assessment" if is_held else "accepted"
    contact = (
        {"input": data["to"], "wa_id": person.wa_id}
        if "to" in data
        else {"input": data["recipient"], "user_id": person.bsuid}
    )
    answer = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}
    return _mishandled(JsonResponse(answer), faults)


def _read(number: SimNumber, data: Json) -> Json:
    if data["status"] != "read" or not isinstance(data.get("message_id"), str):
        raise GraphError(131009, "Params status and message_id must name a received message")
    typing = data.get("typing_indicator")
    if typing is not None and typing != {"type": "text"}:
        raise GraphError(131009, "Param typing_indicator.type must be text")
    if not mark_read(number=number, wamid=data["message_id"], is_typing=typing is not None):
        raise GraphError(131009, "Param message_id is not a message received by this number")
    return {"success": True}


def _content(number: SimNumber, kind: Any, data: Json) -> Json:
    """Check the part named after the type and return what is stored of it."""
    if not isinstance(kind, str):
        raise GraphError(100, "Param type must be a string")
    content = data.get(kind)
    if kind == "template":
        return template_fill(number, content)
    message_check(number, kind, content)
    return {"contacts": content} if kind == "contacts" else dict(content or {})


def _quoted(data: Json) -> str:
    context = data.get("context") or {}
    quoted = context.get("message_id", "") if isinstance(context, dict) else None
    if not isinstance(quoted, str):
        raise GraphError(100, "Param context.message_id must be a string")
    return quoted[:200]


def _callback_data(data: Json) -> str:
    value = data.get("biz_opaque_callback_data", "")
    if not isinstance(value, str) or len(value) > 512:
        raise GraphError(131009, "Param biz_opaque_callback_data must be at most 512 characters")
    return value


def _recipient(number: SimNumber, data: Json) -> SimPerson:
    """Find who is meant. Raises GraphError 131026 for a person without WhatsApp."""
    person = _person(number, data)
    if not person.is_on_whatsapp:
        raise GraphError(131026)
    return person


def _person(number: SimNumber, data: Json) -> SimPerson:
    """Find the person; a phone nobody has yet becomes one whose phone can then be opened."""
    target, recipient = data.get("to"), data.get("recipient")
    if target is None and isinstance(recipient, str):
        person = SimPerson.objects.filter(bsuid=recipient).first()
        if person is None:
            raise GraphError(131026)
        return person
    if not isinstance(target, str) or not 8 <= len(digits(target)) <= 15:
        raise GraphError(131009, "Param to is not a valid WhatsApp phone number")
    wa_id = digits(target)
    if wa_id == number.wa_id:
        raise GraphError(131021)
    if person := person_by_phone(wa_id):
        return person
    if number.is_allow_list_only:
        raise GraphError(131030)
    try:
        with transaction.atomic():
            return SimPerson.objects.create(wa_id=wa_id, name=phones.display(f"+{wa_id}"))
    except IntegrityError:
        return SimPerson.objects.get(wa_id=wa_id)


def _mishandled(response: JsonResponse, faults: dict[str, SimFault]) -> HttpResponse:
    """Lose or delay the answer to a message that was accepted all the same."""
    if fault_take(faults, Kind.ACCEPT_500):
        return GraphError(131000).response()
    if fault_take(faults, Kind.ACCEPT_RESET):
        response[RESET_HEADER] = "1"
    if slow := fault_take(faults, Kind.SLOW):
        response[DELAY_HEADER] = str(slow.seconds)
    if Kind.STATUS_EARLY in faults:
        response[DELAY_HEADER] = str(EARLY_STATUS_LEAD)
    return response
