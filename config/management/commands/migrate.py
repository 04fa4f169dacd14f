"""`manage.py migrate`, which begins an empty database from config/schema.sql."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from config.schema import schema_load


class Command(Migrate):
    """Django's command; a database without tables gets those of the recorded migrations at once."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --step-by-step to Django's."""
        super().add_arguments(parser)
        parser.add_argument(
            "--step-by-step",
            action="store_true",
            help="apply every migration, also to an empty database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is recorded, then apply what is newer."""
        others = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "step_by_step")
        if not any(options[name] for name in others):
            schema_load(connections[options["database"]])
        super().handle(*args, **options)
