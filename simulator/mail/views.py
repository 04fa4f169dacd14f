"""The fake sending provider, which speaks as Postal does, and the page of patients' mailboxes."""

from __future__ import annotations

import json
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulator.mail.models import SimLetter, SimMail, SimMailbox
from simulator.mail.services import letter_write, mail_accept

SHOWN = 50
# Invented, as everybody here.
PATIENT = ("Marina Sales", "marina.sales@exemplo.com.br")


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
    """Show the newest mails, and what writes one; `responder` names the mail that is answered."""
    answered = _answered(request.GET.get("responder", ""))
    name, address = PATIENT
    subject = ""
    if answered:
        name, address = parseaddr(answered.to[0]) if answered.to else ("", "")
        subject = answered.subject
        if not subject.lower().startswith("re:"):
            subject = f"Re: {subject}"
    typed = {"nome": name, "endereco": address, "assunto": subject}
    return render(request, "simulator/mail/page.html", _context(answered, typed))


@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """Show the mails again."""
    return render(request, "simulator/mail/_mails.html", {"mails": _shown()})


# Other sites are kept out by the simulator's middleware.
@csrf_exempt
@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Write to the clinic as a patient."""
    mailbox = get_object_or_404(_mailboxes(), address=request.POST.get("caixa", ""))
    answered = _answered(request.POST.get("responder", ""))
    given = {name: str(value).strip() for name, value in request.POST.items()}
    name, address = (" ".join(given.get(one, "").split()) for one in ("nome", "endereco"))
    try:
        validate_email(address)
    except ValidationError:
        said = _("Escreva o endereço de e-mail do paciente.")
        context = _context(answered, {**given, "problem": said})
        return render(request, "simulator/mail/page.html", context, status=400)
    letter_write(
        mailbox=mailbox,
        sender=(name, address),
        # A line's end would begin another header.
        subject=" ".join(given.get("assunto", "").split()),
        text=given.get("texto", ""),
        answered=answered if answered and answered.mailbox == mailbox else None,
    )
    return redirect("simulator_mail")


def _context(answered: SimMail | None, typed: dict[str, Any]) -> dict[str, Any]:
    return {
        "mails": _shown(),
        "mailboxes": list(_mailboxes()),
        "answered": answered,
        "typed": typed,
    }


def _shown() -> list[SimMail | SimLetter]:
    """Return what went either way, the newest first."""
    sent = SimMail.objects.select_related("mailbox")[:SHOWN]
    written = SimLetter.objects.select_related("mailbox").order_by("-created_at")[:SHOWN]
    found: list[SimMail | SimLetter] = [*sent, *written]
    return sorted(found, key=lambda one: one.created_at, reverse=True)[:SHOWN]


def _mailboxes() -> QuerySet[SimMailbox]:
    """Return those that have servers to be read from."""
    return SimMailbox.objects.exclude(password="")


def _answered(key: str) -> SimMail | None:
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    rows = SimMail.objects.filter(mailbox__in=_mailboxes()).select_related("mailbox")
    return rows.filter(pk=wanted).first()


def _refused(code: str) -> HttpResponse:
    return _answer("error", {"code": code})


def _answer(status: str, data: dict[str, Any]) -> HttpResponse:
    return JsonResponse({"status": status, "time": 0.01, "flags": {}, "data": data})
