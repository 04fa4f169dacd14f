"""Mails that a sending provider posts, and what proves them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest

from providers.delivery import Delivery, Unreadable
from providers.email.brought import is_from_provider, mail_in
from providers.outgoing import Account

RAW = b"From: a@b.example\r\nSubject: Oi\r\n\r\nTexto"
SECRET = "clinica:senha-longa"
SIGNED = hmac.new(SECRET.encode(), b"1tok", hashlib.sha256).hexdigest()
FORM = b"--B\r\nContent-Disposition: form-data; name=email\r\n\r\n" + RAW + b"\r\n--B--\r\n"


def delivery(body: bytes, media_type: str, **headers: str) -> Delivery:
    return Delivery(headers={"content-type": media_type, **headers}, body=body)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (json.dumps({"RawEmail": RAW.decode()}).encode(), "application/json"),
        (
            json.dumps({"message": base64.b64encode(RAW).decode(), "base64": True}).encode(),
            "application/json",
        ),
        (urlencode({"body-mime": RAW}).encode(), "application/x-www-form-urlencoded"),
        (FORM, "multipart/form-data; boundary=B"),
        (RAW, "message/rfc822"),
    ],
)
def test_a_whole_mail_is_found_where_each_provider_puts_it(body, media_type) -> None:
    assert mail_in(delivery(body, media_type)) == RAW


def test_what_holds_no_whole_mail_is_kept_and_said() -> None:
    with pytest.raises(Unreadable):
        mail_in(delivery(b'{"TextBody": "Oi"}', "application/json"))


def test_only_the_provider_is_believed() -> None:
    account = Account("x", {"esp": "mailgun"}, {"webhook_secret": SECRET})
    basic = f"Basic {base64.b64encode(SECRET.encode()).decode()}"
    signed = {"timestamp": "1", "token": "tok", "signature": SIGNED, "body-mime": RAW}
    form = "application/x-www-form-urlencoded"
    assert is_from_provider(account, delivery(RAW, "message/rfc822", authorization=basic))
    assert is_from_provider(account, delivery(urlencode(signed).encode(), form))
    forged = {**signed, "token": "outro"}
    assert not is_from_provider(account, delivery(urlencode(forged).encode(), form))
    assert not is_from_provider(
        account, delivery(RAW, "message/rfc822", authorization="Basic eA==")
    )
    assert not is_from_provider(Account("x"), delivery(RAW, "message/rfc822", authorization=""))
