"""What a file really is, read from its first bytes: a name and a declared type prove nothing."""

from __future__ import annotations

import re

import puremagic

# Enough for every signature below, and for the names inside an Office archive.
HEAD_BYTES = 8192

# Types that share one container; a file of the first kind may honestly be declared as any of the
# others.
ALIASES: dict[str, frozenset[str]] = {
    "video/mp4": frozenset(
        {"audio/mp4", "audio/aac", "audio/x-m4a", "audio/m4a", "video/quicktime"}
    ),
    "audio/mp4": frozenset({"video/mp4", "audio/x-m4a", "audio/m4a", "audio/aac"}),
    "video/3gpp": frozenset({"audio/3gpp", "video/mp4", "audio/mp4"}),
    "audio/ogg": frozenset({"application/ogg", "audio/opus", "video/ogg"}),
    "video/webm": frozenset({"audio/webm", "video/x-matroska"}),
    "audio/amr": frozenset({"audio/3gpp", "audio/amr-wb"}),
    "audio/mpeg": frozenset({"audio/mp3", "audio/x-mpeg"}),
    "audio/aac": frozenset({"audio/aacp", "audio/x-aac", "audio/mp4"}),
    "audio/wav": frozenset({"audio/x-wav", "audio/wave", "audio/vnd.wave"}),
    "audio/flac": frozenset({"audio/x-flac"}),
    "image/jpeg": frozenset({"image/jpg", "image/pjpeg"}),
    "image/png": frozenset({"image/x-png"}),
    "image/heic": frozenset({"image/heif", "image/heic-sequence", "image/heif-sequence"}),
    "image/bmp": frozenset({"image/x-ms-bmp", "image/x-bmp"}),
    "image/tiff": frozenset({"image/tif", "image/x-tiff"}),
    "application/zip": frozenset({"application/x-zip-compressed"}),
}

