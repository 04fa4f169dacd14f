"""Files turned into what a channel carries: pictures, short films, sound, tables as text."""

from __future__ import annotations

from typing import IO

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

PLAIN = "text/plain"
# Texts that any reader opens: they travel as plain text and keep their name.
TEXTS = frozenset(
    {"text/csv", "text/tab-separated-values", "text/calendar", "text/vcard", "text/x-vcard"}
    | {"text/markdown", "text/directory"}
)
SOUNDS = frozenset({"audio/wav", "audio/flac", "audio/webm", "audio/3gpp"})
PICTURES = frozenset(
    {"image/webp", "image/heic", "image/avif", "image/gif", "image/bmp", "image/tiff"}
)
FILMS = frozenset({"video/quicktime"})
# What most channels play as it is; it is turned for one that does not.
PLAYED = frozenset({"audio/ogg", "audio/mpeg"})
# Every type that may be turned into another one, for whoever lists what can be attached.
CONVERTIBLE = TEXTS | SOUNDS | PICTURES | FILMS


class CannotConvert(DomainError):
    """The file is damaged, too large to unpack, or holds something that cannot be turned."""

    code = "arquivo_recusado"
    message = _("Não foi possível abrir este arquivo. Confira se ele abre no seu computador.")


def converted(
    file: IO[bytes], mime_type: str, *, taken: frozenset[str], most: int, is_voice: bool = False
) -> tuple[IO[bytes], str]:
    """Return the file, and its type, as one of the types taken; unchanged where none fits.

    `most` is the size pictures should stay under. `is_voice` makes a voice note of any sound.
    Raises CannotConvert.
    """
    # Pillow and PyAV are loaded by the first file that needs them.
    if is_voice and mime_type.startswith("audio/") and "audio/ogg" in taken:
        from providers.conversion import sounds

        return sounds.voice(file, mime_type), "audio/ogg"
    if mime_type in taken:
        return file, mime_type
    if mime_type in TEXTS and PLAIN in taken:
        return file, PLAIN
    if mime_type in PICTURES:
        from providers.conversion import pictures

        return pictures.turned(file, taken, most)
    if mime_type in SOUNDS | PLAYED and "audio/mp4" in taken:
        from providers.conversion import sounds

        return sounds.aac(file, mime_type), "audio/mp4"
    if mime_type in FILMS and "video/mp4" in taken:
        from providers.conversion import films

        return films.rewrapped(file), "video/mp4"
    return file, mime_type
