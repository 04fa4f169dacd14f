"""Films as the MP4 that telephones play: H.264 without B frames, AAC."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from fractions import Fraction
from typing import IO, Any

import av
from django.utils.translation import gettext_lazy as _
from PIL import Image

from providers.conversion import CannotConvert

MILLISECOND = Fraction(1, 1000)
LONGEST_SIDE = 1280
VIDEO = {"bf": "0", "profile": "main", "preset": "veryfast", "crf": "23"}


def from_frames(frames: Iterable[tuple[Image.Image, int]]) -> IO[bytes]:
    """Make a film of pictures, each with the milliseconds it stands. Raises CannotConvert."""
    file: IO[bytes] = tempfile.TemporaryFile()
    try:
        with av.open(file, "w", format="mp4") as out:
            stream: Any = None
            at = 0
            for picture, lasts in frames:
                if stream is None:
                    stream = _stream(out, picture.size)
                shown = picture.resize((stream.width, stream.height))
                frame: Any = av.VideoFrame.from_image(shown)  # type: ignore[no-untyped-call]
                frame.pts, frame.time_base = at, MILLISECOND
                out.mux(stream.encode(frame))
                at += lasts
            if stream is None:
                raise CannotConvert
            # The last one stands as long as it should: a film ends with its last frame.
            frame.pts = at
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    except av.FFmpegError as fault:
        raise CannotConvert from fault
    return file


def _stream(out: Any, size: tuple[int, int]) -> Any:
    """Open the film's stream; H.264 wants even sides."""
    factor = min(1.0, LONGEST_SIDE / max(size))
    stream = out.add_stream("libx264", rate=25, options=dict(VIDEO))
    stream.width, stream.height = (max(2, round(side * factor) // 2 * 2) for side in size)
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = MILLISECOND
    return stream


def rewrapped(file: IO[bytes]) -> IO[bytes]:
    """Move a QuickTime film into MP4 without touching picture or sound. Raises CannotConvert for
    one that a telephone could not play.
    """
    file.seek(0)
    target: IO[bytes] = tempfile.TemporaryFile()
    source: Any
    try:
        with av.open(file, format="mov") as source, av.open(target, "w", format="mp4") as out:
            picked = [*source.streams.video[:1], *source.streams.audio[:1]]
            codecs = [one.codec_context.name for one in picked]
            if not source.streams.video or set(codecs) - {"h264", "aac"}:
                raise CannotConvert(
                    _(
                        "Este vídeo está num formato que o WhatsApp não leva."
                        " Converta para MP4 (H.264) e anexe de novo."
                    )
                )
            streams = {one.index: out.add_stream_from_template(one) for one in picked}
            for packet in source.demux(picked):
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
    except (av.FFmpegError, ValueError) as fault:
        raise CannotConvert from fault
    return target
