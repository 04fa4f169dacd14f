"""`python -m bench [accept] [process] [live] [pages] [sockets]`: all figures, or those named."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from types import FrameType

from bench.report import Report
from bench.stack import ROOT, Stack
from config.embedded import EmbeddedFailure

FIGURES = ("accept", "process", "live", "pages", "sockets")


def main() -> int:
    """Measure what was asked for; the exit code is 1 when a figure misses its goal."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("figures", nargs="*", default=[], help=", ".join(FIGURES))
    wanted = parser.parse_args().figures or list(FIGURES)
    if unknown := set(wanted) - set(FIGURES):
        parser.error(f"unknown figures: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, _interrupt)
    var_dir = ROOT / (os.environ.get("VAR_DIR") or "var")
    report = Report(_folder(var_dir) / "bench.jsonl")
    began = time.monotonic()
    try:
        for name in wanted:
            # A fresh installation each time: no figure may depend on what another left behind.
            with Stack(var_dir / "bench") as stack:
                _use(stack)
                report.say(f"{name}  ({time.monotonic() - began:.0f} s)")
                try:
                    import_module(f"bench.figures.{name}").measure(stack, report)
                finally:
                    _let_go()
    except KeyboardInterrupt:
        report.say("stopped")
        return 130
    except EmbeddedFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    report.say(f"{time.monotonic() - began:.0f} s, figures in {report.path}")
    return 0 if report.ok else 1


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _use(stack: Stack) -> None:
    """Let this process, too, work on the run's database. Addresses stay the same between runs."""
    import django
    from django.apps import apps
    from django.conf import settings

    if not apps.ready:
        os.environ.update(stack.environment)
        django.setup()
    stack.adopt(
        {
            "SECRET_KEY": settings.SECRET_KEY,
            "CREDENTIALS_KEYS": ",".join(settings.CREDENTIALS_KEYS),
            "META_APP_SECRET": settings.META_APP_SECRETS[0],
        }
    )


def _let_go() -> None:
    """Close this process' connections: the next figure has a server of its own."""
    from django.db import connection

    connection.close()
    connection.close_pool()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
