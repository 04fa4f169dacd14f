"""OpenAI's `audio/transcriptions`, and servers that have the same door."""

from __future__ import annotations

from typing import Any

from bot.transcription.base import READ_SECONDS, SpokenFile, WrittenSound
from bot.vendors.client import VendorPlace, asked, client_of

# The model that takes a list of words; others take them as a hint in words.
KEYWORD_MODELS = ("gpt-transcribe",)
MOST_KEYWORDS = 100


class OpenAiTranscriber:
    """Writes a sound down by the SDK."""

    def write(self, place: VendorPlace, file: SpokenFile) -> WrittenSound:
        """Call once. Raises VendorFault."""
        given: dict[str, Any] = {
            "file": (file.filename, file.content, file.mime_type),
            "model": file.model,
            "language": "pt",
            "response_format": "json",
        }
        words = list(file.keywords[:MOST_KEYWORDS])
        if words and file.model in KEYWORD_MODELS:
            given["keywords"] = words
        elif words:
            given["prompt"] = ", ".join(words)
        with client_of(place, seconds=READ_SECONDS, read_seconds=READ_SECONDS) as client:
            return asked(lambda: written_of(client.audio.transcriptions.create(**given)))


def written_of(answered: Any) -> WrittenSound:
    """Read an answer. Raises TypeError for what is none."""
    if not isinstance(getattr(answered, "text", None), str):
        raise TypeError("no transcription")
    usage = getattr(answered, "usage", None)
    languages = getattr(answered, "languages", None)
    first = languages[0] if isinstance(languages, list) and languages else None
    code = first.get("code", "") if isinstance(first, dict) else getattr(first, "code", first) or ""
    return WrittenSound(
        text=answered.text,
        # Where it names none it was asked for Portuguese and is unsure.
        language=str(code),
        seconds=float(getattr(usage, "seconds", 0) or 0),
        request_id=str(getattr(answered, "_request_id", "") or ""),
    )
