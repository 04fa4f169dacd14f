"""The back-office of people."""

from contacts.admin import merging, people, privacy, segments

__all__ = ["merging", "people", "privacy", "segments"]
