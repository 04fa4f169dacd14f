"""What may be done in few places only: opening a company's scope, deleting files, making ids."""

from __future__ import annotations

import ast
from uuid import uuid4

from django.apps import apps
from django.db import models
from uuid_utils.compat import uuid7

from tests.sources import RANK, calls, modules

# Who opens a company's scope, for what. A further one needs a reason as good as these.
SCOPES = {
    "common/tasks.py:run": "a task is about the company it names",
    "common/tasks.py:company_apart": "walks over companies, one by one",
    "common/scoping.py:for_company": "the explicit door",
    "common/admin/access.py:scope": "the back-office: the reader's one company, or all of them",
    "common/admin/access.py:_look_up": "who the reader is, before anybody knows where they work",
    "accounts/api/base.py:perform_authentication": "the API: the caller's company",
    "inbox/shell/base.py:dispatch": "pages: the reader's company",
    "inbox/talk/live.py:changes_read": "text for an open page, read with its reader's rights",
    "inbox/consumers.py:_visible": "sockets: the reader's company",
    "webhooks/pipeline.py:_store": "each fact in the company of its channel",
    "webhooks/pipeline.py:_store_fact": "each fact in the company of its channel",
    "visitors/http.py:_answer": "panels: the company of the channel whose key they name",
    "visitors/following.py:inside": "sockets of panels: the company of their channel",
    "config/restored.py:sending_hold": "campaigns that a copy brought back, each in its company",
    "campaigns/dispatch.py:_claim": "what is sent from a number, in the company of its channel",
}
# Commands and the demo are started by hand, for companies that they name.
BY_HAND = ("config/demo/", "management/commands/")
# Deleting what the database names goes through common.files; these files are named by no row.
UNNAMED = {
    "common/files.py": "the one function",
    "webhooks/spool.py": "bodies that wait for the database",
    "webhooks/bodies.py": "the empty folder of a day; its files go through the one function",
    "config/backup.py": "a copy that was not finished",
    "config/bootstrap.py": "the virtual environment",
    "config/embedded.py": "the servers' own folders",
}


def functions_calling(*names: str) -> set[str]:
    """Return the innermost functions that call one of these, as path:function."""
    found = set()
    for path, tree in modules():
        functions = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        for name, call in calls(tree):
            if name in names:
                around = [
                    one
                    for one in functions
                    if one.lineno <= call.lineno <= (one.end_lineno or one.lineno)
                ]
                inner = max(around, key=lambda one: one.lineno, default=None)
                found.add(f"{path}:{inner.name if inner else ''}")
    return found


def test_scopes_are_opened_by_these_alone() -> None:
    found = functions_calling("company_scope", "every_company")
    assert {one for one in found if not any(part in one for part in BY_HAND)} == set(SCOPES)


def test_doors_to_people_never_read_past_the_scope() -> None:
    found = set()
    for path, tree in modules():
        is_door = "/api/" in path or path.startswith("inbox/") or path.endswith("views.py")
        for node in ast.walk(tree) if is_door else ():
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                # Schemas are drawn without a company and read no rows.
                if node.value.attr == "unscoped" and node.attr != "none":
                    found.add(path)
    assert found == set()


def test_nobody_sets_a_scope_without_a_door() -> None:
    found = [
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "common.scoping"
        if any(one.name.startswith("_") for one in node.names)
    ]
    assert found == []


def test_files_are_deleted_by_one_function() -> None:
    found = set()
    for path, tree in modules():
        for name, call in calls(tree):
            is_field = name == "delete" and any(one.arg == "save" for one in call.keywords)
            is_storage = name == "delete" and "storage" in ast.unparse(call.func)
            if is_field or is_storage or name in ("unlink", "remove", "rmtree", "rmdir"):
                # Lists and sets lose members by that word, too.
                if name != "remove" or ast.unparse(call.func) == "os.remove":
                    found.add(path)
    assert found == set(UNNAMED)


# --- ids ------------------------------------------------------------------------------------------


def test_every_row_has_an_id_that_sorts_by_time() -> None:
    others = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in RANK
        and not (isinstance(model._meta.pk, models.UUIDField) and model._meta.pk.default is uuid7)
    }
    # Django's own lists of rights, which nothing here fills.
    assert others == {"accounts.User_groups", "accounts.User_user_permissions"}


def test_random_ids_name_no_rows() -> None:
    """A token or a claim may be random; what names a row may not."""
    defaults = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if model._meta.app_label in RANK and field.default is uuid4
    }
    assert defaults == set()
    given = [
        f"{path}:{call.lineno}"
        for path, tree in modules()
        for _name, call in calls(tree)
        for keyword in call.keywords
        if keyword.arg in ("id", "pk") and "uuid4" in ast.unparse(keyword.value)
    ]
    assert given == []
    written = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and "gen_random_uuid" in str(node.value)
    ]
    assert written == []
