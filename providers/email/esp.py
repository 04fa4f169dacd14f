"""Handing a mail to an e-mail service by its API, once, through django-anymail's backends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import requests
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from providers.email import refusals
from providers.http import ForeignAddress, never_connected, session_for
from providers.outgoing import Account, SendError

logger = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 30.0
POSTAL_LOGIN = frozenset({"InvalidServerAPIKey", "AccessDenied", "ServerSuspended"})
# What a service says of an address that it did not write to.
TURNED_AWAY = frozenset({"rejected", "invalid", "failed"})
Options = Mapping[str, Any]


def _key(account: Account) -> Options:
    return {"api_key": account.secrets.get("api_key", "")}


def _named(name: str) -> Callable[[Account], Options]:
    return lambda account: {name: account.secrets.get("api_key", "")}


def _with_domain(account: Account) -> Options:
    address = str(account.settings["address"])
    domain = account.settings.get("esp_domain") or address.rpartition("@")[2]
    return {**_key(account), "sender_domain": str(domain)}


# What each service's backend is given.
SERVICES: dict[str, Callable[[Account], Options]] = {
    "postmark": _named("server_token"),
    "mailgun": _with_domain,
    "sendgrid": _key,
    "postal": _key,
}


class EspSender:
    """A channel's service, for one mail or many; not for two threads."""

    def __init__(self, account: Account) -> None:
        service = str(account.settings["esp"])
        options = dict(SERVICES[service](account))
        if url := account.settings.get("api_url"):
            options["api_url"] = str(url)
        made = import_string(f"anymail.backends.{service}.EmailBackend")
        self._backend: AnymailRequestsBackend = made(
            **options,
            # What a service lacks (an envelope's sender, say) is left out, not refused.
            ignore_unsupported_features=True,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
        )

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over, once. Raises SendError."""
        try:
            # One that speaks only to the public Internet, and keeps no cookies.
            self._backend.session = session_for(self._backend.api_url)
        except ForeignAddress:
            raise refusals.foreign_server() from None
        try:
            self._backend.send_messages([mail])
        except AnymailRecipientsRefused:
            raise refusals.refused_recipient(550, b"", is_copy=False) from None
        except AnymailError as problem:
            # Its text repeats the mail and the key: only what kind of error it is may be logged.
            logger.info("mail service: %s %s", type(problem).__name__, problem.status_code)
            raise _judged(problem) from None
        told = mail.anymail_status.recipients.get(mail.to[0])  # type: ignore[attr-defined]
        if told is not None and told.status in TURNED_AWAY:
            raise refusals.refused_recipient(550, b"", is_copy=False)

    def close(self) -> None:
        """Leave; the session is the thread's."""
        self._backend.session = None


def _postal_error(response: Any) -> str:
    """Return the code of an error that Postal tells in an answer of success, "" for none."""
    try:
        told = response.json()
        return str(told["data"]["code"]) if told["status"] == "error" else ""
    except (AttributeError, ValueError, TypeError, KeyError):
        return ""


def _judged(problem: AnymailError) -> SendError:
    """Return what an answer of a service means."""
    status = problem.status_code
    if status is None:
        cause = problem.__cause__
        if isinstance(cause, requests.ConnectTimeout):
            return refusals.not_sent()
        if isinstance(cause, requests.RequestException):
            return refusals.not_sent() if never_connected(cause) else refusals.uncertain()
        # Nothing was asked: the mail or the account is not as the service wants it.
        return refusals.refused_service(0)
    if status == 200 and (code := _postal_error(problem.response)):
        return refusals.refused_service(401 if code in POSTAL_LOGIN else 400)
    if status < 400 or status >= 500:
        # Taken, but in words nobody reads; or failed somewhere inside.
        return refusals.uncertain()
    return refusals.refused_service(status)
