"""Log lines that cannot leak: an exception is told by its type and where it was raised, never by
its message, because a database's or a provider's message may quote what a patient wrote.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

from celery.signals import task_failure

logger = logging.getLogger("central.tasks")


def told(error: BaseException) -> str:
    """Return an exception as type, SQLSTATE if it has one, and the places it came through."""
    lines = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        state = getattr(link, "sqlstate", None)
        lines.append(type(link).__qualname__ + (f" [{state}]" if state else ""))
        frames = traceback.extract_tb(link.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(lines)


class DiscreetFormatter(logging.Formatter):
    """Formats exceptions without their messages."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Tell type and places only."""
        return told(ei[1]) if ei[1] is not None else ""


@task_failure.connect(dispatch_uid="config.logs")
def _task_failed(
    sender: Any = None, task_id: str = "", exception: BaseException | None = None, **kwargs: Any
) -> None:
    """Log a failed task in place of Celery's own line, which carries the message and the
    arguments.
    """
    if exception is not None:
        logger.error("task %s %s failed: %s", getattr(sender, "name", ""), task_id, told(exception))
