"""Nobody outside of `providers` compares a kind of channel: they ask its policy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.choices import ChannelKind

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("common", "accounts", "contacts", "omnichannel", "queues", "leadscoring", "agenda"),
    *("campaigns", "bot", "visitors", "webhooks", "inbox", "analytics", "config"),
)
KINDS = frozenset(ChannelKind.values) - {ChannelKind.EMAIL}
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
PROVIDER = re.compile(r"\b(Meta|Twilio|Zenvia|Infobip)\b")
# What may name a kind, and why.
ALLOWED = {
    "omnichannel/api/whatsapp.py": "the spec's own addresses",
    "omnichannel/models/channel.py": "the default of a stored column",
    "campaigns/models/campaign.py": "the default of a stored column",
    "config/checklist.py": "the spec's own points before going live",
    "config/old_tables.py": "the spec's own tables knew no other",
    "contacts/refs.py": "a kind of identity that has the same word",
    "config/backoffice.py": "the name of an icon",
    "visitors/models.py": "how a visitor asks to be answered, which has the same word",
}


def named(tree: ast.AST) -> Iterator[int]:
    """Give the lines on which a kind is named."""
    for node in ast.walk(tree):
        is_member = (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "ChannelKind"
            and node.attr in ChannelKind.__members__
        )
        if is_member or (isinstance(node, ast.Constant) and node.value in KINDS):
            yield node.lineno


def product_files() -> list[Path]:
    """Give every file that may not know one kind from another."""
    found = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return [
        file
        for file in found
        if not {"migrations", "demo"} & set(file.relative_to(ROOT).parts)
        and str(file.relative_to(ROOT)) not in ALLOWED
    ]


def test_nobody_names_a_kind_outside_of_providers() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in product_files()
        for line in named(ast.parse(file.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize("name", list(ALLOWED))
def test_what_is_allowed_still_names_one(name: str) -> None:
    assert list(named(ast.parse((ROOT / name).read_text())))


def test_templates_and_scripts_name_no_kind() -> None:
    pages = [*(ROOT / "templates" / "inbox").rglob("*.html")]
    pages += [*(ROOT / "static" / "inbox" / "js").rglob("*.js")]
    found = [
        f"{page.relative_to(ROOT)}: {kind}"
        for page in pages
        for kind in KINDS
        for quote in "\"'"
        if f"{quote}{kind}{quote}" in page.read_text()
    ]
    assert found == []


def test_a_comparison_would_be_found() -> None:
    assert list(named(ast.parse('if channel.kind == "whatsapp":\n    pass'))) == [1]
    assert list(named(ast.parse("rows.filter(kind=ChannelKind.SMS)"))) == [1]


def words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give the texts of a module that are no docstrings."""
    bodies = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | FUNCTIONS)]
    docstrings = {
        id(one.body[0].value) for one in bodies if one.body and isinstance(one.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.lineno, node.value


def test_no_sentence_outside_of_providers_names_one() -> None:
    """A sentence says the provider's name as its kind declares it, or no name."""
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in product_files()
        # What is missing in the environment is told to who runs the installation.
        if file not in (ROOT / "config" / "checks.py", ROOT / "config" / "checklist.py")
        for line, text in words(ast.parse(file.read_text()))
        if PROVIDER.search(text)
    ]
    pages = [*(ROOT / "templates").rglob("*.html")]
    found += [
        str(page.relative_to(ROOT))
        for page in pages
        if "simulator" not in page.parts
        and any(PROVIDER.search(one) for one in re.findall(r"translate.*", page.read_text()))
    ]
    assert found == []


def test_a_name_in_a_sentence_would_be_found() -> None:
    tree = ast.parse('"""Meta."""\nSAID = _("A Meta não respondeu.")')
    assert [line for line, text in words(tree) if PROVIDER.search(text)] == [2]
