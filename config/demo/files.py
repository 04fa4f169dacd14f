"""Small generated files for the demo: forms photographed on a table, a hummed voice, a document."""

from __future__ import annotations

from functools import cache

from simulator import samples

VOICE = "audio/ogg; codecs=opus"


@cache
def file_of(name: str) -> tuple[bytes, str]:
    """Return the bytes and the type of a named file: `foto-N`, `voz-N` (N is also its seconds),
    `pedido`, `figurinha`. Raises KeyError for another name.
    """
    kind, _, number = name.partition("-")
    match kind:
        case "foto":
            return samples.photo(int(number)), "image/jpeg"
        case "voz":
            return samples.voice(float(number), int(number)), VOICE
        case "pedido":
            return samples.document(), "application/pdf"
        case "figurinha":
            return samples.sticker(), "image/webp"
    raise KeyError(name)
