"""`manage.py prepare`: what must stand before the processes start."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Migrates, collects static files and, when asked, loads the demo: one start of Django."""

    help = "Bring database and static files up to date; with --demo also load the demo company."
    # The tables the checks may ask for are made here.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --demo."""
        parser.add_argument("--demo", action="store_true", help="load the demo where there is none")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say each step on its own line, then do it."""
        self.stdout.write("bringing the database up to date")
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("collecting static files")
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["demo"]:
            self.stdout.write("loading the demo company where there is none")
            call_command("demo_load", stdout=self.stdout)
