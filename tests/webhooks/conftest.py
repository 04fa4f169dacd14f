"""Bells are collected, and the spool is a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _quiet(bells, settings, tmp_path: Path) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"
