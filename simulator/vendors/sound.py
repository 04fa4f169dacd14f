"""What is said in a voice note. The simulator's own samples carry their words in the file's
comment; a real recording has none and is told by its length.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any


class NoSound(Exception):
    """The bytes hold no sound."""


@dataclass(frozen=True, slots=True)
class HeardSound:
    """The words of a note and how long it is."""

    text: str
    seconds: float


def heard(content: bytes) -> HeardSound:
    """Return what a file says. Raises NoSound."""
    import av

    try:
        with av.open(io.BytesIO(content)) as opened:
            source: Any = opened
            if not source.streams.audio:
                raise NoSound
            stream = source.streams.audio[0]
            words = source.metadata.get("comment") or stream.metadata.get("comment") or ""
            seconds = float(source.duration or 0) / 1_000_000
    except av.FFmpegError as fault:
        raise NoSound from fault
    return HeardSound(words or f"Gravação de {round(seconds)} segundos.", seconds)
