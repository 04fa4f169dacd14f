"""Files and functions stay as long as one story."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
APART = {"tests", "bench", "migrations", "node_modules", ".venv", "var", "examples", "docs"}
MOST_LINES, LONGEST_FUNCTION, MOST_PARAMETERS = 400, 50, 8


def files() -> list[Path]:
    return [
        path
        for folder in sorted(ROOT.iterdir())
        if folder.is_dir() and folder.name not in APART and not folder.name.startswith(".")
        for path in folder.rglob("*.py")
        if not APART.intersection(path.parts)
    ]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def test_there_is_something_to_measure():
    assert len(files()) > 300


def test_no_file_is_longer_than_a_story():
    lines = {path: len(path.read_text().splitlines()) for path in files()}
    assert {str(path.relative_to(ROOT)): n for path, n in lines.items() if n > MOST_LINES} == {}


def test_no_function_is_longer_than_a_screen_or_asks_for_too_much():
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in files()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
        or parameters(node) > MOST_PARAMETERS
    ]
    assert found == []
