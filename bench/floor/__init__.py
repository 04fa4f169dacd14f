"""What a plain Django project does with a webhook and with a socket: the floor of our figures."""

from __future__ import annotations

from bench.stack import HOST, Stack, free_port
from config import processes

SETTINGS = {"DJANGO_SETTINGS_MODULE": "bench.floor.settings"}


def up(stack: Stack) -> int:
    """Make the floor's table, start its web process, return the port when it answers."""
    port = free_port()
    stack.manage("migrate", "--run-syncdb", "--skip-checks", "--verbosity", "0", **SETTINGS)
    stack.start("floor", processes.uvicorn("bench.floor.asgi:application", HOST, port), **SETTINGS)
    stack.wait_for_web(port, "/insert/")
    return port
