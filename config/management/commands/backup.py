"""`manage.py backup FOLDER`: a copy of everything, while the product runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.backup import BackupFailure, backup_write


def folders_kept() -> dict[str, Path]:
    """Return the folders that belong to a copy, by their name in it."""
    return {"media": Path(settings.MEDIA_ROOT), "spool": Path(settings.SPOOL_DIR)}


class Command(BaseCommand):
    """Writes a copy and says what it holds."""

    help = "Write a copy of the database and of people's files into a new folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        target: Path = options["folder"].resolve()
        try:
            copy = backup_write(target, connection.get_connection_params(), folders_kept())
        except BackupFailure as failure:
            raise CommandError(str(failure)) from failure
        size = sum(file.stat().st_size for file in target.iterdir())
        self.stdout.write(
            f"{target}: {sum(copy.rows.values())} rows of {len(copy.rows)} tables,"
            f" {size / 1e6:.1f} MB. Keep it on an encrypted disk, and the keys of .env elsewhere."
        )
