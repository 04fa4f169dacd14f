"""(x) What a visitor's browser loads of the chat on a clinic's site, as it comes over the line."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

from bench.report import Report
from bench.source import ROOT
from bench.stack import Stack

CHAT = ROOT / "static" / "webchat"


def measure(stack: Stack, report: Report) -> None:
    """Measure the built files; no process is needed."""
    built = CHAT / "built"
    loader, panel = [CHAT / "webchat.js"], sorted(built.glob("panel-*"))
    report.add("widget.loader", _kilobytes(loader), "kB", goal="value <= 4", note="on every page")
    report.add(
        "widget.panel",
        _kilobytes(panel),
        "kB",
        goal="value <= 26",
        note="script, style and Portuguese, when the chat is opened",
    )
    report.add("widget.english", _kilobytes(built.glob("en-*")), "kB")
    later = [*built.glob("work-*"), *built.glob("proof-*")]
    report.add("widget.work", _kilobytes(later), "kB", note="only above the soft limits")


def _kilobytes(paths: Iterable[Path]) -> float:
    return sum(len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in paths) / 1000
