"""`manage.py rotate_credentials`: after a new first key in CREDENTIALS_KEYS."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.crypto import current_key_id
from common.rotation import credentials_rotate, credentials_waiting


class Command(BaseCommand):
    """Seals every stored secret with the first key; afterwards the other keys may be removed."""

    help = (
        "Seal every stored secret with the first key of CREDENTIALS_KEYS. "
        "Put the new key first, keep the old ones, run this, then remove the old ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --check."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail while other keys are needed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate or count, and report; fails while an old key is still needed."""
        self.stdout.write(f"current key: {current_key_id()}")
        if options["check"]:
            waiting = credentials_waiting()
            for field, count in waiting.items():
                self.stdout.write(f"{field}: {count} sealed with another key")
            if any(waiting.values()):
                raise CommandError("Old keys are still needed. Run rotate_credentials.")
            return
        results = credentials_rotate()
        for one in results:
            self.stdout.write(
                f"{one.field}: {one.moved} moved, {one.current} current before,"
                f" {one.unreadable} unreadable"
            )
        if not all(one.is_done for one in results):
            raise CommandError(
                "Some secrets open with no key of CREDENTIALS_KEYS: add their key and run again,"
                " or enter them anew in the admin."
            )
