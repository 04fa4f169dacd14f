"""`manage.py restore FOLDER`: back to a copy."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.backup import BackupFailure, restore_run
from config.management.commands.backup import folders_kept
from config.restored import sending_hold


class Command(BaseCommand):
    """Puts a copy in place, brings it up to date, and holds back what may have gone out since."""

    help = (
        "Put a copy that `backup` wrote in place of what there is. Every process must be stopped."
    )
    # There may be no tables yet.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder and --replace."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="the companies that are here may go"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        params = connection.get_connection_params()
        connection.close()
        try:
            copy = restore_run(
                options["folder"].resolve(), params, folders_kept(), replace=options["replace"]
            )
        except BackupFailure as failure:
            raise CommandError(str(failure)) from failure
        call_command("prepare")
        held = sending_hold()
        self.stdout.write(
            f"Back to {copy.made_at}: {sum(copy.rows.values())} rows, each table as it was counted."
            f" Held back: {held.messages} messages (now uncertain), {held.campaigns} campaigns (now"
            f" paused), {held.hooks} events for other systems (now cancelled). Look at them before"
            " you send again."
        )
