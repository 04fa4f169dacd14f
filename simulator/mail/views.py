"""The fake sending provider, which speaks as Postal does, and the page of what patients got."""

from __future__ import annotations

import json
from email.utils import parseaddr
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulator.mail.models import SimMail, SimMailbox
from simulator.mail.services import mail_accept

SHOWN = 50


@csrf_exempt
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take a mail. Postal answers 200 for refusals too, and says so in its body."""
    key = request.headers.get("X-Server-API-Key", "")
    mailbox = SimMailbox.objects.filter(key=key).first() if key else None
    if mailbox is None:
        return _refused("InvalidServerAPIKey")
    try:
        given = json.loads(request.body)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not given.get("to"):
        return _refused("NoRecipients")
    if parseaddr(str(given.get("from", "")))[1].lower() != mailbox.address:
        return _refused("UnauthenticatedFromAddress")
    mail = mail_accept(mailbox=mailbox, given=given)
    got = {parseaddr(one)[1]: {"id": str(mail.pk), "token": mail.pk.hex[:16]} for one in mail.to}
    return _answer("success", {"message_id": f"{mail.pk.hex}@simulador", "messages": got})


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the newest mails that patients got."""
    mails = SimMail.objects.select_related("mailbox")[:SHOWN]
    return render(request, "simulator/mail/page.html", {"mails": mails})


def _refused(code: str) -> HttpResponse:
    return _answer("error", {"code": code})


def _answer(status: str, data: dict[str, Any]) -> HttpResponse:
    return JsonResponse({"status": status, "time": 0.01, "flags": {}, "data": data})
