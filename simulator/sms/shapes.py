"""How each fake provider writes its callbacks, in the field names of its documentation."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from simulator import samples
from simulator.sms.models import SimSms, SimSmsLine

Json = dict[str, Any]
Provider = SimSmsLine.Provider
# What each provider calls what happens to a text.
WORDS = {
    Provider.TWILIO: {"enviada": "sent", "entregue": "delivered", "falha": "undelivered"},
    Provider.ZENVIA: {"enviada": "SENT", "entregue": "DELIVERED", "falha": "NOT_DELIVERED"},
    Provider.INFOBIP: {"enviada": "PENDING", "entregue": "DELIVERED", "falha": "UNDELIVERABLE"},
    Provider.HTTP: {"enviada": "sent", "entregue": "delivered", "falha": "failed"},
}
INFOBIP_NAMES = {
    "enviada": "PENDING_ENROUTE",
    "entregue": "DELIVERED_TO_HANDSET",
    "falha": "UNDELIVERABLE_NOT_DELIVERED",
}


def callback_of(sms: SimSms, url: str, status: str = "") -> tuple[dict[str, str], str]:
    """Return headers and body of what is posted about a text: itself, or what became of it."""
    line = sms.line
    if line.provider == Provider.TWILIO:
        form = _twilio(sms, status)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature(line.secret, url, form),
        }
        return headers, urlencode(form)
    body = {Provider.ZENVIA: _zenvia, Provider.INFOBIP: _infobip, Provider.HTTP: _http}[
        Provider(line.provider)
    ](sms, status)
    return {"Content-Type": "application/json"}, json.dumps(body)


def signature(secret: str, url: str, form: dict[str, str]) -> str:
    """Sign a form as Twilio does."""
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode(), "sha1")).decode()


def _twilio(sms: SimSms, status: str) -> dict[str, str]:
    base = {
        "MessageSid": sms.external_id,
        "SmsSid": sms.external_id,
        "AccountSid": sms.line.account,
    }
    if not status:
        ends = {"From": f"+{sms.phone}", "To": sms.line.sender}
        said = {"Body": sms.text, "NumMedia": "0", "SmsStatus": "received"}
        return {**base, **ends, **said, **_twilio_file(sms)}
    ends = {"From": sms.line.sender, "To": f"+{sms.phone}"}
    failed = {"ErrorCode": "30003"} if status == "falha" else {}
    return {**base, **ends, "MessageStatus": WORDS[Provider.TWILIO][status], **failed}


def _twilio_file(sms: SimSms) -> dict[str, str]:
    if not sms.sample:
        return {}
    place = f"/2010-04-01/Accounts/{sms.line.account}/Messages/{sms.external_id}/Media/ME0"
    return {
        "NumMedia": "1",
        "MediaUrl0": f"{settings.SIMULATOR_URL}/sms/twilio{place}",
        "MediaContentType0": sample_of(sms.sample)[0],
    }


def sample_of(sample: str) -> tuple[str, bytes]:
    """Return type and bytes of one of SimSms.Sample."""
    if sample == SimSms.Sample.DOCUMENT:
        return "application/pdf", samples.document()
    return "image/jpeg", samples.photo()


def _zenvia(sms: SimSms, status: str) -> Json:
    base: Json = {"id": str(sms.pk), "timestamp": _now(), "channel": "sms", "direction": "IN"}
    if status:
        state = {"timestamp": _now(), "code": WORDS[Provider.ZENVIA][status]}
        return {
            **base,
            "type": "MESSAGE_STATUS",
            "messageId": sms.external_id,
            "externalId": sms.token,
            "messageStatus": state,
        }
    message = {
        "id": sms.external_id,
        "from": sms.phone,
        "to": sms.line.sender,
        "direction": "IN",
        "contents": [{"type": "text", "text": sms.text}],
    }
    return {**base, "type": "MESSAGE", "message": message}


def _infobip(sms: SimSms, status: str) -> Json:
    if status:
        state = {"groupName": WORDS[Provider.INFOBIP][status], "name": INFOBIP_NAMES[status]}
        item: Json = {"messageId": sms.external_id, "to": sms.phone, "doneAt": _now()}
        return {"results": [{**item, "status": state}]}
    item = {
        "messageId": sms.external_id,
        "from": sms.phone,
        "to": sms.line.sender,
        "text": sms.text,
        "cleanText": sms.text,
        "receivedAt": _now(),
    }
    return {"results": [item], "messageCount": 1, "pendingMessageCount": 0}


def _http(sms: SimSms, status: str) -> Json:
    if status:
        return {"id": sms.external_id, "status": WORDS[Provider.HTTP][status]}
    return {"message": {"id": sms.external_id, "from": sms.phone, "text": sms.text}}


def _now() -> str:
    return timezone.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
