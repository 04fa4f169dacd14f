"""`manage.py checklist`: the spec's go-live checklist, tried on the running system."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.checklist import PointVerdict, checklist_run

SIGNS = {PointVerdict.FINE: "[x]", PointVerdict.MISSING: "[ ]", PointVerdict.UNSEEN: "[?]"}


class Command(BaseCommand):
    """Tries each point and says what to do; fails while a point that is not optional does."""

    help = "Try each point of the go-live checklist on the running system and say what to do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what makes points that were never seen fail too."""
        parser.add_argument(
            "--strict", action="store_true", help="Points that were never seen fail, optional too."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every point as it is tried."""
        part, bad = "", 0
        for point, result in checklist_run():
            if point.part != part:
                part = point.part
                self.stdout.write(f"\n{part}")
            optional = " (opcional)" if point.is_optional else ""
            detail = f": {result.detail}" if result.detail else ""
            self.stdout.write(f"  {SIGNS[result.verdict]} {point.words}{optional}{detail}")
            if result.todo:
                self.stdout.write(f"      → {result.todo}")
            is_bad = result.verdict == PointVerdict.MISSING and not point.is_optional
            bad += is_bad or (options["strict"] and result.verdict != PointVerdict.FINE)
        self.stdout.write("")
        if bad:
            raise CommandError(f"{bad} ponto(s) por resolver")
        self.stdout.write("Nada por resolver.")
