"""A picture that a mail names by an address, fetched for a reader who asked for it.

The sender sees our server's address and the moment, and nothing of the reader: no cookie, no
language, no browser. Only what is on the public Internet is asked, and only a picture comes back.
"""

from __future__ import annotations

import logging
import time
from urllib.parse import urljoin, urlsplit

import requests

from providers.files import sniff
from providers.http import (
    CONNECT_SECONDS,
    ForeignAddress,
    OwnHeaders,
    is_named,
    read_bounded,
    session_for,
)

logger = logging.getLogger(__name__)

LARGEST = 5 * 1024 * 1024
READ_SECONDS = 8.0
WHOLE_SECONDS = 15.0
REDIRECT_COUNT = 3
TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class NoPicture(Exception):
    """There is no picture at this address, or none that may be fetched."""


def picture_fetch(url: str) -> tuple[str, bytes]:
    """Return the type and the bytes of a picture. Raises NoPicture."""
    deadline = time.monotonic() + WHOLE_SECONDS
    try:
        for _hop in range(REDIRECT_COUNT + 1):
            if time.monotonic() > deadline:
                raise NoPicture
            with session_for(_secure(url)).get(
                _secure(url),
                headers={"Accept": "image/*", "Accept-Encoding": "identity"},
                auth=OwnHeaders(),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.is_redirect:
                    url = urljoin(_secure(url), response.headers["Location"])
                    continue
                body = read_bounded(response, deadline, LARGEST)
                return _checked(response.status_code, body)
    except (requests.RequestException, ForeignAddress, ValueError) as problem:
        # The address may name the reader: only what went wrong is told.
        logger.info("mail picture: %s", type(problem).__name__)
    raise NoPicture


def _checked(status: int, body: bytes | None) -> tuple[str, bytes]:
    found = sniff(body) if status == 200 and body else None
    if body is None or found not in TYPES:
        raise NoPicture
    return found, body


def _secure(url: str) -> str:
    """Return the same address over https: nothing is fetched in clear."""
    if url[:7].lower() == "http://" and not is_named(url) and not urlsplit(url).port:
        return f"https://{url[7:]}"
    return url
