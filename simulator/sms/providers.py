"""The fake providers' addresses: they take a text, and answer in the shape of the real ones."""

from __future__ import annotations

import base64
import hmac
import json
import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulator.sms.models import SimSms, SimSmsLine
from simulator.sms.services import text_accept
from simulator.sms.shapes import sample_of
from simulator.transport import DELAY_HEADER, RESET_HEADER

Json = dict[str, Any]
Fault = SimSmsLine.Fault
Provider = SimSmsLine.Provider
PAGE = "<!DOCTYPE html><html><body><h1>It works</h1></body></html>"
SLOW_SECONDS = "30"


@csrf_exempt
@require_POST
def twilio(request: HttpRequest, sid: str) -> HttpResponse:
    """Take a text as Twilio does."""
    form = request.POST
    line = _line(Provider.TWILIO, form.get("From", ""), account=sid)
    if line is None or not _is_basic(request, sid, line.secret):
        return JsonResponse({"code": 20003, "message": "Authenticate"}, status=401)
    if line.fault == Fault.REFUSE:
        body = {"code": None, "sid": None, "status": "failed", "error_code": 21211}
        return _refuse(line, body)
    receipt = form.get("StatusCallback", "")
    return _accept(
        line,
        (form.get("To", ""), form.get("Body", "")),
        lambda sms: {"sid": sms.external_id, "status": "queued", "error_code": None},
        receipt_url=receipt,
        status=201,
    )


@require_GET
def twilio_account(request: HttpRequest, sid: str) -> HttpResponse:
    """Tell whose an account is."""
    line = SimSmsLine.objects.filter(provider=Provider.TWILIO, account=sid).first()
    if line is None or not _is_basic(request, sid, line.secret):
        return JsonResponse({"code": 20003, "message": "Authenticate"}, status=401)
    return JsonResponse({"sid": sid, "status": "active", "friendly_name": "Conta simulada"})


@require_GET
def twilio_file(request: HttpRequest, sid: str, message: str) -> HttpResponse:
    """Lead whoever has the account's token to where a received file is stored."""
    sms = _with_file(message)
    if sms is None or not _is_basic(request, sid, sms.line.secret):
        return JsonResponse({"code": 20003, "message": "Authenticate"}, status=401)
    return HttpResponse(
        status=307, headers={"Location": reverse("simulator_sms_file", args=[message])}
    )


@require_GET
def stored_file(request: HttpRequest, message: str) -> HttpResponse:
    """Give a received file to whoever knows its address, as a store of files does."""
    sms = _with_file(message)
    if sms is None:
        raise Http404
    mime_type, content = sample_of(sms.sample)
    return HttpResponse(content, content_type=mime_type)


@csrf_exempt
@require_POST
def zenvia(request: HttpRequest) -> HttpResponse:
    """Take a text as Zenvia does."""
    body = _body(request)
    line = _line(Provider.ZENVIA, str(body.get("from", "")))
    if line is None or request.headers.get("X-API-TOKEN", "") != line.secret:
        return JsonResponse({"code": "AUTHENTICATION_ERROR", "message": "x"}, status=401)
    if line.fault == Fault.REFUSE:
        return _refuse(line, {"code": "VALIDATION_ERROR", "message": "Validation error"})
    text = "".join(str(part.get("text", "")) for part in body.get("contents", []))
    return _accept(
        line,
        (str(body.get("to", "")), text),
        lambda sms: {"id": sms.external_id, "channel": "sms", "direction": "OUT"},
        token=str(body.get("externalId", "")),
    )


@require_GET
def zenvia_subscriptions(request: HttpRequest) -> HttpResponse:
    """Tell who subscribed, to whoever has a token."""
    token = request.headers.get("X-API-TOKEN", "")
    if not SimSmsLine.objects.filter(provider=Provider.ZENVIA, secret=token).exists():
        return JsonResponse({"code": "AUTHENTICATION_ERROR", "message": "x"}, status=401)
    return JsonResponse([], safe=False)


