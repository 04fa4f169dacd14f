"""Who looked at whom: pages, API, back-office and sockets say what they show, and the package that
knows people writes it down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from accounts.models import Membership
from common.slots import Slot

# (who looks, where, rows shown). Rows are of any kind; the listener picks what is about people.
Listener = Callable[[Membership, str, list[Any]], None]
PAGE, API, BACK_OFFICE, SOCKET, EXPORT = "pagina", "api", "administracao", "socket", "exportacao"

listeners: Slot[Listener] = Slot()


def viewed(reader: Membership | None, place: str, rows: Iterable[Any]) -> None:
    """Tell that rows are about to be shown to somebody."""
    shown = list(rows)
    if reader is not None and shown:
        for listener in listeners:
            listener(reader, place, shown)
