"""Faces of kinds whose files travel inside of the message."""

from __future__ import annotations

from abc import ABC, abstractmethod

from providers.choices import MessageKind


class Enclosed(ABC):
    """Has people's files inside the message itself, which is stored whole."""

    @abstractmethod
    def enclosed(self, raw: bytes, part: str) -> bytes | None:
        """Return the file at a place (MediaRef.media_id), None where there is none. Pure."""


class Files(ABC):
    """Sends files; a kind that is no `Media` takes them inside of the message."""

    @abstractmethod
    def media_kind(self, mime_type: str, size: int) -> MessageKind:
        """Return the kind a file is sent as. Raises ContentRefused naming the limit it breaks."""

    @abstractmethod
    def media_types(self, *, is_sticker: bool = False) -> frozenset[str]:
        """Return the types of files that may be sent."""
