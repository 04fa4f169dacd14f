"""The client of the Graph API.

It sends each request once, and tells apart what certainly never left, what Meta refused, and what
may have been taken over: there is no idempotency key, so the last must not be sent again blindly.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
import threading
import time
from typing import IO
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from providers.facts import Json
from providers.http import WatchedBody, new_session, read_bounded
from providers.meta.account import graph_url_of, token_of
from providers.meta.bodies import Bearer, FormBody
from providers.meta.errors import Explain, GraphFault, fault_of, not_sent, uncertain, unreadable
from providers.outgoing import Account, SendError
from providers.public import PublicAdapter, is_public_name

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
MEDIA_READ_SECONDS = 30.0
# Far above any answer of the Graph API; a longer one is no answer.
ANSWER_BYTES = 8 * 1024 * 1024

SEGMENT = re.compile(r"[A-Za-z0-9_=:-][A-Za-z0-9_=:.-]{0,254}")
TOKEN = re.compile(r"[\x21-\x7e]+")


class MetaSessions(threading.local):
    """Two requests sessions per thread: connections are reused, cookies are not kept."""

    def __init__(self) -> None:
        self.named = new_session()
        self.public = new_session()
        # A channel's own address may resolve to a neighbour of ours: these look again when
        # connected.
        self.public.mount("https://", PublicAdapter())

    def for_base(self, base_url: str) -> requests.Session:
        """Return the session for an API address."""
        return self.named if is_named(base_url) else self.public


_sessions = MetaSessions()


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

    def upload(
        self, *path: str, fields: dict[str, str], file: IO[bytes], mime: str, name: str = "file"
    ) -> Json:
        """Post a file as multipart form, streamed, in its field `name`. Raises SendError."""
        form = FormBody(fields, file, mime, name)
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
        headers = {"Authorization": f"Bearer {token_of(self._account)}"}
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
            with _sessions.for_base(graph_url_of(self._account)).request(
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
                raw = read_bounded(
                    response, began + CONNECT_SECONDS + 2 * read_seconds, ANSWER_BYTES
                )
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
        base = graph_url_of(account)
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
        return "/".join((base, account.settings["graph_version"], *path))

    def _proof(self) -> dict[str, str]:
        secret, token = self._account.secrets.get("app_secret", ""), token_of(self._account)
        if not secret:
            return {}
        return {"appsecret_proof": hmac.new(secret.encode(), token.encode(), "sha256").hexdigest()}

    def _bearer(self, is_send: bool, scheme: str) -> Bearer:
        token = token_of(self._account)
        if not TOKEN.fullmatch(token):
            raise self._explain(GraphFault(http=401, code=190), is_send=is_send)
        return Bearer(token, scheme)


def may_call(base_url: str) -> bool:
    """Tell whether an API address may be called: https on the public Internet, or one that the
    settings name.

    A channel's own address must not turn the server against its neighbours.
    """
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return False
    if is_named(base_url):
        return True
    is_plain = parts.scheme == "https" and parts.hostname and parts.username is None
    return bool(is_plain and is_public_name(str(parts.hostname)))


def is_named(base_url: str) -> bool:
    """Tell whether whoever runs the installation named this address: then it may be anywhere."""
    if base_url == settings.META_GRAPH_URL:
        return True
    try:
        return urlsplit(base_url).netloc in settings.MEDIA_EXTRA_HOSTS
    except ValueError:
        return False


def _json_object(raw: bytes | None) -> Json | None:
    try:
        found = json.loads(raw or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
