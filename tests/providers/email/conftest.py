"""A mail server for these tests."""

from __future__ import annotations

from tests.postmaster import post

__all__ = ["post"]
