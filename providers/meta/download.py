"""Fetching a received file from Meta's hosts, and from nowhere else.

The address comes from Meta's answer, still it is treated as foreign: allow-listed hosts over https,
no private address (looked at before and again on the connected socket, against a name that changes
between the two), redirects only within the list, a bounded stream, and the token for these hosts
only.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from providers.http import USER_AGENT
from providers.meta.account import token_of
from providers.meta.bodies import Bearer
from providers.meta.client import CONNECT_SECONDS, MEDIA_READ_SECONDS
from providers.meta.errors import Explain, GraphFault, not_sent
from providers.outgoing import Account, MediaInfo, SendError
from providers.public import PrivateAddress, PublicAdapter, is_public

logger = logging.getLogger(__name__)

META_HOSTS = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:fbcdn\.net|fbsbx\.com|whatsapp\.net|cdninstagram\.com)"
)
CHUNK_BYTES = 65_536
REDIRECT_COUNT = 3
# A file of 100 MB on a slow line; a server that drips bytes does not hold a worker for longer.
WHOLE_SECONDS = 300.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def media_chunks(
    account: Account, info: MediaInfo, limit: int, explain: Explain
) -> Iterator[bytes]:
    """Stream a file in chunks, at most `limit` bytes in all. Raises SendError."""
    deadline = time.monotonic() + WHOLE_SECONDS
    response = _open(account, info.url, explain)
    try:
        _check_answer(response, info, limit)
        total = 0
        for chunk in response.iter_content(CHUNK_BYTES):
            total += len(chunk)
            if total > limit:
                raise too_large()
            if time.monotonic() > deadline:
                raise not_sent()
            yield chunk
    except requests.RequestException as problem:
        logger.warning("media download broke off: %s", type(problem).__name__)
        raise not_sent() from None
    finally:
        response.close()


def too_large() -> SendError:
    """Return the error for a file over the limit."""
    return SendError("midia_grande", _("O arquivo é maior do que o limite e não foi baixado."))


def foreign() -> SendError:
    """Return the error for an address that is not Meta's."""
    return SendError("midia_de_fora", _("O endereço do arquivo não é da Meta e não foi aberto."))


@dataclass(frozen=True, slots=True)
class FetchAddress:
    """An address that may be fetched. `extra_host` is set for one that the settings add."""

    url: str
    host: str
    extra_host: str = ""


def place_of(url: str) -> FetchAddress:
    """Return where an address leads. Raises SendError for any host that is not allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise foreign() from None
    host = (parts.hostname or "").rstrip(".")
    if parts.username is not None or parts.password is not None or "\\" in url:
        raise foreign()
    extra = f"{host}:{port}"
    if parts.scheme in ("http", "https") and extra in settings.MEDIA_EXTRA_HOSTS:
        return FetchAddress(url, host, extra)
    if parts.scheme != "https" or port not in (None, 443) or not META_HOSTS.fullmatch(host):
        raise foreign()
    return FetchAddress(url, host)


def _open(account: Account, url: str, explain: Explain) -> requests.Response:
    """Open the address, following redirects within the allowed hosts."""
    place = place_of(url)
    for _hop in range(REDIRECT_COUNT + 1):
        response = _fetch(account, place)
        if response.status_code not in REDIRECTS:
            break
        target = urljoin(place.url, response.headers.get("Location", ""))
        response.close()
        following = place_of(target)
        # The token was meant for the first kind of host.
        if place.extra_host != following.extra_host:
            raise foreign()
        place = following
    if response.status_code == 200:
        return response
    response.close()
    # The CDN answers 403 to an old signature; a bad token would have failed a step earlier.
    if response.status_code in (401, 403, 404, 410):
        raise SendError(
            "midia_expirada", _("O endereço do arquivo venceu. Vamos pedir outro."), retryable=True
        )
    raise explain(GraphFault(http=response.status_code), is_send=False)


def _fetch(account: Account, place: FetchAddress) -> requests.Response:
    if not place.extra_host:
        check_public(place.host)
    try:
        return _sessions.session.get(
            place.url,
            auth=Bearer(token_of(account)),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            timeout=(CONNECT_SECONDS, MEDIA_READ_SECONDS),
            allow_redirects=False,
            stream=True,
        )
    except PrivateAddress:
        raise foreign() from None
    except requests.RequestException as problem:
        if isinstance(_root(problem), PrivateAddress):
            raise foreign() from None
        logger.warning("media download failed: %s", type(problem).__name__)
        raise not_sent() from None


def _check_answer(response: requests.Response, info: MediaInfo, limit: int) -> None:
    """Refuse what is announced too large, packed (a bomb), or a web page in the place of a file."""
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and len(length) < 16 and int(length) > limit:
        raise too_large()
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise unusable()
    shown = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if shown == "text/html" and not info.mime_type.startswith("text/html"):
        raise unusable()


def unusable() -> SendError:
    """Return the error for an answer that is not the file."""
    return SendError(
        "midia_invalida", _("A Meta não entregou o arquivo. Vamos tentar de novo."), retryable=True
    )


# --- no private address ---------------------------------------------------------------------------


def check_public(host: str) -> None:
    """Refuse a name that resolves to any private, local or reserved address. Raises SendError."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        raise not_sent() from None
    if not all(is_public(str(address[4][0])) for address in found):
        raise foreign()


class DownloadSessions(threading.local):
    """One session per thread. Plain http is for hosts that the settings add."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.mount("https://", PublicAdapter())


_sessions = DownloadSessions()


def _root(problem: BaseException) -> BaseException | None:
    """Return the reason inside requests' and urllib3's wrappings."""
    inner = problem.args[0] if problem.args else None
    return getattr(inner, "reason", None)
