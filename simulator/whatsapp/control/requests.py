"""Reading a control call and answering it: plain JSON both ways, one shape of refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from common.errors import DomainError, NotFound
from simulator.whatsapp.models import SimMessage, SimNumber, SimPerson

Json = dict[str, Any]
ControlView = Callable[..., Json | None]


def control_view(**methods: ControlView) -> Callable[..., HttpResponse]:
    """Make a view of one handler per HTTP method; a handler returns JSON, or None for 204.

    DomainError becomes `{"code", "detail"}` with its status. Whoever may call is decided by
    `simulator.middleware`.
    """

    def view(request: HttpRequest, **ids: str) -> HttpResponse:
        handler = methods.get((request.method or "").lower())
        if handler is None:
            return JsonResponse({"code": "metodo", "detail": "method not allowed"}, status=405)
        try:
            answer = handler(request, **ids)
        except DomainError as refusal:
            body = {"code": refusal.code, "detail": str(refusal.detail)}
            return JsonResponse(body, status=refusal.status)
        if answer is None:
            return HttpResponse(status=204)
        return JsonResponse(answer, status=201 if request.method == "POST" else 200)

    return view


class Fields:
    """The fields of a call, read one by one; a missing or wrong one is a 422 that names it."""

    def __init__(self, request: HttpRequest) -> None:
        if (request.content_type or "").startswith("multipart/"):
            self.data: Json = dict(request.POST.items())
            return
        try:
            loaded = json.loads(request.body or b"{}")
        except ValueError as fault:
            raise DomainError("invalid JSON", code="json", status=400) from fault
        if not isinstance(loaded, dict):
            raise DomainError("a JSON object is expected", code="json", status=400)
        self.data = loaded

    def text(self, name: str, default: str | None = None) -> str:
        """Read a string; required without a default. Characters no database keeps are refused."""
        value = self.data.get(name, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise wrong(name)
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise wrong(name)
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Read a finite number; required without a default."""
        value = self.data.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong(name)
        if not abs(value) <= 10**9:
            raise wrong(name)
        return float(value)

    def flag(self, name: str, default: bool) -> bool:
        """Read a boolean."""
        value = self.data.get(name, default)
        if not isinstance(value, bool):
            raise wrong(name)
        return value

    def object(self, name: str) -> Json:
        """Read an object, empty when absent."""
        value = self.data.get(name, {})
        if not isinstance(value, dict):
            raise wrong(name)
        return value


def wrong(name: str) -> DomainError:
    """Name the field that is missing or has the wrong type."""
    return DomainError(f"{name}: missing or wrong", code="campo_invalido")


def number_of(fields: Fields) -> SimNumber:
    """Find the clinic number named by `number` (its phone_number_id)."""
    number = SimNumber.objects.filter(phone_number_id=fields.text("number")).first()
    if number is None:
        raise NotFound
    return number


def person_of(fields: Fields) -> SimPerson:
    """Find the person named by `person` (their wa_id)."""
    person = SimPerson.objects.filter(wa_id=fields.text("person")).first()
    if person is None:
        raise NotFound
    return person


def message_of(wamid: str) -> SimMessage:
    """Find a message with its number and person."""
    rows = SimMessage.objects.select_related("number", "person")
    message = rows.filter(wamid=wamid).first()
    if message is None:
        raise NotFound
    return message
