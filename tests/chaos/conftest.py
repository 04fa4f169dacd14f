"""Where a run keeps its servers and logs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a folder of this run's own; it stays after a failure, to be looked at."""
    path = ROOT / (os.environ.get("CHAOS_DIR") or f"var/chaos-{os.getpid()}")
    failed = request.session.testsfailed
    yield path
    if request.session.testsfailed == failed:
        shutil.rmtree(path, ignore_errors=True)
