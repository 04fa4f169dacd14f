"""Twilio Programmable Messaging: forms both ways, signed with the account's token."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from providers.choices import MessageKind, MessageStatus
from providers.facts import (
    AccountRef,
    Ignored,
    InboundMessage,
    MediaRef,
    Parsed,
    PreferenceUpdate,
    ProviderFault,
    StatusUpdate,
)
from providers.http import HttpAnswer, Request
from providers.outgoing import Account, AccountHealth, SendResult
from providers.sms import errors
from providers.sms.provider import Provider, Sms, SmsCallback, person
from providers.tolerant import BadShape, digits, ident, label, mapping, name, required_id, text

API = "https://api.twilio.com"
VERSION = "2010-04-01"
# Our own id of a message, in the query of the address that its receipts come to.
TOKEN = "t"  # noqa: S105  (the name of a parameter)
# Twilio attaches at most ten files to a message.
FILES = 10
ADDRESS_LENGTH = 2048

STATUSES = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "undelivered": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.FAILED,
}
UNSENT = ("failed", "undelivered")
KINDS = {
    "image": MessageKind.IMAGE,
    "audio": MessageKind.AUDIO,
    "video": MessageKind.VIDEO,
}
STOPPED = "21610"
MEANINGS = {
    **dict.fromkeys(("20003", "20005", "20404"), errors.CREDENTIALS),
    **dict.fromkeys(("14107", "20429", "21611", "30001", "63038"), errors.RATE),
    **dict.fromkeys(("21211", "21214", "21217", "21265", "30005"), errors.BAD_NUMBER),
    **dict.fromkeys(("21614", "30006"), errors.LANDLINE),
    STOPPED: errors.LEFT,
    **dict.fromkeys(("21408", "21612"), errors.COUNTRY),
    **dict.fromkeys(("21603", "21606", "21659", "21660", "21703", "21704"), errors.SENDER),
    **dict.fromkeys(("21602", "21617", "21619"), errors.REJECTED),
    "30002": errors.SUSPENDED,
    "30003": errors.OUT_OF_REACH,
    **dict.fromkeys(("30004", "30007"), errors.BLOCKED),
    "30008": errors.NOT_DELIVERED,
    "30010": errors.NO_CREDIT,
    "30036": errors.EXPIRED,
}
# Long texts sometimes come as base64; a shorter one would be taken for words.
BASE64_LENGTH = 60
BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]+={0,2}\s*")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Twilio(Provider):
    """Twilio."""

    name = "twilio"
    title = "Twilio"
    meanings = MEANINGS

    def request(self, account: Account, sms: Sms) -> Request:
        """Post a form; receipts come to our address with our id of the message in the query."""
        sender = str(account.settings["sender"])
        service = str(account.settings.get("messaging_service_sid") or "")
        form = {
            "To": f"+{sms.to}",
            "Body": sms.text,
            "StatusCallback": f"{account.callback_url}?{TOKEN}={_packed(sms.token)}",
            **({"MessagingServiceSid": service} if service else {"From": sender}),
        }
        headers = {
            "Authorization": basic(account),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return Request(
            "POST", f"{_account_url(account)}/Messages.json", headers, urlencode(form).encode()
        )

    def result(self, sms: Sms, answer: HttpAnswer, account: Account) -> SendResult:
        """Return the message's SID. An error stands in the answer by its code, whatever its HTTP
        status.
        """
        found = mapping(answer.json)
        code = label(found.get("error_code") or found.get("code"))
        sid = ident(found.get("sid"))
        is_taken = answer.is_success and sid and found.get("status") not in UNSENT
        if code and not is_taken:
            meaning = MEANINGS.get(code) or errors.by_status(answer.status)
            if code in MEANINGS or not errors.is_vague(answer):
                said = text(found.get("message") or found.get("error_message"), 1000)
                raise errors.refused(
                    meaning, provider=code, said=said, retry_after=answer.retry_after
                )
        if answer.is_success and sid:
            return SendResult(sid)
        if answer.is_success or errors.is_vague(answer):
            raise errors.uncertain()
        raise errors.refused(errors.by_status(answer.status), retry_after=answer.retry_after)

    def proves(self, account: Account, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Check the signature over our public address and the sorted form, and the account."""
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500)
        except ValueError:
            return False
        given = headers.get("x-twilio-signature", "").encode()
        auth_token = account.secrets.get("auth_token", "")
        if not auth_token or not any(
            hmac.compare_digest(signature(auth_token, one, pairs), given) for one in _spellings(url)
        ):
            return False
        # Signed, but with the token of another account of the same owner.
        return dict(pairs).get("AccountSid") == str(account.settings["account_sid"])

    def items(self, callback: SmsCallback, received_at: datetime) -> Iterator[Parsed]:
        """Read one form: a message, or a receipt for one of ours."""
        form = mapping(callback.body)
        state = text(form.get("MessageStatus"), 40).lower()
        if state and state != "received":
            yield from _receipt(callback, form, state, received_at)
            return
        sid = required_id(form.get("MessageSid") or form.get("SmsSid"), "MessageSid")
        files = tuple(_files(form))
        body = decoded(text(form.get("Body")))
        kind = files[0].kind if files else MessageKind.TEXT
        if not files and not body:
            yield Ignored(callback.ref, "sms_vazio")
            return
        yield InboundMessage(
            _ref_of(callback, form),
            sid,
            person(form.get("From"), name(form.get("ProfileName"))),
            kind,
            received_at,
            text=body,
            media=files,
        )

    def question(self, account: Account) -> Request:
        """Ask for the account itself."""
        return Request("GET", f"{_account_url(account)}.json", {"Authorization": basic(account)})

    def health(self, account: Account, answer: HttpAnswer) -> AccountHealth:
        """A suspended or closed account does not send."""
        found = mapping(answer.json)
        if not answer.is_success:
            code = label(found.get("code"))
            meaning = MEANINGS.get(code) or errors.by_status(answer.status)
            raise errors.refused(meaning, provider=code, retry_after=answer.retry_after)
        if found.get("status") != "active":
            raise errors.refused(errors.SUSPENDED, provider=label(found.get("status")))
        return AccountHealth(
            account.account_id,
            phone_number=str(account.settings["sender"]),
            verified_name=name(found.get("friendly_name")),
        )


