"""The back-office of people."""

from contacts.admin import merging, people, segments

__all__ = ["merging", "people", "segments"]
