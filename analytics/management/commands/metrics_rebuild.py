"""Counts facts and days of every company anew; the numbers come out the same."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import Company
from analytics.services.days import days_recount
from analytics.services.facts import facts_rebuild


class Command(BaseCommand):
    """`manage.py metrics_rebuild [--company ID]`."""

    help = "Count the reports' facts and days anew from the history of tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one company, or all."""
        parser.add_argument("--company", help="id of one company; without it, all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk through the companies and say what was counted."""
        rows = Company.objects.order_by("id")
        if options["company"]:
            rows = rows.filter(pk=options["company"])
        for company in rows:
            tickets, days = facts_rebuild(company.pk), 0
            while counted := days_recount(company.pk):
                days += counted
            self.stdout.write(f"{company.pk}: {tickets} tickets, {days} days")
