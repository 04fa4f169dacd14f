"""Pictures as JPEG or PNG, pages as PDF, moving ones as a film without sound."""

from __future__ import annotations

import tempfile
from typing import IO, Any

import pi_heif
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from providers.conversion import CannotConvert, films

pi_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")
# A telephone's largest photo has 50 million points; unpacked, this many take 400 MB.
MOST_POINTS = 100_000_000
MOST_FRAMES = 600
# All frames of a moving picture, or all pages, together.
ALL_POINTS = 600_000_000
SIDES = (None, 4096, 2560, 1600)
QUALITIES = (88, 75)
# Drawings and screenshots stay sharp as PNG; photos do not need it.
DRAWN = frozenset({"GIF", "BMP"})


def turned(file: IO[bytes], taken: frozenset[str], most: int) -> tuple[IO[bytes], str]:
    """Return a picture as what is taken, below `most` bytes where possible. Raises
    CannotConvert.
    """
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as picture:
            _check_points(picture)
            frames = getattr(picture, "n_frames", 1)
            if frames > 1 and picture.format == "TIFF" and "application/pdf" in taken:
                return _pages(picture), "application/pdf"
            if frames > 1 and picture.format in ("GIF", "WEBP") and "video/mp4" in taken:
                return films.from_frames(_moments(picture)), "video/mp4"
            return _still(picture, most)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        RuntimeError,
    ) as fault:
        raise CannotConvert from fault


def _check_points(picture: Image.Image) -> None:
    width, height = picture.size
    frames = min(getattr(picture, "n_frames", 1), MOST_FRAMES)
    if width * height > MOST_POINTS or width * height * frames > ALL_POINTS:
        raise CannotConvert


def _still(picture: Image.Image, most: int) -> tuple[IO[bytes], str]:
    """Write one picture: PNG for drawings and what one sees through, JPEG for the rest."""
    drawn = picture.format in DRAWN
    shown = _plain(picture)
    if drawn or shown.mode == "RGBA":
        file: IO[bytes] = tempfile.TemporaryFile()
        shown.save(file, "PNG")
        if file.tell() <= most:
            return file, "image/png"
        file.close()
    return _jpeg(_opaque(shown), most), "image/jpeg"


def _jpeg(picture: Image.Image, most: int) -> IO[bytes]:
    """Write a JPEG, smaller and smaller until it fits."""
    file: IO[bytes] = tempfile.TemporaryFile()
    for side in SIDES:
        if side is not None:
            picture.thumbnail((side, side))
        for quality in QUALITIES:
            file.seek(0)
            file.truncate()
            picture.save(file, "JPEG", quality=quality)
            if file.tell() <= most:
                return file
    return file


def _plain(picture: Image.Image) -> Image.Image:
    """Return the picture upright, in 8 bits, as RGB, or RGBA where one sees through it."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I;16"):
        # Scans and X-rays have 16 bits of grey; dropping the upper ones would show noise.
        return upright.point(lambda value: value / 256).convert("L").convert("RGB")
    if upright.has_transparency_data:
        clear = upright.convert("RGBA")
        lowest: Any = clear.getchannel("A").getextrema()
        if lowest[0] < 255:
            return clear
        upright = clear
    return upright.convert("RGB")


def _opaque(picture: Image.Image) -> Image.Image:
    """Put white behind what one sees through."""
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


def _pages(picture: Image.Image) -> IO[bytes]:
    """Write every page of a scan: the first alone would lose the rest unseen."""
    pages = [_opaque(_plain(page)) for page in _frames(picture)]
    file: IO[bytes] = tempfile.TemporaryFile()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return file


def _frames(picture: Image.Image) -> Any:
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        if number >= MOST_FRAMES:
            raise CannotConvert
        yield frame


def _moments(picture: Image.Image) -> Any:
    """Give each frame with the milliseconds it stands."""
    for frame in _frames(picture):
        # Browsers show what has no time for a tenth of a second.
        lasts = int(frame.info.get("duration") or 0)
        yield _opaque(_plain(frame)), lasts if lasts >= 20 else 100
