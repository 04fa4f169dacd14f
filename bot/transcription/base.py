"""What a transcription asks and gives, whoever does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.vendors.client import VendorPlace

# OpenAI takes no larger file; nobody speaks that long in a voice note.
LARGEST = 25 * 1024 * 1024
READ_SECONDS = 60.0
# What each type is called at vendors that look at the name.
ENDINGS = {
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/m4a": "m4a",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/webm": "webm",
    "audio/flac": "flac",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "audio/aac": "aac",
    "audio/amr": "amr",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenFile:
    """A sound to write down. `keywords` help with names; at most a hundred are told."""

    content: bytes = field(repr=False)
    mime_type: str
    model: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def filename(self) -> str:
        """A name that tells the type and nothing else."""
        kind = self.mime_type.partition(";")[0].strip().lower()
        return f"voz.{ENDINGS.get(kind, 'ogg')}"


@dataclass(frozen=True, slots=True)
class WrittenSound:
    """What was heard. `language` is empty where the vendor is unsure; so is `confidence`."""

    text: str = field(repr=False)
    language: str = ""
    seconds: float = 0.0
    confidence: float | None = None
    request_id: str = ""


class Transcriber(Protocol):
    """One vendor's way to write a sound down."""

    def write(self, place: VendorPlace, file: SpokenFile) -> WrittenSound:
        """Call once. Raises VendorFault."""
        ...
