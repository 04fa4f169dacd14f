"""Another system for tests: the example's receiver, which can be made to fail in many ways."""

from __future__ import annotations

import importlib.util
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

_file = Path(__file__).parents[2] / "examples" / "webhook_receiver.py"
_spec = importlib.util.spec_from_file_location("webhook_receiver", _file)
assert _spec is not None and _spec.loader is not None
example = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(example)


class Other:
    """A receiver that keeps what it took, in order. `faults` are answers to give first, one a
    request: a status, "reset" or "inside"; `share` is how much of the rest fails.
    """

    def __init__(self) -> None:
        self.secret = ""
        self.taken: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.requests = 0
        self.faults: list[int | str] = []
        self.share = 0.0
        self.port = 0
        self._random = random.Random(7)
        self._lock = threading.Lock()
        self._came = threading.Condition()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/aviso"

    def fault(self) -> int | str | None:
        """Return how this request is to fail, if it is."""
        with self._lock:
            self.requests += 1
            if self.faults:
                return self.faults.pop(0)
            if self._random.random() < self.share:
                return self._random.choice([500, 503, "reset", "inside", 429])
            return None

    def until(self, count: int) -> bool:
        """Wait until so much was taken; tell whether it was, in good time."""
        with self._came:
            return self._came.wait_for(lambda: len(self.ids) >= count, timeout=60)

    def take(self, event_id: str, event: dict[str, Any]) -> None:
        """Keep what came."""
        with self._lock:
            self.ids.append(event_id)
            self.taken.append(event)
        with self._came:
            self._came.notify_all()

    @contextmanager
    def listening(self, port: int = 0) -> Iterator[None]:
        """Listen for the length of the block."""
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(other: Other) -> type[Any]:
    class Handler(example.Receiver):  # type: ignore[name-defined, misc]
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            fault = other.fault()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if fault == "reset":
                self.close_connection = True
                self.connection.close()
                return
            if fault == "inside":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if fault is not None:
                self._answer(int(fault))
                return
            event_id = example.verify(other.secret, self.headers, body, example.time.time())
            other.take(event_id, json.loads(body))
            self._answer(204)

    return Handler
