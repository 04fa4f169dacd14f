"""A receiver of this product's outgoing webhooks, with the standard library alone.

    WEBHOOK_SECRET=whsec_... python3 examples/webhook_receiver.py 8080

It takes POSTs, proves each by its signature (Standard Webhooks 1.0.0), takes every event once
however often it comes, and prints a line for each. Put a proxy with TLS in front: the product tells
only addresses that begin with https.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# An event that was signed longer ago, or later than now, may be an old one played again.
TOLERANCE_SECONDS = 300
MOST_BYTES = 65_536


class SignatureRefused(Exception):
    """The request was not signed with our secret, or not now."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the event's id. Raises SignatureRefused.

    `body` must be the very bytes that came: JSON that was read and written again differs.
    """
    event_id = headers.get("webhook-id", "")
    moment = headers.get("webhook-timestamp", "")
    if not event_id or not moment.isdigit() or abs(now - int(moment)) > TOLERANCE_SECONDS:
        raise SignatureRefused
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{moment}.".encode() + body
    wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # While a secret is being changed there are two signatures, and one of them is for us.
    for one in headers.get("webhook-signature", "").split():
        version, _comma, given = one.partition(",")
        if version == "v1" and hmac.compare_digest(given, wanted):
            return event_id
    raise SignatureRefused


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is proven and new or known, 401 to everything else."""

    secret = ""
    # Keep these in your database, in the transaction that does the work; a day is enough.
    known: set[str] = set()  # noqa: RUF012  (an example of one process)
    take: Callable[[dict[str, Any]], None] = staticmethod(lambda event: print(json.dumps(event)))

    def do_POST(self) -> None:
        """Prove, then take once, then answer: fast, and the work itself later."""
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= MOST_BYTES:
            return self._answer(413)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event_id = verify(self.secret, headers, body, time.time())
        except SignatureRefused:
            return self._answer(401)
        if event_id not in self.known:
            self.take(json.loads(body))
            self.known.add(event_id)
        return self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Write no request lines: addresses may hold keys."""


if __name__ == "__main__":
    Receiver.secret = os.environ["WEBHOOK_SECRET"]
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()
