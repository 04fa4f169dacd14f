"""Voice notes as WhatsApp carries them: mono Opus in Ogg. PyAV is loaded by the first one only."""

from __future__ import annotations

import io
from array import array
from typing import Any

SAMPLE_RATE = 48_000
FRAMES_A_SECOND = 50


def opus_from_samples(samples: array[int], rate: int = SAMPLE_RATE, *, words: str = "") -> bytes:
    """Encode 16-bit mono samples, 8,000 to 48,000 a second as Opus knows them. `words` are what the
    sound stands for; they go into the file's comment, where the fake vendor of AI reads them.
    """
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        if words:
            out.metadata["comment"] = words
        stream: Any = out.add_stream("libopus", rate=rate, layout="mono")
        stream.bit_rate = 24_000
        size = rate // FRAMES_A_SECOND
        for start in range(0, len(samples), size):
            part = samples[start : start + size]
            part.extend([0] * (size - len(part)))
            frame = av.AudioFrame(format="s16", layout="mono", samples=size)
            frame.planes[0].update(part.tobytes())
            frame.sample_rate = rate
            frame.pts = start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def voice_from_recording(recording: bytes) -> bytes:
    """Turn what a browser recorded into Ogg/Opus: the packets are moved when they are Opus already,
    otherwise the sound is encoded anew.

    Raises ValueError when the bytes hold no sound.
    """
    import av

    try:
        with av.open(io.BytesIO(recording)) as source:
            if not source.streams.audio:
                raise ValueError("no audio stream")
            sound: Any = source.streams.audio[0]
            return _moved(source, sound) if sound.codec_context.name == "opus" else _encoded(source)
    except av.FFmpegError as fault:
        raise ValueError("not a recording") from fault


def _moved(source: Any, sound: Any) -> bytes:
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as out:
        stream = out.add_stream_from_template(sound)
        for packet in source.demux(sound):
            # The packet that flushes the demuxer has no time and no bytes.
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return file.getvalue()


def _encoded(source: Any) -> bytes:
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    samples: array[int] = array("h")
    for frame in source.decode(audio=0):
        for part in resampler.resample(frame):
            samples.frombytes(bytes(part.planes[0])[: part.samples * 2])
    return opus_from_samples(samples)
