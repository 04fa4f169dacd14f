"""manage.py simulator_play SCENARIO: invented patients write to the clinic."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulator.checks import refusal_for_production
from simulator.models import SimNumber
from simulator.whatsapp.services.scenarios import SCENARIOS, scenario_play


class Command(BaseCommand):
    """Writes a scene down; the running simulator delivers it."""

    help = "Play a scenario with invented patients towards a clinic number of the simulator."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the scenario and, when there are several, the number."""
        parser.add_argument("scenario", choices=sorted(SCENARIOS))
        parser.add_argument("--number", help="phone_number_id; the first number when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play it."""
        if reason := refusal_for_production():
            raise CommandError(reason)
        numbers = SimNumber.objects.all()
        if options["number"]:
            numbers = numbers.filter(phone_number_id=options["number"])
        number = numbers.first()
        if number is None:
            raise CommandError("The simulator has no such clinic number.")
        count = scenario_play(name=options["scenario"], number=number)
        self.stdout.write(f"{count} messages on their way.")
