"""One request to a provider's API, sent once, with what is known of its outcome.

What certainly never left and what may have been taken over are told apart: providers know no
idempotency key, so the latter must not be sent again blindly. Addresses that a person typed reach
only the public Internet, whatever their names resolve to.
"""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.auth import AuthBase
from requests.models import PreparedRequest

from providers.public import PublicAdapter, is_public_name

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
# Far above any answer to a message; a longer one is no answer.
ANSWER_BYTES = 1024 * 1024
USER_AGENT = "central-atendimento/1.0"


class NotSent(Exception):
    """The request certainly never reached the provider."""


class Unanswered(Exception):
    """The provider may have read the request, and nobody knows what came of it."""


class ForeignAddress(Exception):
    """The address is not https on the public Internet."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call. Everything but the method may hold secrets or what a patient is told: never log
    it.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back; `body` is None when it broke off, took too long or never ended."""

    status: int
    body: bytes | None = field(repr=False)
    retry_after: str = ""
    etag: str = field(default="", repr=False)
    last_modified: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the HTTP status says that the request was taken."""
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """Return the body as JSON; None for anything else."""
        try:
            return json.loads(self.body or b"")
        except (ValueError, RecursionError):
            return None


class WatchedBody(io.BytesIO):
    """A request body that knows whether anybody began to send it.

    The connection (name, TCP, TLS) and the headers come first, so a failure with an unread body
    means that the provider never got the request.
    """

    was_read = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.was_read = True
        return super().read(size)

    def __iter__(self) -> Iterator[bytes]:
        self.was_read = True
        return super().__iter__()


class OwnHeaders(AuthBase):
    """Leaves the headers as they are: without it, ~/.netrc would replace the Authorization."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


def new_session() -> requests.Session:
    """Return a session that keeps connections, and no cookies."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT
    return session


class Sessions(threading.local):
    """Two sessions per thread: one looks again at what address it was connected to."""

    def __init__(self) -> None:
        self.named = new_session()
        self.public = new_session()
        self.public.mount("https://", PublicAdapter())


_sessions = Sessions()


def call(
    request: Request,
    *,
    total_seconds: float = CONNECT_SECONDS + 2 * READ_SECONDS,
    most_bytes: int = ANSWER_BYTES,
) -> HttpAnswer:
    """Send a request, once; never follow a redirect. An answer that takes longer in all, or is
    longer, has no body. Raises ForeignAddress, NotSent, Unanswered.
    """
    session = session_for(request.url)
    body = WatchedBody(request.body)
    began = time.monotonic()
    try:
        with session.request(
            request.method,
            request.url,
            data=body if request.body else None,
            headers=dict(request.headers),
            auth=OwnHeaders(),
            timeout=(CONNECT_SECONDS, min(READ_SECONDS, total_seconds)),
            allow_redirects=False,
            stream=True,
        ) as response:
            raw = read_bounded(response, began + total_seconds, most_bytes)
    except requests.ConnectTimeout:
        raise NotSent from None
    except requests.RequestException as problem:
        # The exception's text holds the address; its class says enough.
        logger.warning("provider %s failed: %s", request.method, type(problem).__name__)
        # A request without a body is all headers, so nobody knows whether it was read.
        if body.was_read or not (request.body or never_connected(problem)):
            raise Unanswered from None
        raise NotSent from None
    told = response.headers
    return HttpAnswer(
        response.status_code,
        raw,
        told.get("Retry-After", "")[:20],
        etag=told.get("ETag", "")[:200],
        last_modified=told.get("Last-Modified", "")[:60],
    )


def read_bounded(response: requests.Response, deadline: float, limit: int) -> bytes | None:
    """Read at most `limit` bytes of an answer before a moment of the monotonic clock; None if it
    breaks off or is longer.
    """
    found = bytearray()
    try:
        for chunk in response.iter_content(65_536):
            found += chunk
            if len(found) > limit or time.monotonic() > deadline:
                return None
    except requests.RequestException:
        return None
    return bytes(found)


def may_call(url: str) -> bool:
    """Tell whether an address that a person typed may be called: https on the public Internet, or
    a host that the settings name.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = bool(parts.hostname) and parts.username is None and "\\" not in url
    if is_plain and is_named(url):
        return parts.scheme in ("http", "https")
    return is_plain and parts.scheme == "https" and is_public_name(str(parts.hostname))


def is_named(url: str) -> bool:
    """Tell whether whoever runs the installation named this host: then it may be anywhere."""
    try:
        return urlsplit(url).netloc in settings.MEDIA_EXTRA_HOSTS
    except ValueError:
        return False


def session_for(url: str) -> requests.Session:
    """Return the session that may call an address. Raises ForeignAddress."""
    if not may_call(url):
        raise ForeignAddress
    return _sessions.named if is_named(url) else _sessions.public


def never_connected(problem: requests.RequestException) -> bool:
    """Tell whether no connection was made: the reason stands inside urllib3's wrappings."""
    inner = problem.args[0] if problem.args else None
    reason = type(getattr(inner, "reason", None)).__name__
    return reason in ("NewConnectionError", "NameResolutionError", "PrivateAddress")
