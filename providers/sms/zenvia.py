"""Zenvia API v2, channel sms: JSON both ways. Nothing is signed: callbacks are proven by the key in
our address, and by a header where the subscriptions were given one.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from providers.choices import MessageKind, MessageStatus
from providers.facts import Ignored, InboundMessage, Json, Parsed, ProviderFault, StatusUpdate
from providers.http import HttpAnswer, Request
from providers.outgoing import Account, AccountHealth, SendResult
from providers.sms import errors
from providers.sms.moments import moment_of
from providers.sms.provider import Provider, Sms, SmsCallback, person
from providers.tolerant import (
    BadShape,
    ident,
    items,
    label,
    mapping,
    name,
    required,
    required_id,
    text,
)

API = "https://api.zenvia.com"
STATUSES = {
    "SENT": MessageStatus.SENT,
    "DELIVERED": MessageStatus.DELIVERED,
    "READ": MessageStatus.READ,
    "NOT_DELIVERED": MessageStatus.FAILED,
    "REJECTED": MessageStatus.FAILED,
}
MEANINGS = {
    "NOT_DELIVERED": errors.NOT_DELIVERED,
    "REJECTED": errors.REJECTED,
    "AUTHENTICATION_ERROR": errors.CREDENTIALS,
    "AUTHORIZATION_ERROR": errors.CREDENTIALS,
    "VALIDATION_ERROR": errors.REJECTED,
    "INVALID_PARAMETERS": errors.REJECTED,
    "CREDENTIAL_NOT_FOUND": errors.SENDER,
    "SENDER_NOT_FOUND": errors.SENDER,
    "PAYMENT_REQUIRED": errors.NO_CREDIT,
    "INSUFFICIENT_BALANCE": errors.NO_CREDIT,
    "TOO_MANY_REQUESTS": errors.RATE,
}


class Zenvia(Provider):
    """Zenvia."""

    name = "zenvia"
    title = "Zenvia"
    meanings = MEANINGS

    def request(self, account: Account, sms: Sms) -> Request:
        """Post JSON; numbers go without the plus sign."""
        body = {
            "from": account.settings["sender"],
            "to": sms.to,
            "contents": [{"type": "text", "text": sms.text}],
            "externalId": sms.token,
        }
        return Request(
            "POST",
            f"{_api(account)}/v2/channels/sms/messages",
            {**_token(account), "Content-Type": "application/json"},
            json.dumps(body).encode(),
        )

    def result(self, sms: Sms, answer: HttpAnswer, account: Account) -> SendResult:
        """Return the message's id; `code` stands only in an error."""
        found = mapping(answer.json)
        external_id = ident(found.get("id"))
        if answer.is_success and external_id and not found.get("code"):
            return SendResult(external_id)
        code = label(found.get("code"))
        if errors.is_vague(answer) or (answer.is_success and not code):
            raise errors.uncertain()
        raise _refused(answer, found)

    def proves(self, account: Account, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Check the header that the account was set up with; without one, whoever knows the key in
        the address is Zenvia.
        """
        secret = account.secrets.get("callback_header", "")
        return hmac.compare_digest(
            headers.get("authorization", "").encode() if secret else b"", secret.encode()
        )

    def lacks_secret(self, account: Account) -> bool:
        """Whether no header was agreed on."""
        return not account.secrets.get("callback_header")

    def items(self, callback: SmsCallback, received_at: datetime) -> Iterator[Parsed]:
        """Read one event: a message, or a receipt for one of ours."""
        event = required(callback.body, "the body")
        match event.get("type"):
            case "MESSAGE":
                yield from _message(callback, event, received_at)
            case "MESSAGE_STATUS":
                yield from _receipt(callback, event, received_at)
            case _:
                raise BadShape("type is unknown")

    def question(self, account: Account) -> Request:
        """Ask for the subscriptions, which only a good token may read."""
        return Request("GET", f"{_api(account)}/v2/subscriptions", _token(account))

    def health(self, account: Account, answer: HttpAnswer) -> AccountHealth:
        """Tell whether the token was taken."""
        if not answer.is_success:
            raise _refused(answer, mapping(answer.json))
        return AccountHealth(account.account_id, phone_number=str(account.settings["sender"]))


def _api(account: Account) -> str:
    return str(account.settings.get("api_url") or API).rstrip("/")


def _token(account: Account) -> dict[str, str]:
    return {"X-API-TOKEN": account.secrets.get("api_token", "")}


def _refused(answer: HttpAnswer, found: Json) -> Exception:
    code = label(found.get("code"))
    meaning = MEANINGS.get(code) or errors.by_status(answer.status)
    said = text(found.get("message"), 1000)
    return errors.refused(meaning, provider=code, said=said, retry_after=answer.retry_after)


def _message(callback: SmsCallback, event: Json, received_at: datetime) -> Iterator[Parsed]:
    message = required(event.get("message"), "message")
    if message.get("direction") == "OUT":
        yield Ignored(callback.ref, "sms_saida")
        return
    # A file comes as an address: it stands as a link, because nothing says who may read it.
    said = [
        text(part.get("text") or part.get("fileUrl"))
        for part in map(mapping, items(message, "contents"))
    ]
    words = "\n".join(filter(None, said))
    if not words:
        yield Ignored(callback.ref, "sms_vazio")
        return
    yield InboundMessage(
        callback.ref_to(message.get("to")),
        required_id(message.get("id") or event.get("id"), "id"),
        person(message.get("from"), name(mapping(message.get("visitor")).get("name"))),
        MessageKind.TEXT,
        moment_of(event.get("timestamp"), received_at),
        text=words,
    )


def _receipt(callback: SmsCallback, event: Json, received_at: datetime) -> Iterator[Parsed]:
    external_id = required_id(event.get("messageId"), "messageId")
    found = required(event.get("messageStatus"), "messageStatus")
    code = label(found.get("code")).upper()
    status = STATUSES.get(code)
    if status is None:
        yield Ignored(callback.ref, f"sms_{code.lower()}")
        return
    causes = items(found, "causes")
    cause = mapping(causes[0]) if causes else {}
    said = text(cause.get("details") or cause.get("reason"), 500)
    yield StatusUpdate(
        callback.ref,
        external_id,
        status,
        moment_of(found.get("timestamp") or event.get("timestamp"), received_at),
        token=ident(event.get("externalId") or found.get("externalId")),
        fault=ProviderFault(f"zenvia.{code}", detail=said)
        if status == MessageStatus.FAILED
        else None,
    )
