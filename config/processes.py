"""Child processes that end with whoever started them, even when that one is killed with SIGKILL."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

PR_SET_PDEATHSIG = 1

# The kernel sends the death signal when the *thread* that forked ends, not when its process does,
# so one thread that lives as long as the process starts them all.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
# Loaded here: nothing may be imported or looked up between fork and exec.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def spawn(
    args: Sequence[str],
    *,
    death_signal: signal.Signals = signal.SIGKILL,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a command in its own session; it gets `death_signal` when this process dies in any way.

    Its own session keeps the terminal's Ctrl-C away from it: we decide the order of ending.
    Other options go to `subprocess.Popen`, whose errors (`OSError`) are raised here.
    """
    bind = _binder(death_signal, os.getpid())

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 (commands are ours)
            list(args), start_new_session=True, preexec_fn=bind, **options
        )

    return _starter.submit(start).result()


def _binder(death_signal: signal.Signals, parent: int) -> Callable[[], None] | None:
    if _prctl is None:
        return None

    def bind() -> None:
        # A shell that starts us in the background lets SIGINT be ignored, and that is inherited.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _prctl(PR_SET_PDEATHSIG, int(death_signal))
        # The parent may have died since the fork; then no signal will ever come.
        if os.getppid() != parent:
            os._exit(1)

    return bind


def end(
    process: subprocess.Popen[bytes],
    *signals: signal.Signals,
    patience: float = 15.0,
) -> int:
    """Send the signals in turn, `patience` seconds apart, then SIGKILL; give the exit code."""
    for number in signals or (signal.SIGTERM,):
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
    return process.wait()


def uvicorn(application: str, host: str, port: int) -> list[str]:
    """Give the command that serves an ASGI application."""
    return [
        *(sys.executable, "-m", "uvicorn", application, "--host", host, "--port", str(port)),
        # A compressing socket keeps 64 KiB of state of its own, and hints are a line long.
        *("--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
        *("--no-proxy-headers", "--no-server-header", "--no-access-log"),
        *("--timeout-graceful-shutdown", "5"),
    ]
