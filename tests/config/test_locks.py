"""The two lock files."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))


def test_the_development_lock_holds_the_runtime_lock_whole() -> None:
    runtime = pins("requirements.lock")
    assert len(runtime) > 50
    assert runtime.items() <= pins("requirements-dev.lock").items()


def test_no_package_comes_from_a_named_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "--index-url" not in text
        assert "://" not in text
