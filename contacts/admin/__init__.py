"""The back-office of people."""

from contacts.admin import imports, merging, people, privacy, segments

__all__ = ["imports", "merging", "people", "privacy", "segments"]
