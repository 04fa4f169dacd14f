"""The agenda's pages of the back-office."""

from agenda.admin import pages

__all__ = ["pages"]
