"""Run assistants' test cases, or measure what a clinic knows by questions from a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bot.models import Assistant
from bot.services.evaluating import eval_run
from bot.services.measuring import measure, read
from common.scoping import company_scope


class Command(BaseCommand):
    """`manage.py bot_eval [--assistant ID] [--questions FILE ...]`. The exit code tells of a safety
    case that fails.
    """

    help = "Runs the bot's test cases and prints what fails, or measures by questions of files."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one assistant's id."""
        parser.add_argument("--assistant", help="The id of one assistant; without it, all.")
        parser.add_argument(
            "--questions",
            nargs="+",
            type=Path,
            help="Files with lines of button|question; a line without | has no entry.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run and print."""
        rows = Assistant.unscoped.select_related("company").order_by("company_id", "name")
        if options["assistant"]:
            rows = rows.filter(pk=options["assistant"])
        if options["questions"]:
            self._measure(rows, options["questions"])
            return
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

    def _measure(self, rows: Any, files: list[Path]) -> None:
        try:
            lines = [one for file in files for one in file.read_text("utf-8").splitlines()]
        except (OSError, UnicodeDecodeError) as exc:
            raise CommandError(str(exc)) from exc
        asked = read(lines)
        for assistant in rows:
            with company_scope(assistant.company_id):
                found = measure(assistant, asked)
            self.stdout.write(f"{assistant.company}: {assistant}")
            for name, value in asdict(found).items():
                if name != "mistakes":
                    shown = f"{value:.1%}" if isinstance(value, float) else str(value)
                    self.stdout.write(f"  {name}: {shown}")
            for line in found.mistakes:
                self.stdout.write(f"  {line}")
