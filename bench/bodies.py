"""Webhook bodies as WhatsApp signs and posts them, about invented people."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NAMES = ("Joana Dias", "Caio Luz", "Íris Prado", "Davi Rocha", "Lúcia Maia", "Otávio Sá")
TEXTS = (
    "Bom dia! Gostaria de remarcar minha consulta de quinta-feira.",
    "Vocês atendem pelo convênio?",
    "Olá, o exame já ficou pronto? 🙏",
    "Posso chegar uns 10 minutos atrasada?",
    "Obrigada!",
)


@dataclass(frozen=True)
class Account:
    """One WhatsApp number of one company."""

    account_id: str
    waba_id: str
    phone: str


def account(number: int) -> Account:
    """Give the number-th account; the same number gives the same one."""
    return Account(f"1{number:014d}", f"2{number:014d}", f"5541400{number:05d}")


def patient(number: int) -> str:
    """Give the wa_id of the number-th patient."""
    return f"55419{number:08d}"


def text(to: Account, sender: int, external_id: str, words: str | None = None) -> dict[str, Any]:
    """Give the value of a change with one text message."""
    wa_id = patient(sender)
    return _value(
        to,
        contacts=[{"profile": {"name": NAMES[sender % len(NAMES)]}, "wa_id": wa_id}],
        messages=[
            {
                "from": wa_id,
                "id": external_id,
                "timestamp": str(int(time.time())),
                "type": "text",
                "text": {"body": words or TEXTS[sender % len(TEXTS)]},
            }
        ],
    )


def status(to: Account, recipient: int, external_id: str, kind: str) -> dict[str, Any]:
    """Give the value of a change with one delivery receipt."""
    return _value(
        to,
        statuses=[
            {
                "id": external_id,
                "status": kind,
                "timestamp": str(int(time.time())),
                "recipient_id": patient(recipient),
            }
        ],
    )


def body(to: Account, *values: dict[str, Any]) -> bytes:
    """Give a webhook body, escaped and compact as Meta sends it."""
    payload = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": to.waba_id,
                "changes": [{"value": value, "field": "messages"} for value in values],
            }
        ],
    }
    return json.dumps(payload, separators=(",", ":")).encode()


def request(data: bytes, secret: str, path: str = "/webhooks/whatsapp/") -> bytes:
    """Give a whole HTTP request that posts a body with its signature."""
    signature = hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\n"
        f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def mixed(run: str, *, accounts: int, patients: int, statuses: float = 0.15) -> Iterator[bytes]:
    """Give bodies without end: texts of patients over some accounts, and a share of receipts.

    `run` makes the ids unique. A patient always writes to the same account. Receipts are for the
    messages `ours` names: each is delivered and then read.
    """
    every = round(1 / statuses) if statuses else 0
    number = 0
    while True:
        number += 1
        sender = number * 7919 % patients
        to = account(sender % accounts)
        if every and number % every == 0:
            turn = number // every
            kind = ("delivered", "read")[turn // patients % 2]
            # Another step than the texts': these numbers meet every patient, too.
            sender = turn * 7919 % patients
            to = account(sender % accounts)
            value = status(to, sender, ours(sender, turn // (2 * patients) % 40 + 1), kind)
        else:
            value = text(to, sender, f"wamid.{run}.{number}")
        yield body(to, value)


def ours(recipient: int, number: int) -> str:
    """Give the id of the number-th message a clinic has sent to a patient before."""
    return f"wamid.ours.{patient(recipient)}.{number}"


def _value(to: Account, **items: Any) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": to.phone, "phone_number_id": to.account_id},
        **items,
    }
