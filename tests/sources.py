"""The product's own source, read by tests that hold rules about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# From below to above; packages of one row do not see each other.
ROWS: tuple[tuple[str, ...], ...] = (
    ("common",),
    ("accounts",),
    ("contacts",),
    ("providers",),
    ("omnichannel",),
    ("queues", "leadscoring", "agenda"),
    ("campaigns",),
    ("bot",),
    ("flows",),
    ("webhooks", "visitors", "integrations"),
    ("inbox", "analytics"),
    ("simulator",),
    ("config",),
)
RANK = {name: place for place, row in enumerate(ROWS) for name in row}


@cache
def _parsed(package: str) -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text()))
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    )


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Give the modules of some packages, or of all, by their path."""
    for package in packages or tuple(RANK):
        yield from _parsed(package)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Give every call below a node, with the last name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
            yield name, node
