"""The process: it refuses to start where it must not, and its wire can be slow or break."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import uvicorn
from pytest_django import Settings

from simulator.checks import refusal_to_start, simulator_stays_out_of_production
from simulator.transport import DELAY_HEADER, RESET_HEADER, FaultyTransport, Receive, Scope, Send

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("is_on", "debug", "words"),
    [(False, True, "is off"), (False, False, "is off"), (True, False, "DEBUG=0"), (True, True, "")],
)
def test_it_starts_only_when_switched_on_in_development(
    settings: Settings, is_on: bool, debug: bool, words: str
) -> None:
    settings.SIMULATOR, settings.DEBUG = is_on, debug
    reason = refusal_to_start()
    assert (words in reason) if words else reason == ""


def test_the_system_check_refuses_production_and_nothing_else(settings: Settings) -> None:
    settings.SIMULATOR, settings.DEBUG = True, False
    assert [error.id for error in simulator_stays_out_of_production(None)] == ["simulator.E001"]
    settings.DEBUG = True
    assert simulator_stays_out_of_production(None) == []
    settings.SIMULATOR, settings.DEBUG = False, False
    assert simulator_stays_out_of_production(None) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"SIMULATOR": "1", "DEBUG": "0"}, "SIMULATOR=1 with DEBUG=0 is refused"),
        ({"SIMULATOR": "0", "DEBUG": "1"}, "The simulator is off"),
    ],
)
def test_the_asgi_module_refuses_to_load(values: dict[str, str], words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import simulator.asgi"],
        cwd=ROOT,
        env={**os.environ, **values},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert words in done.stderr


async def _answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Ask for whatever fault the query names."""
    headers = [(b"content-length", b"2")]
    if scope["query_string"] == b"reset":
        headers.append((RESET_HEADER.encode(), b"1"))
    if scope["query_string"] == b"slow":
        headers.append((DELAY_HEADER.encode(), b"0.4"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def wire() -> Iterator[str]:
    """Give the address of a real server whose answers pass through the faulty transport."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(FaultyTransport(_answering), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)


def test_a_plain_answer_passes_and_the_wishes_never_leave_the_house(wire: str) -> None:
    answer = requests.get(f"{wire}?slow", timeout=5)
    assert answer.text == "ok"
    assert DELAY_HEADER not in answer.headers


def test_a_reset_breaks_the_connection_before_any_answer(wire: str) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{wire}?reset", timeout=5)
    assert requests.get(wire, timeout=5).text == "ok"


def test_a_slow_answer_makes_an_impatient_caller_give_up(wire: str) -> None:
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{wire}?slow", timeout=(2, 0.15))
