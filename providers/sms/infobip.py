"""Infobip SMS API v3: JSON both ways, under a message id of ours.

Callbacks are proven by the key in our address, and by a name and password or a signature where the
account was set up with one.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from providers.choices import MessageKind, MessageStatus
from providers.facts import (
    Ignored,
    InboundMessage,
    Json,
    Malformed,
    Parsed,
    ProviderFault,
    StatusUpdate,
)
from providers.http import HttpAnswer, Request
from providers.outgoing import Account, AccountHealth, SendError, SendResult
from providers.sms import errors
from providers.sms.moments import moment_of
from providers.sms.provider import Provider, Sms, SmsCallback, person
from providers.tolerant import (
    BadShape,
    ident,
    items,
    label,
    mapping,
    required,
    required_id,
    text,
)

GROUPS = {
    "DELIVERED": MessageStatus.DELIVERED,
    "UNDELIVERABLE": MessageStatus.FAILED,
    "EXPIRED": MessageStatus.FAILED,
    "REJECTED": MessageStatus.FAILED,
}
# The operator has it; the handset may still be off.
AT_OPERATOR = "DELIVERED_TO_OPERATOR"
DUPLICATE = "REJECTED_DUPLICATE_MESSAGE_ID"
MEANINGS = {
    "UNDELIVERABLE": errors.NOT_DELIVERED,
    "EXPIRED": errors.EXPIRED,
    "REJECTED": errors.REJECTED,
    "UNAUTHORIZED": errors.CREDENTIALS,
    "TOO_MANY_REQUESTS": errors.RATE,
    "REJECTED_FLOODING_FILTER": errors.BLOCKED,
    "REJECTED_NOT_ENOUGH_CREDITS": errors.NO_CREDIT,
    "REJECTED_PREPAID_PACKAGE_EXPIRED": errors.NO_CREDIT,
    **dict.fromkeys(("REJECTED_SENDER", "REJECTED_SOURCE"), errors.SENDER),
    **dict.fromkeys(("REJECTED_DND", "EC_DEST_ADDRESS_BLACKLISTED"), errors.LEFT),
    **dict.fromkeys(
        (
            *("REJECTED_DESTINATION", "REJECTED_PREFIX_MISSING", "REJECTED_NETWORK"),
            *("EC_UNKNOWN_SUBSCRIBER", "EC_UNIDENTIFIED_SUBSCRIBER", "EC_INVALID_DESTINATION"),
        ),
        errors.BAD_NUMBER,
    ),
    **dict.fromkeys(
        ("REJECTED_ROUTE_NOT_AVAILABLE", "REJECTED_DESTINATION_NOT_REGISTERED"), errors.COUNTRY
    ),
    **dict.fromkeys(("EC_ABSENT_SUBSCRIBER", "EC_SUBSCRIBER_BUSY"), errors.OUT_OF_REACH),
}


class Infobip(Provider):
    """Infobip."""

    name = "infobip"
    title = "Infobip"
    meanings = MEANINGS

    def request(self, account: Account, sms: Sms) -> Request:
        """Post JSON with our id of the message, so that a receipt settles a lost answer."""
        message = {
            "from": account.settings["sender"],
            "destinations": [{"to": sms.to, "messageId": sms.token}],
            "content": {"text": sms.text},
            "webhooks": {
                "delivery": {"url": account.callback_url},
                "contentType": "application/json",
            },
        }
        headers = {**_key(account), "Content-Type": "application/json"}
        body = json.dumps({"messages": [message]}).encode()
        return Request("POST", f"{_base(account)}/sms/3/messages", headers, body)

    def result(self, sms: Sms, answer: HttpAnswer, account: Account) -> SendResult:
        """Return the message's id, which is ours. A refused one also comes with HTTP 200."""
        found = mapping(answer.json)
        messages = found.get("messages")
        first = mapping(messages[0]) if isinstance(messages, list) and messages else {}
        status = mapping(first.get("status"))
        group = label(status.get("groupName"))
        if answer.is_success and group:
            state = label(status.get("name"))
            # It has this very message already: an earlier answer was lost.
            if group not in ("REJECTED", "UNDELIVERABLE", "EXPIRED") or state == DUPLICATE:
                return SendResult(ident(first.get("messageId")) or sms.token)
            meaning = MEANINGS.get(state) or MEANINGS[group]
            said = text(status.get("description"), 1000)
            raise errors.refused(meaning, provider=state or group, said=said)
        if errors.is_vague(answer) or (answer.is_success and not _fault_code(found)):
            raise errors.uncertain()
        raise _refused(answer, found)

    def proves(self, account: Account, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Check what the account was set up with; a missing header is a wrong one."""
        user = str(account.settings.get("callback_user") or "")
        password = account.secrets.get("callback_password", "")
        if user or password:
            pair = base64.b64encode(f"{user}:{password}".encode())
            if not hmac.compare_digest(headers.get("authorization", "").encode(), b"Basic " + pair):
                return False
        secret = account.secrets.get("callback_secret", "")
        if secret:
            signed = hmac.digest(secret.encode(), body, "sha256")
            given = headers.get("x-hub-signature-256") or headers.get("x-ib-signature") or ""
            given = given.removeprefix("sha256=").strip()
            return any(
                hmac.compare_digest(given.encode(), form)
                for form in (signed.hex().encode(), base64.b64encode(signed))
            )
        return True

    def lacks_secret(self, account: Account) -> bool:
        """Whether neither a password nor a signature was agreed on."""
        return not any(map(account.secrets.get, ("callback_password", "callback_secret")))

    def items(self, callback: SmsCallback, received_at: datetime) -> Iterator[Parsed]:
        """Read a batch of messages or receipts; one that is broken does not take the others."""
        body = required(callback.body, "the body")
        results = items(body, "results")
        if not results:
            raise BadShape("results is empty")
        for raw in results:
            try:
                yield _item(callback, required(raw, "a result"), received_at)
            except BadShape as problem:
                yield Malformed(callback.ref, str(problem))

    def question(self, account: Account) -> Request:
        """Ask for the balance."""
        return Request("GET", f"{_base(account)}/account/1/balance", _key(account))

    def health(self, account: Account, answer: HttpAnswer) -> AccountHealth:
        """Tell whether the key was taken."""
        found = mapping(answer.json)
        if not answer.is_success:
            raise _refused(answer, found)
        return AccountHealth(
            account.account_id,
            phone_number=str(account.settings["sender"]),
            currency=text(found.get("currency"), 3),
        )


def _base(account: Account) -> str:
    return str(account.settings["base_url"]).rstrip("/")


def _key(account: Account) -> dict[str, str]:
    return {"Authorization": f"App {account.secrets.get('api_key', '')}"}


def _fault_code(found: Json) -> str:
    inner = mapping(mapping(found.get("requestError")).get("serviceException"))
    return label(inner.get("messageId") or found.get("errorCode"))


def _refused(answer: HttpAnswer, found: Json) -> SendError:
    inner = mapping(mapping(found.get("requestError")).get("serviceException"))
    code = _fault_code(found)
    meaning = MEANINGS.get(code) or errors.by_status(answer.status)
    said = text(inner.get("text") or found.get("description"), 1000)
    return errors.refused(meaning, provider=code, said=said, retry_after=answer.retry_after)


def _item(callback: SmsCallback, item: Json, received_at: datetime) -> Parsed:
    external_id = required_id(item.get("messageId"), "messageId")
    if "status" in item:
        return _receipt(callback, item, external_id, received_at)
    words = text(item.get("text") or item.get("cleanText"))
    if not words:
        return Ignored(callback.ref, "sms_vazio")
    return InboundMessage(
        callback.ref_to(item.get("to") or item.get("destination")),
        external_id,
        person(item.get("from") or item.get("sender")),
        MessageKind.TEXT,
        moment_of(item.get("receivedAt"), received_at),
        text=words,
    )


def _receipt(callback: SmsCallback, item: Json, external_id: str, received_at: datetime) -> Parsed:
    status = required(item.get("status"), "status")
    group, state = label(status.get("groupName")), label(status.get("name"))
    reached = MessageStatus.SENT if state == AT_OPERATOR else GROUPS.get(group)
    if reached is None:
        return Ignored(callback.ref, f"sms_{group.lower() or 'sem_estado'}")
    reason = label(mapping(item.get("error")).get("name"))
    code = next((one for one in (reason, state, group) if one in MEANINGS), state or group)
    return StatusUpdate(
        callback.ref,
        external_id,
        reached,
        moment_of(item.get("doneAt"), received_at),
        token=external_id,
        fault=ProviderFault(f"infobip.{code}", detail=text(status.get("description"), 500))
        if reached == MessageStatus.FAILED
        else None,
    )
