"""`manage.py old_import`: bring people, conversations and messages of the old `tb_*` tables."""

from __future__ import annotations

import csv
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Company
from common.scoping import company_scope
from config.old_source import OldSource
from config.old_tables import OldImport, OldReport
from contacts.models import OldRow


class Command(BaseCommand):
    """Brings one company's rows; again is the same as once, killed goes on where it was."""

    help = "Bring people, conversations and messages of the old tb_* tables of a PostgreSQL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where from, for whom, and where the report goes."""
        parser.add_argument(
            "--address-in",
            default="OLD_DATABASE_URL",
            help="Name of the environment variable that holds the old database's address.",
        )
        parser.add_argument("--old-company", required=True, help="id_empresa there.")
        parser.add_argument("--company", required=True, help="Id of the company here.")
        parser.add_argument("--page", type=int, default=1000)
        parser.add_argument("--again", action="store_true", help="Look at every row again.")
        parser.add_argument("--report", type=Path, help="CSV of each row that could not come.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring them and compare both sides; fails where they do not agree."""
        address = os.environ.get(options["address_in"], "")
        company = Company.objects.filter(pk=options["company"]).first()
        if not address or company is None:
            raise CommandError("Give the address in the environment, and a company of here.")
        source = OldSource(address, options["old_company"])
        began = time.monotonic()
        try:
            with company_scope(company):
                work = OldImport(source, company, page=options["page"])
                if options["again"]:
                    work.forget_progress()
                report = work.run()
        finally:
            source.close()
        self._tell(report, time.monotonic() - began)
        if options["report"]:
            _write(options["report"], company)
        if not report.agrees:
            raise CommandError("The two sides do not agree; run it again with --again.")

    def _tell(self, report: OldReport, seconds: float) -> None:
        for table, there in report.there.items():
            self.stdout.write(f"{table}: {there} there, {report.here[table]} here")
            for (name, reason), count in sorted(report.refused.items()):
                if name == table:
                    self.stdout.write(f"    {count} not brought: {reason}")
        for table, count in report.left.items():
            self.stdout.write(f"{table}: {count} there, not brought by this command")
        self.stdout.write(f"{seconds:.1f} s")


def _write(path: Path, company: Company) -> None:
    rows = OldRow.unscoped.filter(company=company).exclude(reason="").order_by("table", "old_id")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("table", "old_id", "reason"))
        writer.writerows(rows.values_list("table", "old_id", "reason").iterator())
