"""How a signal ends a run: once, and not in the middle of what cannot bear it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# What whoever sits there, the system or a closed terminal asks us to end by.
HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked us to end."""


def listen() -> None:
    """Let the first signal to end raise Interrupted, and have no more of them heard."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl-C must not break the ending in the middle.
        for other in HEARD:
            signal.signal(other, signal.SIG_IGN)
        raise Interrupted

    for number in HEARD:
        # Under nohup SIGHUP is ignored, and shall be.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)


@contextmanager
def later() -> Iterator[None]:
    """Let a signal that comes during the block be heard after it."""
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in HEARD}
    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def forget() -> None:
    """Let signals do in a copy of this process what they do in any process."""
    for number in HEARD:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    # A shell that starts us in the background lets SIGINT be ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
