"""No package reaches a model of a package above it by a name in a string or of a relation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps

from tests.sources import RANK, calls, modules

PACKAGES = [name for name in RANK if name not in ("config", "simulator")]
# Where Django takes names of relations: filter(tickets__status=...), F("lead_score__total").
ASKING = re.compile(
    r"filter|exclude|get|annotate|aggregate|alias|order_by|values|values_list|only|defer|update"
    r"|select_related|prefetch_related|get_field|Prefetch|getattr|F|Q|OuterRef|Count|Sum|Max|Min"
    r"|Exists|When|Coalesce"
)
# A tenant's row names its company: the one word by which the kernel knows of a package above.
KNOWN = {("common/scoping.py", "accounts.Company")}


def above(package: str, other: str) -> bool:
    """Whether a package stands above another one; libraries stand nowhere."""
    return RANK.get(other, -1) > RANK[package]


def reverse_names(package: str) -> set[str]:
    """Return the names by which relations of packages above are reached from models below."""
    return {
        str(name)
        for model in apps.get_models()
        for relation in model._meta.get_fields()
        if relation.auto_created and relation.is_relation and relation.related_model
        if above(package, relation.related_model._meta.app_label)  # type: ignore[union-attr]
        if model._meta.app_label in RANK and not above(package, model._meta.app_label)
        for name in (relation.name, relation.get_accessor_name())  # type: ignore[union-attr]
    }


def asked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give every name of a field that a query asks for, with its line."""
    for name, call in calls(tree):
        if not ASKING.fullmatch(name):
            continue
        for keyword in call.keywords:
            for part in (keyword.arg or "").split("__"):
                yield call.lineno, part
        for argument in call.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                for part in argument.value.removeprefix("-").split("__"):
                    yield call.lineno, part


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give every string of a module but its docstrings, with its line."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


@pytest.mark.parametrize("package", PACKAGES)
def test_no_relation_of_a_package_above_is_asked_for(package: str) -> None:
    names = reverse_names(package)
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules(package)
        for line, name in asked(tree)
        if name in names
    ]
    found += [
        f"{path}:{node.lineno} .{node.attr}"
        for path, tree in modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        if node.attr in names or (node.attr.endswith("_set") and node.attr != "deferred_set")
    ]
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_string_names_a_model_or_a_table_of_a_package_above(package: str) -> None:
    named = {
        word
        for model in apps.get_models(include_auto_created=True)
        if above(package, model._meta.app_label)
        for word in (model._meta.label, model._meta.label_lower, model._meta.db_table)
    }
    words = re.compile(r"[\w.]+")
    found = {
        (path, word)
        for path, tree in modules(package)
        for _line, text in strings(tree)
        for word in words.findall(text)
        if word in named
    }
    assert found <= KNOWN
    if package == "common":
        assert found == KNOWN


@pytest.mark.parametrize("package", PACKAGES)
def test_no_string_names_a_module_of_a_package_above(package: str) -> None:
    dotted = re.compile(r"([a-z]+)(\.[a-z_]+)+(\.[A-Za-z_]+)?")
    found = [
        f"{path}:{line} {text}"
        for path, tree in modules(package)
        for line, text in strings(tree)
        if (named := dotted.fullmatch(text)) and above(package, named[1])
    ]
    assert found == []


def test_no_model_is_looked_up_by_its_name() -> None:
    found = [
        f"{path}:{call.lineno}"
        for path, tree in modules(*PACKAGES)
        for name, call in calls(tree)
        if name in ("get_model", "get_app_config")
    ]
    assert found == []
