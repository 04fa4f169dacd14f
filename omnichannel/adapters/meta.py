"""What the three Meta channels share: the webhook signature and the client of the Graph API.

The client sends each request once. It tells apart what certainly never left, what Meta refused, and
what may have been taken over: there is no idempotency key, so the last must not be sent again
blindly.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from random import SystemRandom
from typing import IO, Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from omnichannel.adapters.bodies import Bearer, FormBody, WatchedBody
from omnichannel.adapters.facts import Json
from omnichannel.adapters.outgoing import Account, SendError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
MEDIA_READ_SECONDS = 30.0
# Far above any answer of the Graph API; a longer one is no answer.
ANSWER_BYTES = 8 * 1024 * 1024
USER_AGENT = "central-atendimento/1.0"

SIGNATURE = re.compile(rb"sha256=([0-9a-f]{64})")
SEGMENT = re.compile(r"[A-Za-z0-9_=:-][A-Za-z0-9_=:.-]{0,254}")
TOKEN = re.compile(r"[\x21-\x7e]+")

BACKOFF_CAP_SECONDS = 3600.0
PAIR_RATE = "131056"
_random = SystemRandom()


# --- signature ------------------------------------------------------------------------------------


def signature_valid(secrets: Sequence[str], body: bytes, header: bytes | None) -> bool:
    """Tell whether `X-Hub-Signature-256` belongs to these raw bytes under one of the app secrets.

    Takes the same time for every wrong value. Strict: lower-case `sha256=` and hex, as Meta sends
    it.
    """
    given = SIGNATURE.fullmatch(header or b"")
    digest = given[1] if given else b"0" * 64
    found = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
        # No short cut: several secrets are valid while one is being replaced. An empty one never
        # is.
        found |= hmac.compare_digest(expected, digest) and bool(secret)
    return found and given is not None


# --- errors ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GraphFault:
    """An answer that is not a success: Meta's error object, or only the HTTP status.

    `details` is the provider's own words, which may repeat what we sent: show it, never log it.
    """

    http: int
    code: int | None = None
    subcode: int | None = None
    details: str = ""
    trace: str = ""
    is_transient: bool | None = None
    retry_after: float | None = None


class Explain(Protocol):
    """Turns a fault into the error to raise; each channel has its own table of codes."""

    def __call__(self, fault: GraphFault, *, is_send: bool) -> SendError: ...


def not_sent() -> SendError:
    """Return the error for a request that certainly never left."""
    return SendError(
        "sem_conexao",
        _("Sem conexão com a Meta. Vamos tentar de novo automaticamente."),
        retryable=True,
        scope="number",
    )


def uncertain() -> SendError:
    """Return the error for a send whose outcome nobody knows."""
    return SendError(
        "envio_incerto",
        _("Não sabemos se a mensagem saiu. Aguarde a confirmação antes de enviar de novo."),
        unknown=True,
    )


def unreadable() -> SendError:
    """Return the error for an answer that makes no sense to a question that may be asked again."""
    return SendError(
        "resposta_invalida",
        _("A Meta respondeu algo que não entendemos. Vamos tentar de novo."),
        retryable=True,
    )


def backoff(attempt: int) -> float:
    """Return the seconds to wait after failed attempt number `attempt` (the first is 1).

    1, 4, 16, 64 ... with up to a quarter of jitter, at most an hour.
    """
    step = min(max(attempt, 1), 8) - 1
    return min(4.0**step * _random.uniform(1.0, 1.25), BACKOFF_CAP_SECONDS)


def retry_delay(error: SendError, attempt: int) -> float:
    """Return the seconds to wait after a retryable error: the backoff, never before `retry_after`.

    The pair rate limit (131056) asks for 4^X.
    """
    wait = backoff(attempt + 1 if error.provider == PAIR_RATE else attempt)
    return max(wait, error.retry_after or 0.0)


# --- client ---------------------------------------------------------------------------------------


class Sessions(threading.local):
    """One requests session per thread: connections are reused, cookies are not kept."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.session.headers["User-Agent"] = USER_AGENT


_sessions = Sessions()


