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

    def delete() -> None:
        for storage, name in stored:
            storage.delete(name)

    transaction.on_commit(delete)
