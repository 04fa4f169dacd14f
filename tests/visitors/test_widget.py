"""What a clinic's site loads: of the committed sources, complete in both languages, and small."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAT = ROOT / "static" / "webchat"
SOURCES, BUILT = CHAT / "src", CHAT / "built"
LOADER_BYTES, PANEL_BYTES = 4_000, 26_000


def compressed(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9, mtime=0)) for path in paths)


def words(language: str) -> dict[str, bool]:
    """Each name, and whether its sentence takes a value."""
    text = (SOURCES / "words" / f"{language}.js").read_text()
    return {name: "=>" in rest for name, rest in re.findall(r"^ {2}(\w+): (.*)", text, re.M)}


def test_the_built_files_are_of_the_committed_sources():
    sources = sorted((path for path in SOURCES.rglob("*") if path.is_file()), key=str)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    assert (BUILT / "sources.txt").read_text().strip() == digest, "npm ci && npm run build"


def test_the_page_asks_for_the_built_files():
    asked = set(re.findall(r"built/([\w.-]+)'", (ROOT / "templates/chat/_built.html").read_text()))
    assert len(asked) == 2
    assert asked <= {path.name for path in BUILT.iterdir()}


def test_the_loader_is_small():
    assert compressed(CHAT / "webchat.js") <= LOADER_BYTES


def test_the_panel_is_small_with_style_and_portuguese():
    # English and the work that a busy door asks for come when they are needed.
    assert compressed(*BUILT.glob("panel-*")) <= PANEL_BYTES


def test_both_languages_say_everything():
    assert len(words("pt")) > 80
    assert words("pt") == words("en")


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.js*")), ids=lambda path: path.name)
def test_nothing_is_told_to_whoever_listens_and_no_markup_is_made_of_words(path: Path):
    source = path.read_text()
    assert not re.search(r"postMessage\([^;]*[\"']\*[\"']", source)
    assert "innerHTML" not in source
    assert "dangerouslySetInnerHTML" not in source
