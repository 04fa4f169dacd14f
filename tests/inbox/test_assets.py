"""static/vendor holds what the lock file says and what the templates ask for."""

import json
import re
from pathlib import Path

import pytest

from providers import registry

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
PYTHON = sorted((ROOT / "inbox").rglob("*.py"))


def locked(name: str) -> str:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    return str(lock["packages"][f"node_modules/{name}"]["version"])


def test_the_committed_files_are_those_of_the_locked_versions():
    assert {path.name for path in VENDOR.iterdir()} == {
        f"echarts-{locked('echarts')}.min.js",
        "echarts.LICENSE.txt",
        "echarts.NOTICE.txt",
        f"htmx-{locked('htmx.org')}.min.js",
        "htmx.LICENSE.txt",
        f"lucide-{locked('lucide-static')}.svg",
        "lucide.LICENSE.txt",
        "preact.LICENSE.txt",
        "react.LICENSE.txt",
        "xyflow.LICENSE.txt",
        "icons.txt",
    }


def test_the_lock_names_no_download_address():
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_pages_ask_only_for_vendored_files_that_exist():
    sources = "\n".join(path.read_text() for path in (*TEMPLATES, *PYTHON))
    asked = set(re.findall(r"vendor/([\w.-]+\.(?:js|svg|css))", sources))
    assert asked
    assert asked <= {path.name for path in VENDOR.iterdir()}


def test_every_icon_that_is_drawn_is_in_the_sprite():
    sprite = next(VENDOR.glob("lucide-*.svg")).read_text()
    drawn = set(re.findall(r'{% icon "([\w-]+)"', "\n".join(p.read_text() for p in TEMPLATES)))
    folder = ROOT / "inbox" / "templatetags"
    tags = (folder / "inbox_ui.py").read_text() + (folder / "inbox_rows.py").read_text()
    drawn |= set(re.findall(r'"\w+": "([a-z]+(?:-[a-z]+)*)"[,}]', tags))
    drawn |= set(re.findall(r"""icon\(["']([\w-]+)["']""", tags))
    # A kind of channel names its own.
    drawn |= {registry.policy_of(kind).icon for kind in registry.ADAPTERS}
    assert drawn <= set(re.findall(r'<symbol id="([\w-]+)"', sprite))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_rule_of_a_style_is_closed(path: Path):
    # A browser forgives an open one, and loses all that stands below.
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_needs_a_relaxed_content_policy(path: Path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\s(?:style|on\w+|hx-on[\w:-]*)\s*=", text)
    assert not re.search(r"(?:src|href)=[\"']https?://", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_line_of_a_template_is_longer_than_a_screen(path: Path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        assert len(line) <= 160, f"{path}:{number}"


def test_what_a_script_asks_of_another_is_exported_there():
    """A linter takes a module's name for whatever is asked of it."""
    scripts = ROOT / "static" / "inbox" / "js"
    missing = []
    for path in sorted(scripts.glob("*.js")):
        text = path.read_text()
        for name, other in re.findall(r'import \* as (\w+) from "\./(\w+)\.js"', text):
            there = (scripts / f"{other}.js").read_text()
            given = set(
                re.findall(r"export (?:async )?(?:function\*?|const|let|class) (\w+)", there)
            )
            asked = set(re.findall(rf"(?<![\w./]){name}\.(\w+)", text))
            missing += [f"{path.name}: {name}.{one}" for one in sorted(asked - given)]
        for names, other in re.findall(r'import \{([^}]*)\} from "\./(\w+)\.js"', text):
            there = (scripts / f"{other}.js").read_text()
            given = set(
                re.findall(r"export (?:async )?(?:function\*?|const|let|class) (\w+)", there)
            )
            asked = {one.split(" as ")[0].strip() for one in names.split(",") if one.strip()}
            missing += [f"{path.name}: {one} of {other}" for one in sorted(asked - given)]
    assert missing == []
