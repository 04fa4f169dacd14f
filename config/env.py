"""The environment, read once. Settings take every value from here, so this file lists all there
are.

`.env` beside manage.py fills what the process environment leaves open; the process environment
wins.
"""

from __future__ import annotations

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)


def path(name: str, default: Path) -> Path:
    """Read a folder; a relative one is taken from the project's root."""
    value = env.str(name, default="")
    return BASE_DIR / value if value else default


def names(name: str) -> list[str]:
    """Read a comma list, blanks dropped."""
    return [item.strip() for item in env.str(name, default="").split(",") if item.strip()]