class Graph:
    """The Graph API for one account. Never retries, never follows a redirect."""

    def __init__(self, account: Account, explain: Explain) -> None:
        self._account = account
        self._explain = explain

    def get(self, *path: str, **params: str) -> Json:
        """Read an object. Raises SendError."""
        return self._call("GET", path, params=params)

    def post(self, *path: str, body: Json, is_send: bool = False) -> Json:
        """Post JSON. With `is_send` a lost answer is an unknown outcome. Raises SendError."""
        return self._call(
            "POST",
            path,
            body=WatchedBody(json.dumps(body).encode()),
            headers={"Content-Type": "application/json"},
            is_send=is_send,
        )

    def delete(self, *path: str, **params: str) -> Json:
        """Delete an object. Raises SendError."""
        return self._call("DELETE", path, params=params)

    def handle_of(self, file: IO[bytes], size: int, mime: str) -> str:
        """Store a sample file by the resumable upload and return its handle, "" if none came.

        Templates want such a handle for the file in their header; an uploaded media id is refused.
        Raises SendError.
        """
        answer = self._call(
            "POST", ("app", "uploads"), params={"file_length": str(size), "file_type": mime}
        )
        session, _mark, query = str(answer.get("id") or "").partition("?")
        # The session's signature came as a query and has to go back as one.
        found = self._call(
            "POST",
            (session,),
            params=dict(parse_qsl(query)),
            body=file,
            headers={"file_offset": "0", "Content-Type": mime},
            read_seconds=MEDIA_READ_SECONDS,
            scheme="OAuth",
        )
        return str(found.get("h") or "")

    def upload(self, *path: str, fields: dict[str, str], file: IO[bytes], mime: str) -> Json:
        """Post a file as multipart form, streamed. Raises SendError."""
        form = FormBody(fields, file, mime)
        return self._call(
            "POST",
            path,
            body=form,
            headers={"Content-Type": form.content_type},
            read_seconds=MEDIA_READ_SECONDS,
        )

    def signed(self, *path: str) -> tuple[str, dict[str, str]]:
        """Return the address and headers by which another client posts a send as we do. Raises
        SendError. Both hold secrets: never log them.
        """
        self._bearer(True, "Bearer")
        query = urlencode(self._proof())
        url = self._url(path)
        headers = {"Authorization": f"Bearer {self._account.access_token}"}
        return (f"{url}?{query}" if query else url), headers

    def _call(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        params: dict[str, str] | None = None,
        body: WatchedBody | FormBody | IO[bytes] | None = None,
        headers: dict[str, str] | None = None,
        is_send: bool = False,
        read_seconds: float = READ_SECONDS,
        scheme: str = "Bearer",
    ) -> Json:
        bearer = self._bearer(is_send, scheme)
        began = time.monotonic()
        try:
            with _sessions.session.request(
                method,
                self._url(path),
                params={**(params or {}), **self._proof()},
                data=body,
                headers=headers,
                auth=bearer,
                timeout=(CONNECT_SECONDS, read_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                raw = _read(response, began + CONNECT_SECONDS + 2 * read_seconds)
        except requests.RequestException as problem:
            # The exception's text holds the URL; its class says enough.
            logger.warning("Graph %s failed: %s", method, type(problem).__name__)
            if is_send and isinstance(body, WatchedBody) and body.was_read:
                raise uncertain() from None
            raise not_sent() from None
        return self._answer(response, raw, is_send)

    def _answer(self, response: requests.Response, raw: bytes | None, is_send: bool) -> Json:
        answer = _json_object(raw)
        is_success = 200 <= response.status_code < 300
        if is_success and answer is not None and "error" not in answer:
            return answer
        if is_success and answer is None:
            logger.warning("Graph answered %s with an unreadable body", response.status_code)
            raise uncertain() if is_send else unreadable()
        fault = fault_of(response.status_code, response.headers.get("Retry-After", ""), answer)
        logger.warning(
            "Graph refused: http %s code %s/%s trace %s",
            fault.http,
            fault.code,
            fault.subcode,
            fault.trace,
        )
        raise self._explain(fault, is_send=is_send)

    def _url(self, path: tuple[str, ...]) -> str:
        account = self._account
        base = account.graph_url.rstrip("/")
        if not may_call(base):
            raise SendError(
                "endereco_invalido",
                _("O endereço da API deste canal não é seguro. Avise um administrador."),
                scope="channel",
            )
        for segment in path:
            # An id from a webhook must not walk to another address.
            if not SEGMENT.fullmatch(segment):
                raise SendError("identificador_invalido", _("O identificador na Meta é inválido."))
        return "/".join((base, account.graph_version, *path))

    def _proof(self) -> dict[str, str]:
        secret, token = self._account.app_secret, self._account.access_token
        if not secret:
            return {}
        return {"appsecret_proof": hmac.new(secret.encode(), token.encode(), "sha256").hexdigest()}

    def _bearer(self, is_send: bool, scheme: str) -> Bearer:
        if not TOKEN.fullmatch(self._account.access_token):
            raise self._explain(GraphFault(http=401, code=190), is_send=is_send)
        return Bearer(self._account.access_token, scheme)


def may_call(base_url: str) -> bool:
    """Tell whether an API address may be called: https, or one that the settings name.

    A channel's own address must not turn the server against its neighbours.
    """
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return False
    if parts.scheme == "https" and parts.hostname and parts.username is None:
        return True
    return base_url == settings.META_GRAPH_URL or parts.netloc in settings.MEDIA_EXTRA_HOSTS


def fault_of(http: int, retry_after: str, answer: Json | None) -> GraphFault:
    """Read what went wrong from an answer; every member of the error object may be missing."""
    error = (answer or {}).get("error")
    error = error if isinstance(error, dict) else {}
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    transient = error.get("is_transient")
    return GraphFault(
        http=http,
        code=_integer(error.get("code")),
        subcode=_integer(error.get("error_subcode")),
        details=str(details or error.get("error_user_msg") or error.get("message") or "")[:1000],
        trace=str(error.get("fbtrace_id") or "")[:64],
        is_transient=transient if isinstance(transient, bool) else None,
        retry_after=_seconds(retry_after),
    )


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value) else None


def _seconds(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,5}", value) else None


def _read(response: requests.Response, deadline: float) -> bytes | None:
    """Read a bounded answer before the deadline, None if it breaks off or is too long."""
    found = bytearray()
    try:
        for chunk in response.iter_content(65_536):
            found += chunk
            if len(found) > ANSWER_BYTES or time.monotonic() > deadline:
                return None
    except requests.RequestException:
        return None
    return bytes(found)


def _json_object(raw: bytes | None) -> Json | None:
    try:
        found = json.loads(raw or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
