"""Measures the figures that were asked for, each on a fresh installation."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from importlib import import_module
from types import FrameType

import django
from django.db import connection

from bench.report import Report
from bench.source import IS_ANOTHER, ROOT
from bench.stack import Stack
from config import processes
from config.embedded import EmbeddedFailure

FIGURES = (
    "hour",
    "accept",
    "process",
    "live",
    "pages",
    "sockets",
    "webchat",
    "mail",
    "widget",
    "queues",
    "bot",
    "people",
    "imports",
    "scoring",
    "campaigns",
    "hooks",
    "million",
    "search",
)


def main() -> int:
    """Measure what was asked for; the exit code is 1 when a figure misses its goal."""
    parser = argparse.ArgumentParser(prog="bench", description="all figures, or those named")
    parser.add_argument("figures", nargs="*", default=[], help=", ".join(FIGURES))
    wanted = parser.parse_args().figures or list(FIGURES)
    if unknown := set(wanted) - set(FIGURES):
        parser.error(f"unknown figures: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if len(wanted) == 1:
            return _measure(wanted[0])
        # A process each: connections, pools and memory of one figure are not the next one's.
        began = time.monotonic()
        missed = [name for name in wanted if _measure_apart(name)]
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 130
    except EmbeddedFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"{time.monotonic() - began:.0f} s; missed or failed: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


def _measure_apart(name: str) -> int:
    child = processes.spawn([sys.executable, "-m", "bench", name], death_signal=signal.SIGTERM)
    try:
        return child.wait()
    except KeyboardInterrupt:
        processes.end(child, signal.SIGTERM, patience=30)
        raise


def _measure(name: str) -> int:
    """Measure one figure on a fresh installation."""
    var_dir = ROOT / (os.environ.get("VAR_DIR") or "var")
    var_dir.mkdir(parents=True, exist_ok=True)
    # What another commit does is kept apart, and shown beside ours from then on.
    before = var_dir / "bench.before.jsonl"
    report = Report(before) if IS_ANOTHER else Report(var_dir / "bench.jsonl", before)
    began = time.monotonic()
    with Stack(var_dir / "bench") as stack:
        os.environ.update(stack.environment)
        django.setup()
        report.say(name)
        try:
            import_module(f"bench.figures.{name}").measure(stack, report)
        finally:
            connection.close()
            connection.close_pool()
    report.say(f"  {time.monotonic() - began:.0f} s, figures in {report.path}")
    return 0 if report.ok else 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
