"""Signs that a transcription is not what was said: vendors of speech invent words in silence.

Pure. A text with a doubt is shown with it, and no bot reads it.
"""

from __future__ import annotations

from bot.guard import language_of
from bot.transcription.base import WrittenSound

# Nobody speaks faster.
MOST_LETTERS_A_SECOND = 25
# The same words so often in a row are a machine's.
MOST_REPEATS = 4
LONGEST_RUN = 5
LEAST_CONFIDENCE = 0.5
LANGUAGES = ("pt", "por", "portuguese")


def doubts_of(heard: WrittenSound, seconds: float) -> list[str]:
    """Return what speaks against a text: `vazia`, `idioma`, `repetida`, `rapida`, `incerta`."""
    text = heard.text.strip()
    if not text:
        return ["vazia"]
    found = []
    is_named_other = heard.language and not heard.language.lower().startswith(LANGUAGES)
    if is_named_other or language_of(text) not in ("pt", ""):
        found.append("idioma")
    if repeats(text.lower().split()) >= MOST_REPEATS:
        found.append("repetida")
    if seconds > 0 and len(text) > 20 and len(text) / seconds > MOST_LETTERS_A_SECOND:
        found.append("rapida")
    if heard.confidence is not None and heard.confidence < LEAST_CONFIDENCE:
        found.append("incerta")
    return found


def repeats(words: list[str]) -> int:
    """Return how often the most repeated run of one to five words follows itself."""
    most = 1
    for size in range(1, LONGEST_RUN + 1):
        for start in range(len(words) - size):
            count, run = 1, words[start : start + size]
            at = start + size
            while words[at : at + size] == run:
                count += 1
                at += size
            most = max(most, count)
        if most >= MOST_REPEATS:
            break
    return most
