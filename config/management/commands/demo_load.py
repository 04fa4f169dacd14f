"""`manage.py demo_load`: the demo clinic, once."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Company
from common.errors import DomainError
from config.demo.loader import demo_follow, demo_load
from config.env import env


class Command(BaseCommand):
    """Loads the demo company where there is no company yet."""

    help = "Load the demo company, once. Needs DEMO_EMAIL and DEMO_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --force."""
        parser.add_argument(
            "--force", action="store_true", help="load beside companies that exist already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or say why there is nothing to do."""
        began = time.monotonic()

        def say(words: str) -> None:
            self.stdout.write(f"{time.monotonic() - began:5.1f} s  {words}")

        if Company.objects.exists() and not options["force"]:
            moved = demo_follow()
            say("demo channel follows the simulator" if moved else "companies exist; nothing done")
            return
        email, password = env.str("DEMO_EMAIL", default=""), env.str("DEMO_PASSWORD", default="")
        if "@" not in email or not password:
            raise CommandError("Set DEMO_EMAIL and DEMO_PASSWORD, in .env or the environment.")
        try:
            demo_load(email=email, password=password, say=say)
        except DomainError as refused:
            raise CommandError(str(refused)) from refused
