"""The back-office of people."""

from contacts.admin import imports, merging, people, segments

__all__ = ["imports", "merging", "people", "segments"]
