"""Sound as telephones play it: voice notes in Opus, everything else in AAC."""

from __future__ import annotations

import tempfile
from typing import IO, Any

import av

from providers.conversion import CannotConvert

VOICE_RATE = 48_000
VOICE_BITS = 32_000
SOUND_RATE = 44_100
SOUND_BITS = 128_000
# Unpacked, an hour of the larger form is 600 MB; nothing is kept, but it takes its time.
LONGEST_SECONDS = 3 * 3600


# The reader of each type is named: left to guess, FFmpeg would take a playlist for a recording and
# open the addresses in it.
READERS = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/webm": "matroska",
    "audio/3gpp": "mov",
}


def voice(file: IO[bytes], mime_type: str) -> IO[bytes]:
    """Return a voice note: mono Opus in Ogg. What is one already is moved, not encoded anew.

    Raises CannotConvert where there is no sound.
    """
    return _encoded(file, mime_type, "ogg", "libopus", VOICE_RATE, "mono", VOICE_BITS)


def aac(file: IO[bytes], mime_type: str) -> IO[bytes]:
    """Return any sound as AAC in MP4. Raises CannotConvert where there is no sound."""
    return _encoded(file, mime_type, "ipod", "aac", SOUND_RATE, "stereo", SOUND_BITS)


def _encoded(
    file: IO[bytes], mime_type: str, form: str, codec: str, rate: int, layout: str, bits: int
) -> IO[bytes]:
    if mime_type not in READERS:
        raise CannotConvert
    file.seek(0)
    target: IO[bytes] = tempfile.TemporaryFile()
    try:
        with (
            av.open(file, "r", format=READERS[mime_type]) as source,
            av.open(target, "w", format=form) as out,
        ):
            if not source.streams.audio:
                raise CannotConvert
            sound: Any = source.streams.audio[0]
            if _is_voice_already(sound, codec):
                _move(source, sound, out)
                return target
            stream: Any = out.add_stream(codec, rate=rate, layout=layout)
            stream.bit_rate = bits
            resampler = av.AudioResampler(
                format=stream.format.name,
                layout=layout,
                rate=rate,
                frame_size=stream.codec_context.frame_size or 960,
            )
            for frame in source.decode(sound):
                if frame.time is not None and frame.time > LONGEST_SECONDS:
                    raise CannotConvert
                for part in resampler.resample(frame):
                    out.mux(stream.encode(part))
            for part in resampler.resample(None):
                out.mux(stream.encode(part))
            out.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as fault:
        raise CannotConvert from fault
    return target


def _is_voice_already(sound: Any, codec: str) -> bool:
    context = sound.codec_context
    return codec == "libopus" and context.name == "opus" and context.layout.name == "mono"


def _move(source: Any, sound: Any, out: Any) -> None:
    stream = out.add_stream_from_template(sound)
    for packet in source.demux(sound):
        # The packet that flushes the demuxer has no time and no bytes.
        if packet.dts is not None:
            packet.stream = stream
            out.mux(packet)
