"""Log lines that cannot leak: an exception is told by its type and where it was raised, never by
its message, because a database's or a provider's message may quote what a patient wrote.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson
from celery.signals import task_failure, task_postrun, task_prerun

from common.trail import following, trail

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
    """Formats exceptions without their messages, and adds which request, task or event a line is
    about.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = super().format(record)
        ids = " ".join(f"{name}={value}" for name, value in trail().items())
        return f"{line} [{ids}]" if ids else line

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Tell type and places only."""
        return told(ei[1]) if ei[1] is not None else ""


class JsonFormatter(DiscreetFormatter):
    """One JSON object a line, for machines that collect logs (LOG_JSON=1): `time level logger
    message`, the ids of `common.trail`, and `exception` where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told_of: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **trail(),
        }
        if record.exc_info:
            told_of["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(told_of, default=str).decode()


_tasks: dict[str, Any] = {}


@task_prerun.connect(dispatch_uid="config.logs")
def _task_begins(task_id: str = "", **kwargs: Any) -> None:
    """Let lines of a task carry its id, until it ends."""
    _tasks[task_id] = following(task=task_id)
    _tasks[task_id].__enter__()


@task_postrun.connect(dispatch_uid="config.logs")
def _task_ended(task_id: str = "", **kwargs: Any) -> None:
    """Forget it."""
    if (block := _tasks.pop(task_id, None)) is not None:
        block.__exit__(None, None, None)


@task_failure.connect(dispatch_uid="config.logs")
def _task_failed(
    sender: Any = None, task_id: str = "", exception: BaseException | None = None, **kwargs: Any
) -> None:
    """Log a failed task in place of Celery's own line, which carries the message and the
    arguments.
    """
    if exception is not None:
        logger.error("task %s %s failed: %s", getattr(sender, "name", ""), task_id, told(exception))
