"""Texts come and go: written down first, told to the owner of the line by the delivery loop."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from simulator.sms.models import SimSms, SimSmsCallback, SimSmsLine
from simulator.sms.shapes import callback_of

Fault = SimSmsLine.Fault
# Seconds after which each receipt leaves.
RECEIPTS = (("enviada", 0.4), ("entregue", 1.6))


@transaction.atomic
def text_accept(
    *,
    line: SimSmsLine,
    phone: str,
    text: str,
    token: str = "",
    receipt_url: str = "",
    name: str = "",
) -> SimSms:
    """Take a text of the clinic for a patient, and plan what is told about it. `name` is the id
    that the clinic gave it.
    """
    sms = SimSms.objects.create(
        line=line,
        is_inbound=False,
        phone=phone.lstrip("+"),
        text=text,
        external_id=name or f"SM{uuid.uuid4().hex}",
        token=token,
    )
    fault, line.fault = line.fault, ""
    line.save(update_fields=["fault", "updated_at"])
    if fault != Fault.SILENT:
        for status, seconds in RECEIPTS:
            ended = "falha" if fault == Fault.FAIL and status == "entregue" else status
            for _time in range(2 if fault == Fault.TWICE else 1):
                _plan(sms, receipt_url or line.callback_url, ended, seconds)
    return sms


@transaction.atomic
def text_write(*, line: SimSmsLine, phone: str, text: str, sample: str = "") -> SimSms:
    """Write a text as a patient, with one of SimSms.Sample where the provider brings files."""
    sms = SimSms.objects.create(
        line=line,
        is_inbound=True,
        phone=phone.lstrip("+"),
        text=text,
        sample=sample if line.has_files else "",
        external_id=f"SM{uuid.uuid4().hex}",
        status="recebida",
    )
    _plan(sms, line.callback_url, "", 0)
    return sms


def line_ensure(
    *, provider: str, account: str, sender: str, secret: str, callback_url: str
) -> SimSmsLine:
    """Make a line, or point the one there is at its owner's new address."""
    line, _made = SimSmsLine.objects.update_or_create(
        provider=provider,
        account=account,
        sender=sender,
        defaults={"secret": secret, "callback_url": callback_url},
    )
    return line


def _plan(sms: SimSms, url: str, status: str, seconds: float) -> None:
    headers, body = callback_of(sms, url, status)
    SimSmsCallback.objects.create(
        sms=sms,
        status=status,
        url=url,
        headers=headers,
        body=body,
        turn_at=timezone.now() + timedelta(seconds=seconds),
    )
