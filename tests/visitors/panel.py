"""A panel as the door meets it: a browser with cookies, or with a pointer alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import uuid4

from channels.testing import WebsocketCommunicator
from django.http import HttpResponse
from django.test import Client

from omnichannel.models import Channel
from tests import make
from visitors.selectors import site_of
from visitors.sockets import VisitorsFirst

OWN = "http://testserver"


class Panel:
    """One visitor's browser at one channel."""

    def __init__(self, channel: Channel, ip: str = "203.0.113.7", *, has_cookies: bool = True):
        self.channel, self.ip = channel, ip
        self.base = f"/chat/{channel.account_id}/"
        self.client = Client()
        self.pointer = ""
        self.has_cookies = has_cookies
        self.session: dict[str, Any] = {}
        self.headers: dict[str, str] = {"origin": OWN, "accept-language": "pt-BR"}

    def call(self, method: str, name: str, body: Any = None, **headers: str) -> HttpResponse:
        """Make one request."""
        if not self.has_cookies:
            self.client.cookies.clear()
        given = {**self.headers, **headers}
        if self.pointer and "authorization" not in given:
            given["authorization"] = f"Bearer {self.pointer}"
        sent: dict[str, Any] = {"headers": given, "REMOTE_ADDR": self.ip}
        if method == "post":
            sent |= {"data": json.dumps(body or {}), "content_type": "application/json"}
        answer: HttpResponse = getattr(self.client, method)(self.base + name, **sent)
        return answer

    def post(self, name: str, body: Any = None, **headers: str) -> HttpResponse:
        """Post JSON."""
        return self.call("post", name, body, **headers)

    def get(self, name: str, **headers: str) -> HttpResponse:
        """Ask."""
        return self.call("get", name, **headers)

    def open(self, **body: Any) -> HttpResponse:
        """Open the chat; the pointer that comes is kept."""
        answer = self.post("sessao/", {"embedder": make.SITE, **body})
        if answer.status_code == 200:
            told = answer.json()
            self.session = told["session"]
            self.pointer = told["pointer"] or self.pointer
        return answer

    def start(self, **form: str) -> Panel:
        """Open the chat and accept its notice."""
        assert self.open().status_code == 200
        notice = site_of(self.channel).notice.version
        assert self.post("formulario/", {"notice": notice, **form}).status_code == 200
        return self

    def say(self, text: str = "Oi", client_id: str = "", **body: Any) -> HttpResponse:
        """Write a message."""
        given = {"client_id": client_id or uuid4().hex, "text": text, **body}
        return self.post("mensagens/", given)

    def socket(self, origin: str = OWN) -> WebsocketCommunicator:
        """Return a socket of the panel, not connected yet."""
        cookies = "; ".join(f"{name}={one.value}" for name, one in self.client.cookies.items())
        headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
        if self.has_cookies and cookies:
            headers.append((b"cookie", cookies.encode()))
        path = f"/ws/chat/{self.channel.account_id}/"
        made = WebsocketCommunicator(VisitorsFirst(_nobody), path, headers=headers)
        made.scope["client"] = [self.ip, 40000]
        return made


async def _nobody(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("a visitor's socket went past its door")


def worked(challenge: str, bits: int) -> dict[str, str]:
    """Do the work that a challenge asks for."""
    nonce = 0
    while True:
        digest = hashlib.sha256(f"{challenge}:{nonce}".encode()).digest()
        if not int.from_bytes(digest) >> (256 - bits):
            return {"challenge": challenge, "nonce": str(nonce)}
        nonce += 1
