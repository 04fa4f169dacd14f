"""How loud a recording is along its length."""

from __future__ import annotations

import io
import math
import wave
from array import array

import pytest

from providers import waveform
from providers.conversion.sounds import voice
from providers.waveform import BARS, waveform_of


def spoken(*parts: tuple[float, float], rate: int = 16_000) -> io.BytesIO:
    """Record a tone: of each part its seconds and how loud it is, from 0 to 1."""
    samples = array("h")
    for seconds, volume in parts:
        samples.extend(int(32_000 * volume * math.sin(n * 0.3)) for n in range(int(seconds * rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    file.seek(0)
    return file


def test_bars_follow_the_voice():
    found = waveform_of(spoken((1, 1), (1, 0), (2, 0.5)), "audio/wav")
    assert found is not None
    heights = [int(bar, 16) for bar in found.bars]
    assert len(heights) == BARS
    assert abs(found.milliseconds - 4000) <= 40
    assert min(heights[:15]) >= 14
    assert max(heights[18:31]) <= 1
    assert all(6 <= height <= 9 for height in heights[34:])


def test_a_voice_note_of_a_phone_is_drawn_and_stays_as_it_was():
    note = voice(spoken((2, 0.8)), "audio/wav")
    note.seek(0)
    before = note.read()
    found = waveform_of(note, "audio/ogg")
    assert found is not None
    assert abs(found.milliseconds - 2000) <= 100
    assert note.tell() == 0
    assert note.read() == before


def test_a_note_shorter_than_its_bars_and_silence_are_drawn():
    short = waveform_of(spoken((0.1, 1)), "audio/wav")
    silent = waveform_of(spoken((1, 0)), "audio/wav")
    assert short is not None
    assert silent is not None
    assert len(short.bars) == BARS
    assert set(silent.bars) == {"0"}


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [(b"", "audio/ogg"), (b"OggS" + b"\0" * 400, "audio/ogg"), (b"x" * 50, "text/plain")],
    ids=["nothing", "broken", "no sound"],
)
def test_what_is_no_sound_has_no_bars(content: bytes, mime_type: str):
    assert waveform_of(io.BytesIO(content), mime_type) is None


def test_a_sound_that_is_too_long_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waveform, "LONGEST_SECONDS", 2)
    assert waveform_of(spoken((3, 1)), "audio/wav") is None
    found = waveform_of(spoken((2, 1)), "audio/wav")
    assert found is not None
