"""`manage.py schema_record`: write config/schema.sql anew, after migrations were added."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from config.schema import FILE, Statements, schema_write


class Command(BaseCommand):
    """Runs every migration on a database of its own beside the usual one, and writes down what it
    sends.
    """

    help = "Record what all migrations do to an empty database in config/schema.sql."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the database, migrate it one by one, write the file, drop the database."""
        creation = connection.creation
        usual = str(connection.settings_dict["NAME"])
        statements = Statements(connection)
        creation._create_test_db(0, autoclobber=True)  # type: ignore[attr-defined]
        connection.close()
        connection.settings_dict["NAME"] = creation._get_test_db_name()  # type: ignore[attr-defined]
        try:
            with connection.execute_wrapper(statements):
                call_command("migrate", step_by_step=True, interactive=False, verbosity=0)
            schema_write(statements)
        finally:
            creation.destroy_test_db(usual, 0)
        self.stdout.write(f"wrote {FILE}")
