"""A provider that the administrator describes: what to call, with what, and where in the answers
and callbacks the id, the status and the words stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from common import phones
from providers.choices import MessageKind, MessageStatus
from providers.facts import Ignored, InboundMessage, Parsed, ProviderFault, StatusUpdate
from providers.http import HttpAnswer, Request
from providers.outgoing import Account, SendResult
from providers.sms import errors
from providers.sms.description import PLACE, headers_of
from providers.sms.moments import moment_of
from providers.sms.provider import Provider, Sms, SmsCallback, person
from providers.tolerant import BadShape, ident, label, required_id, text

PAGE = re.compile(rb"^\s*<(?:!doctype html|html)", re.IGNORECASE)

TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
Escape = Callable[[str], str]
ESCAPES: dict[str, Escape] = {
    "json": lambda value: json.dumps(value)[1:-1],
    "form": quote_plus,
    "xml": lambda value: escape(value, {'"': "&quot;", "'": "&apos;"}),
    "text": str,
}
# What providers commonly call their states; the administrator's own words come first.
STATES = {
    **dict.fromkeys(("sent", "enviado", "enviada", "accepted", "submitted"), MessageStatus.SENT),
    **dict.fromkeys(("delivered", "entregue", "delivrd"), MessageStatus.DELIVERED),
    **dict.fromkeys(
        (
            *("failed", "undelivered", "undeliv", "rejected", "rejectd", "expired", "error"),
            *("falha", "erro", "rejeitado", "expirado", "nao_entregue"),
        ),
        MessageStatus.FAILED,
    ),
}
MEANINGS = {"falha": errors.NOT_DELIVERED}


class Generic(Provider):
    """Any provider with an HTTP API."""

    name = "generico"
    title = "HTTP"
    meanings = MEANINGS

    def request(self, account: Account, sms: Sms) -> Request:
        """Fill the places of address, headers and body, each escaped for where it stands."""
        settings = account.settings
        values = {
            "numero": number_as(str(settings.get("number_format") or "digitos"), sms.to),
            "texto": sms.text,
            "id": sms.token,
            "remetente": str(settings.get("sender") or ""),
            "retorno": account.callback_url,
            "segredo": account.secrets.get("secret", ""),
        }
        method = str(settings.get("method") or "POST")
        shape = str(settings.get("body_format") or "json")
        headers = {
            name: fill(value, values, lambda one: re.sub(r"[^\x20-\x7e]", "", one))
            for name, value in headers_of(account.secrets.get("headers", ""))
        }
        url = fill(str(settings["url"]), values, lambda one: quote(one, safe=""))
        if method == "GET":
            return Request("GET", url, headers)
        body = fill(str(settings.get("body") or ""), values, ESCAPES[shape])
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = TYPES[shape]
        return Request(method, url, headers, body.encode())

    def result(self, sms: Sms, answer: HttpAnswer, account: Account) -> SendResult:
        """Return the id that stands at the path; without a path our own. The status at its path
        must be one of the good ones.
        """
        if errors.is_vague(answer):
            raise errors.uncertain()
        said = (answer.body or b"").decode(errors="replace")
        if not answer.is_success:
            meaning = errors.by_status(answer.status)
            raise errors.refused(
                meaning, provider=str(answer.status), said=said, retry_after=answer.retry_after
            )
        settings = account.settings
        id_path, status_path = (str(settings.get(one) or "") for one in ("id_path", "status_path"))
        if PAGE.match(answer.body or b""):
            raise errors.uncertain()
        found = answer.json
        if status_path:
            state = _word(at(found, status_path))
            if not state:
                raise errors.uncertain()
            if state not in words(settings.get("status_good")):
                raise errors.refused(errors.REJECTED, provider=label(state), said=said)
        if not id_path:
            return SendResult(sms.token)
        external_id = ident(at(found, id_path))
        if not external_id:
            raise errors.uncertain()
        return SendResult(external_id)

    def proves(self, account: Account, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Nothing is known of how it signs: whoever knows the key in the address is it."""
        return True

    def items(self, callback: SmsCallback, received_at: datetime) -> Iterator[Parsed]:
        """Read one callback by the paths of the settings: a message where there are words and a
        sender, else a receipt.
        """
        paths = callback.account.settings

        def found(name: str) -> Any:
            path = str(paths.get(name) or "")
            return at(callback.body, path) if path else None

        state = _word(found("receipt_status_path"))
        said = text(found("in_text_path"))
        if said and found("in_from_path"):
            yield InboundMessage(
                callback.ref_to(found("in_to_path")),
                required_id(found("in_id_path"), "the message's id"),
                person(_whole(found("in_from_path"), str(paths.get("number_format") or ""))),
                MessageKind.TEXT,
                moment_of(found("in_at_path"), received_at),
                text=said,
            )
        elif state:
            external_id = required_id(found("receipt_id_path"), "the receipt's id")
            status = state_of(paths, state)
            if status is None:
                yield Ignored(callback.ref, f"sms_{label(state)}")
                return
            yield StatusUpdate(
                callback.ref,
                external_id,
                status,
                received_at,
                token=external_id,
                fault=ProviderFault("generico.falha", title=state[:100])
                if status == MessageStatus.FAILED
                else None,
            )
        else:
            raise BadShape("neither a message nor a receipt stands at the paths")


def number_as(shape: str, number: str) -> str:
    """Return a number, digits with the country code, as a provider wants it."""
    if shape == "mais":
        return f"+{number}"
    if shape == "nacional" and phones.country(f"+{number}") == "BR":
        return number.removeprefix("55")
    return number


def fill(template: str, values: Mapping[str, str], escape_one: Escape) -> str:
    """Fill the `{{places}}` of a template; one that nobody knows stays."""
    return PLACE.sub(
        lambda place: escape_one(values[place[1]]) if place[1] in values else place[0], template
    )


def at(value: Any, path: str) -> Any:
    """Return what stands at a path such as `data.0.id`, None for nothing."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 6:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def words(value: Any) -> frozenset[str]:
    """Return the words of a list such as `ok, 0`, in lower case."""
    return frozenset(_word(one) for one in str(value or "").split(",")) - {""}


def state_of(settings: Mapping[str, Any], state: str) -> MessageStatus | None:
    """Return what a state of the provider means, None for one that changes nothing."""
    for name, status in (
        ("receipt_sent", MessageStatus.SENT),
        ("receipt_delivered", MessageStatus.DELIVERED),
        ("receipt_failed", MessageStatus.FAILED),
    ):
        if state in words(settings.get(name)):
            return status
    return STATES.get(state)


def _whole(value: Any, shape: str) -> Any:
    """Return a number with its country code; only a provider that wants none leaves it out."""
    if shape != "nacional":
        return value
    return phones.canonical(ident(value)) or value


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ident(value).strip().lower()