@csrf_exempt
@require_POST
def infobip(request: HttpRequest) -> HttpResponse:
    """Take a text as Infobip does: the id is the sender's."""
    message: Json = (_body(request).get("messages") or [{}])[0]
    line = _line(Provider.INFOBIP, str(message.get("from", "")))
    if line is None or request.headers.get("Authorization", "") != f"App {line.secret}":
        return _infobip_stranger()
    to: Json = (message.get("destinations") or [{}])[0]
    name = str(to.get("messageId") or uuid.uuid4())
    if line.fault == Fault.REFUSE:
        return _refuse(line, _infobip_answer(name, "REJECTED", "REJECTED_DESTINATION"))
    if SimSms.objects.filter(line=line, external_id=name).exists():
        return JsonResponse(_infobip_answer(name, "REJECTED", "REJECTED_DUPLICATE_MESSAGE_ID"))
    return _accept(
        line,
        (str(to.get("to", "")), str(message.get("content", {}).get("text", ""))),
        lambda sms: _infobip_answer(name, "PENDING", "PENDING_ACCEPTED"),
        name=name,
        token=name,
        receipt_url=str(message.get("webhooks", {}).get("delivery", {}).get("url", "")),
    )


@require_GET
def infobip_balance(request: HttpRequest) -> HttpResponse:
    """Tell an account's balance."""
    key = request.headers.get("Authorization", "").removeprefix("App ")
    if not SimSmsLine.objects.filter(provider=Provider.INFOBIP, secret=key).exists():
        return _infobip_stranger()
    return JsonResponse({"balance": 100.0, "currency": "BRL"})


@csrf_exempt
@require_POST
def http(request: HttpRequest) -> HttpResponse:
    """Take a text as a small provider does: `{"from", "to", "text", "ref"}`."""
    body = _body(request)
    line = _line(Provider.HTTP, str(body.get("from", "")))
    if line is None or request.headers.get("Authorization", "") != f"Bearer {line.secret}":
        return JsonResponse({"status": "unauthorized"}, status=401)
    if line.fault == Fault.REFUSE:
        return _refuse(line, {"status": "error", "reason": "invalid number"})
    return _accept(
        line,
        (str(body.get("to", "")), str(body.get("text", ""))),
        lambda sms: {"status": "ok", "data": {"id": sms.external_id}},
        token=str(body.get("ref", "")),
    )


def _accept(
    line: SimSmsLine,
    said: tuple[str, str],
    answer: Callable[[SimSms], Json],
    *,
    status: int = 200,
    **more: str,
) -> HttpResponse:
    """Keep a text and answer, or do what the line's fault says."""
    fault = line.fault
    sms = text_accept(line=line, phone=said[0], text=said[1], **more)
    if fault == Fault.HTML:
        return HttpResponse(PAGE)
    if fault == Fault.EMPTY:
        return HttpResponse()
    response = JsonResponse(answer(sms), status=status)
    if fault == Fault.SLOW:
        response[DELAY_HEADER] = SLOW_SECONDS
    if fault == Fault.RESET:
        response[RESET_HEADER] = "1"
    return response


def _refuse(line: SimSmsLine, body: Json) -> HttpResponse:
    line.fault = ""
    line.save(update_fields=["fault", "updated_at"])
    return JsonResponse(body)


def _line(provider: str, sender: str, account: str = "") -> SimSmsLine | None:
    rows = SimSmsLine.objects.filter(provider=provider, sender=sender)
    return (rows.filter(account=account) if account else rows).first()


def _with_file(message: str) -> SimSms | None:
    rows = SimSms.objects.select_related("line").exclude(sample="")
    return rows.filter(external_id=message).first()


def _body(request: HttpRequest) -> Json:
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_basic(request: HttpRequest, user: str, password: str) -> bool:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return hmac.compare_digest(request.headers.get("Authorization", ""), f"Basic {pair}")


def _infobip_answer(name: str, group: str, state: str) -> Json:
    return {"messages": [{"messageId": name, "status": {"groupName": group, "name": state}}]}


def _infobip_stranger() -> HttpResponse:
    error = {"serviceException": {"messageId": "UNAUTHORIZED", "text": "Invalid login details"}}
    return JsonResponse({"requestError": error}, status=401)
