"""Count every message anew and score everybody."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import Company
from common.scoping import company_scope
from leadscoring.choices import Cause
from leadscoring.services.counting import company_recount
from leadscoring.services.scoring import scores_recalculate


class Command(BaseCommand):
    """Run it after a restore, or when counts are doubted; it may run beside everything else."""

    help = "Reconta as mensagens e recalcula os scores de uma empresa, ou de todas."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the company's id."""
        parser.add_argument("--empresa", help="id da empresa; sem ele, todas")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, company by company."""
        companies = Company.objects.order_by("name")
        if options["empresa"]:
            companies = companies.filter(pk=options["empresa"])
        for company in companies:
            with company_scope(company):
                talks = company_recount(company_id=company.pk)
                done = scores_recalculate(company_id=company.pk, reason=Cause.CHECK, everyone=True)
            self.stdout.write(
                f"{company.pk}: {talks} conversas, {done.written} scores, {done.changed} mudaram"
            )
