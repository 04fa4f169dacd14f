"""How much a request may send and how long it may take, before anything is spent on it.

Django's ASGI handler spools a whole body to disk before a view, a login or a token is looked at,
and uvicorn waits for a sender as long as he likes. A proxy that buffers requests does this too,
where there is one.
"""

from __future__ import annotations

import asyncio
import re
import time
from http.cookies import CookieError, SimpleCookie
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from knox.settings import knox_settings
from rest_framework.exceptions import AuthenticationFailed

from accounts.api.auth import TokenAuthentication
from visitors.http import is_visitor
from webhooks.receiver import Receive, Scope, Send

# A login, a token's request and every webhook fit many times; files need a login.
STRANGERS_BYTES = 1024 * 1024
# The largest file that any provider takes has 100 MB; the form around it is small.
LARGEST_BYTES = 101 * 1024 * 1024
# A visitor's file, with the form around it.
VISITORS_BYTES = 17 * 1024 * 1024
# Between two parts of a body. A phone in a lift comes back sooner.
PART_SECONDS = 20.0
# In all: half a minute, and more for what really comes at 16 kB/s.
BODY_SECONDS = 30.0
SLOWEST_BYTES_A_SECOND = 16_000

UPLOAD = re.compile(r"/chat/([A-Za-z0-9_-]{22})/arquivos/")

TOO_LARGE = "O envio é grande demais. Escolha um arquivo menor.\n"
TOO_SLOW = "O envio demorou demais. Confira sua conexão e tente de novo.\n"


class BodyRefused(Exception):
    """A body is not read on; `status` says why."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Bounded:
    """An application whose requests have limits. A refused one is answered 413 or 408, and its
    connection closed, so that the rest need not be read.
    """

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        body = Body(scope, receive)
        is_answered = False

        async def answer(message: Any) -> None:
            nonlocal is_answered
            # After a refusal the application's own words about a broken request count no more.
            if body.refusal is None:
                is_answered = True
                await send(message)

        try:
            await body.announce()
            await self.behind(scope, body.receive, answer)
        except BodyRefused:
            pass
        if body.refusal is not None and not is_answered:
            await _refuse(send, body.refusal)


class Body:
    """The body of one request, handed on as it comes."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._began = time.monotonic()
        self._size = 0
        self._allowed = STRANGERS_BYTES
        self._is_whole = False
        self.refusal: BodyRefused | None = None

    async def announce(self) -> None:
        """Judge the length that the request names; raises Refused."""
        length = dict(self._scope["headers"]).get(b"content-length", b"")
        # Python refuses to read thousands of digits as a number.
        if length.isdigit():
            await self._allow(int(length) if len(length) <= 12 else LARGEST_BYTES + 1)

    async def receive(self) -> Any:
        """Give the next part. What is refused looks to the application like a caller who left."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._patience()):
                message = await self._receive()
            if message["type"] == "http.request":
                self._size += len(message.get("body", b""))
                await self._allow(self._size)
                self._is_whole = not message.get("more_body")
        except TimeoutError:
            self.refusal = BodyRefused(408, TOO_SLOW)
        except BodyRefused:
            pass
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        return message

    def _patience(self) -> float:
        spent = time.monotonic() - self._began
        left = BODY_SECONDS + self._size / SLOWEST_BYTES_A_SECOND - spent
        return max(0.0, min(PART_SECONDS, left))

    async def _allow(self, size: int) -> None:
        if size <= self._allowed:
            return
        if size <= VISITORS_BYTES and await sync_to_async(_is_visitor)(self._scope):
            self._allowed = VISITORS_BYTES
            return
        if size <= LARGEST_BYTES and await sync_to_async(_is_known)(self._scope):
            self._allowed = LARGEST_BYTES
            return
        self.refusal = BodyRefused(413, TOO_LARGE)
        raise self.refusal


def _is_known(scope: Scope) -> bool:
    """Tell whether a request carries a session of somebody who logged in, or a token that works."""
    headers = dict(scope["headers"])
    try:
        return _has_token(headers.get(b"authorization", b"")) or _has_session(
            headers.get(b"cookie", b"")
        )
    finally:
        connection.close()


def _is_visitor(scope: Scope) -> bool:
    """Tell whether a request brings a file to the chat of a site, by a visitor whose session is
    there.
    """
    found = UPLOAD.fullmatch(scope["path"])
    if found is None:
        return False
    headers = dict(scope["headers"])
    try:
        cookie = headers.get(b"cookie", b"").decode("latin-1")
        return is_visitor(found[1], cookie, headers.get(b"authorization", b"").decode("latin-1"))
    finally:
        connection.close()


def _has_token(header: bytes) -> bool:
    prefix, _blank, token = header.partition(b" ")
    if prefix.decode("latin-1") != knox_settings.AUTH_HEADER_PREFIX or not token:
        return False
    try:
        TokenAuthentication().authenticate_credentials(token)
    except AuthenticationFailed:
        return False
    return True


def _has_session(header: bytes) -> bool:
    try:
        cookie = SimpleCookie(header.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    if cookie is None or "\x00" in cookie.value:
        return False
    row = Session.objects.filter(pk=cookie.value, expire_date__gt=timezone.now()).first()
    return row is not None and SESSION_KEY in row.get_decoded()


async def _refuse(send: Send, refusal: BodyRefused) -> None:
    body = refusal.words.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
