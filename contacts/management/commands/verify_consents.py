"""`manage.py verify_consents`: hold every company's ledger of consents against its chain."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Company
from contacts.services.consent import consents_verify


class Command(BaseCommand):
    """Fails when a row was changed, removed or put in behind the ledger's back."""

    help = "Verify the chain of every company's consents; the exit code is 1 when one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify each company and report by its id: names do not belong in a log."""
        broken = 0
        for company_id in Company.objects.order_by("pk").values_list("pk", flat=True):
            found = consents_verify(company=company_id)
            words = "whole" if found.is_whole else _trouble(found)
            self.stdout.write(f"{company_id}: {found.rows} rows, {words}")
            broken += not found.is_whole
        if broken:
            raise CommandError(
                f"{broken} ledgers are not what was written. Compare them with a backup."
            )


def _trouble(found: Any) -> str:
    if found.broken_at is not None:
        return f"broken at row {found.broken_at}"
    if found.is_cut_short:
        return "its last rows are missing"
    return f"{found.states_differ} current states differ from it"
