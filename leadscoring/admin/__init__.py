"""The back-office of scores: people by their score, the words that count, what was learned."""

from leadscoring.admin import learned, scores, words

__all__ = ["learned", "scores", "words"]