OLE_TYPES = frozenset(
    {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"}
)
OOXML = "application/vnd.openxmlformats-officedocument."
OOXML_FOLDERS = {
    b"word/": f"{OOXML}wordprocessingml.document",
    b"xl/": f"{OOXML}spreadsheetml.sheet",
    b"ppt/": f"{OOXML}presentationml.presentation",
}
OLE = "application/x-ole-storage"
PROGRAM = "application/x-executable"

# Ours come first: they are few, cheap, and decide what the channels send.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR-WB\n", "audio/amr"),
    (b"#!AMR\n", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"\x7fELF", PROGRAM),
    (b"#!/", PROGRAM),
    (b"{\\rtf", "application/rtf"),
    (b"fLaC", "audio/flac"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
# Readers look for the mark in the first kilobyte, and printers, scanners and gateways put line
# breaks, byte order marks and job headers in front of it.
PDF_MARK = re.compile(rb"(?:^|[\s\0]|\xef\xbb\xbf)%PDF-\d")
PDF_BEFORE = 1024
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
AVIF_BRANDS = (b"avif", b"avis")
# What an MP4 or QuickTime file may begin with when it does not name its brand.
ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
AUDIO_BRANDS = (b"M4A ", b"M4B ", b"F4A ")
PHONE_BRANDS = (b"3gp", b"3g2", b"3ge", b"3gr", b"3gs")
TEXT_MARKS = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml")


def sniff(head: bytes) -> str | None:
    """Return the type that the first bytes show, None if they show nothing.

    Office files give their own type, old ones `application/x-ole-storage`; programs of any system
    give `application/x-executable`; plain text gives `text/plain`, markup `text/html`.
    """
    head = head[:HEAD_BYTES]
    if not head:
        return None
    for signature, mime_type in SIGNATURES:
        if head.startswith(signature):
            return mime_type
    if _is_late_pdf(head):
        return "application/pdf"
    return _container(head) or _frames(head) or _text(head) or _program(head) or _other(head)


def agrees(declared: str, head: bytes) -> bool:
    """Tell whether a file of these first bytes may honestly be called `declared`.

    Bytes that show nothing agree only with types that have no signature of their own.
    """
    declared = declared.partition(";")[0].strip().lower()
    found = sniff(head)
    if found is None:
        return declared not in SIGNED
    if found == declared or declared in ALIASES.get(found, ()):
        return True
    if found == OLE:
        return declared in OLE_TYPES
    if found == "application/zip":
        return declared not in SIGNED or declared.startswith(OOXML)
    if found in ("text/plain", "text/html"):
        return _is_texty(declared, found)
    # A signature of ours contradicts; a rare one of the library may be a chance hit.
    return found not in SIGNED and declared not in SIGNED and found != PROGRAM


def is_animated_webp(head: bytes) -> bool:
    """Tell whether a webp image moves (flag in its extended header)."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)


def _container(head: bytes) -> str | None:
    """Read formats whose mark stands behind a length or a list of files."""
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(
            head[8:12]
        )
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in AUDIO_BRANDS:
            return "audio/mp4"
        if brand.startswith(PHONE_BRANDS):
            return "video/3gpp"
        if brand == b"qt  ":
            return "video/quicktime"
        if brand in AVIF_BRANDS:
            return "image/avif"
        return "image/heic" if brand in HEIC_BRANDS else "video/mp4"
    if head[4:8] in ATOMS and head[0] == 0:
        return "video/quicktime"
    # Letters alone could be a text; the two reserved words are always nothing.
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        for folder, mime_type in OOXML_FOLDERS.items():
            if folder in head:
                return mime_type
        return "application/zip"
    return None


def _frames(head: bytes) -> str | None:
    """Read audio that begins with a frame: eleven set bits, then the layer tells MP3 from AAC.

    Layer I is left out: nobody uses it, and UTF-16 text begins like it.
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer = head[1] & 0x06
    if layer == 0 and head[1] & 0xF0 == 0xF0:
        return "audio/aac"
    is_frame = layer in (0x02, 0x04) and head[2] & 0xF0 != 0xF0 and head[1] & 0x18 != 0x08
    return "audio/mpeg" if is_frame else None


def _text(head: bytes) -> str | None:
    """Read text in UTF-8, UTF-16 or Latin-1, without control characters; markup is told apart."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\0", b"")
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head):
        return None
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "text/html" if begin.startswith(TEXT_MARKS) else "text/plain"


def _is_late_pdf(head: bytes) -> bool:
    """Tell a PDF with something in front; a page that only speaks of one is none."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return not begin.startswith(TEXT_MARKS) and bool(PDF_MARK.search(head[:PDF_BEFORE]))


def _program(head: bytes) -> str | None:
    """Read a Windows program; a text that begins with the same two letters was told apart."""
    return PROGRAM if head.startswith(b"MZ") else None


def _other(head: bytes) -> str | None:
    try:
        return puremagic.from_string(head, mime=True) or None
    except (puremagic.PureError, ValueError):
        return None


def _is_texty(declared: str, found: str) -> bool:
    """Text has a hundred names, but none of a binary format; markup is never plain text."""
    if found == "text/html":
        return declared in ("text/html", "application/xhtml+xml", "image/svg+xml") or (
            declared.endswith(("/xml", "+xml"))
        )
    return declared not in SIGNED and declared not in OLE_TYPES and not declared.startswith(OOXML)


# Types that a signature above proves: a file declared so must show it.
SIGNED = frozenset(
    {mime_type for _signature, mime_type in SIGNATURES}
    | {"image/webp", "audio/wav", "video/mp4", "audio/mp4", "video/3gpp", "audio/aac"}
    | {"image/heic", "image/avif", "image/bmp", "video/quicktime"}
    | OLE_TYPES
    | set(OOXML_FOLDERS.values())
    | {alias for aliases in ALIASES.values() for alias in aliases}
)
