"""Files that the database names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction


def files_delete(files: Iterable[Any]) -> None:
    """Delete stored files (FieldFile) once the transaction is committed, at once outside of one: a
    file that is gone does not come back when the transaction is undone. Empty ones are passed over.
    """
    stored = [(file.storage, str(file.name)) for file in files if file]
    transaction.on_commit(lambda: _delete(stored))


def files_delete_now(files: Iterable[Any]) -> None:
    """Delete stored files (FieldFile) that no row names, without asking the database: threads of
    the web process do this, and nothing gives back what connections those open.
    """
    _delete([(file.storage, str(file.name)) for file in files if file])


def _delete(stored: Iterable[tuple[Any, str]]) -> None:
    for storage, name in stored:
        storage.delete(name)