def basic(account: Account) -> str:
    """Return the header by which Twilio knows us."""
    pair = f"{account.settings['account_sid']}:{account.secrets.get('auth_token', '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def signature(auth_token: str, url: str, pairs: list[tuple[str, str]]) -> bytes:
    """Return Twilio's signature of a form that it posts to an address."""
    signed = url + "".join(key + value for key, value in sorted(set(pairs)))
    return base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), "sha1"))


def decoded(body: str) -> str:
    """Return a body as text: Twilio sometimes delivers a long one as base64."""
    packed = "".join(body.split())
    if len(packed) < BASE64_LENGTH or len(packed) % 4 or not BASE64.fullmatch(body):
        return body
    try:
        words = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return body
    return body if CONTROL.search(words) or not words.strip() else text(words)


def api_of(account: Account) -> str:
    """Return the address of the API, without a slash at its end."""
    return str(account.settings.get("api_url") or API).rstrip("/")


def _packed(token: str) -> str:
    """Return our id in signs that nobody on the way writes otherwise: the signature covers them."""
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _unpacked(packed: str) -> str:
    try:
        padded = packed + "=" * (-len(packed) % 4)
        return ident(base64.urlsafe_b64decode(padded).decode())
    except (ValueError, UnicodeError):
        return ""


def _account_url(account: Account) -> str:
    sid = quote(str(account.settings["account_sid"]), safe="")
    return f"{api_of(account)}/{VERSION}/Accounts/{sid}"


def _spellings(url: str) -> Iterator[str]:
    """Give the ways Twilio may have written an address: as it is, with the port, without it."""
    yield url
    parts = urlsplit(url)
    host = parts.hostname or ""
    standard = {"https": 443, "http": 80}.get(parts.scheme)
    if parts.port:
        yield urlunsplit(parts._replace(netloc=host))
    else:
        yield urlunsplit(parts._replace(netloc=f"{host}:{standard}"))


def _ref_of(callback: SmsCallback, form: Mapping[str, Any]) -> AccountRef:
    """Return whose a message is: any number of the channel's own service is the channel's."""
    service = callback.account.settings.get("messaging_service_sid")
    if service and form.get("MessagingServiceSid") == service:
        return callback.ref
    return callback.ref_to(form.get("To"))


def _receipt(
    callback: SmsCallback, form: Mapping[str, Any], state: str, received_at: datetime
) -> Iterator[Parsed]:
    sid = required_id(form.get("MessageSid") or form.get("SmsSid"), "MessageSid")
    status = STATUSES.get(state)
    if status is None:
        yield Ignored(callback.ref, f"sms_{label(state)}")
        return
    code = label(form.get("ErrorCode"))
    is_failure = status == MessageStatus.FAILED
    to = person(form.get("To"))
    yield StatusUpdate(
        callback.ref,
        sid,
        status,
        received_at,
        token=_unpacked(callback.query.get(TOKEN, "")),
        fault=ProviderFault(f"twilio.{code or state}") if is_failure else None,
        recipient=to.identities,
    )
    if is_failure and code == STOPPED:
        yield PreferenceUpdate(callback.ref, to, False, received_at, detail=f"twilio.{STOPPED}")


def _files(form: Mapping[str, Any]) -> Iterator[MediaRef]:
    count = digits(form.get("NumMedia"))[:3]
    for number in range(min(int(count or 0), FILES)):
        url = text(form.get(f"MediaUrl{number}"), ADDRESS_LENGTH)
        mime = text(form.get(f"MediaContentType{number}"), 100)
        if not url:
            raise BadShape("MediaUrl is missing")
        kind = KINDS.get(mime.partition("/")[0], MessageKind.DOCUMENT)
        yield MediaRef(kind, url=url, mime_type=mime)
