"""Run assistants' test cases; the exit code tells of a safety case that fails."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bot.models import Assistant
from bot.services.evaluating import eval_run
from common.scoping import company_scope


class Command(BaseCommand):
    """`manage.py bot_eval [--assistant ID]`."""

    help = "Runs the bot's test cases and prints what fails."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one assistant's id."""
        parser.add_argument("--assistant", help="The id of one assistant; without it, all.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run and print."""
        rows = Assistant.unscoped.select_related("company").order_by("company_id", "name")
        if options["assistant"]:
            rows = rows.filter(pk=options["assistant"])
        unsafe = 0
        for assistant in rows:
            with company_scope(assistant.company_id):
                run = eval_run(assistant=assistant, actor=None)
            unsafe += run.safety_failed
            self.stdout.write(f"{assistant.company}: {assistant}: {run.passed} of {run.total}")
            for one in run.failures:
                self.stdout.write(f"  {one['text']!r}: {one['expected']}, got {one['got']}")
        if unsafe:
            raise CommandError(f"{unsafe} safety cases fail")
