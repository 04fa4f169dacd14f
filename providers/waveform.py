"""How loud a recording is along its length, for whoever draws it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import av

from providers.conversion.sounds import READERS

BARS = 64
LOUDEST = 15
# Longer than most voice notes; a longer one costs seconds to read, and its bars say little.
LONGEST_SECONDS = 5 * 60
RATE = 8_000
# A fiftieth of a second: shorter than any bar of a note that somebody spoke.
CHUNK = RATE // 50


@dataclass(frozen=True, slots=True)
class Waveform:
    """`bars` has a hexadecimal digit for each of BARS equal parts; the loudest is f."""

    bars: str
    milliseconds: int


def waveform_of(file: IO[bytes], mime_type: str) -> Waveform | None:
    """Return how loud a sound is, None where there is none that could be drawn. Reads each second
    once and keeps no more than a number for each fiftieth of it.
    """
    if mime_type not in READERS:
        return None
    file.seek(0)
    try:
        with av.open(file, "r", format=READERS[mime_type]) as source:
            if not source.streams.audio or (source.duration or 0) > LONGEST_SECONDS * 1_100_000:
                return None
            peaks = array("H", _peaks(source))
    except (av.FFmpegError, ValueError):
        return None
    finally:
        file.seek(0)
    if not peaks or len(peaks) > LONGEST_SECONDS * RATE // CHUNK:
        return None
    return Waveform(_bars(peaks), len(peaks) * CHUNK * 1000 // RATE)


def _peaks(source: Any) -> Iterator[int]:
    """Give the loudest sample of each chunk; ends a little beyond the longest sound."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    rest = array("h")
    most = LONGEST_SECONDS * RATE // CHUNK
    for frame in _frames(source, resampler):
        rest.frombytes(bytes(frame.planes[0])[: frame.samples * 2])
        whole = len(rest) // CHUNK * CHUNK
        for start in range(0, whole, CHUNK):
            part = rest[start : start + CHUNK]
            yield min(max(max(part), -min(part)), 32_767)
            most -= 1
            if most < 0:
                return
        rest = rest[whole:]
    if rest:
        yield min(max(max(rest), -min(rest)), 32_767)


def _frames(source: Any, resampler: Any) -> Iterator[Any]:
    for frame in source.decode(source.streams.audio[0]):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _bars(peaks: array[int]) -> str:
    count = len(peaks)
    # Of a sound with fewer chunks than bars some stand for the same chunk.
    places = [
        (n * count // BARS, max((n + 1) * count // BARS, n * count // BARS + 1))
        for n in range(BARS)
    ]
    heights = [max(peaks[start:end]) for start, end in places]
    most = max(heights)
    return "".join(f"{round(LOUDEST * height / most) if most else 0:x}" for height in heights)
