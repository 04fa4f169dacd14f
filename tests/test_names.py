"""One word has one meaning: no two classes of the product share a name."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["importlinter"]["root_packages"]
# Django asks for this name in each command's module.
GIVEN = {"Command"}


def test_no_class_name_stands_twice():
    places: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            # A class inside another goes by both names: Contact.Status.
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert len(places) > 500
    doubles = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in doubles.items() if name not in GIVEN} == {}
