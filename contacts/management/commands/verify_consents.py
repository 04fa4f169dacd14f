"""`manage.py verify_consents`: hold every company's ledger of consents against its chain."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Company
from contacts.services.consent import Anchor, consents_anchor, consents_verify


class Command(BaseCommand):
    """Fails when a row was changed, removed or put in behind the ledger's back."""

    help = "Verify the chain of every company's consents; the exit code is 1 when one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --anchors."""
        parser.add_argument(
            "--anchors",
            type=Path,
            metavar="FILE",
            help="hold the ledgers against the ends kept in this file, then keep today's there; a"
            " whole database that was set back to an earlier day is found by nothing else. Keep it"
            " on another machine.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify each company and report by its id: names do not belong in a log."""
        broken = 0
        anchors = _read(options["anchors"])
        for company_id in Company.objects.order_by("pk").values_list("pk", flat=True):
            ends = anchors.get(str(company_id))
            found = consents_verify(company=company_id, anchor=ends)
            if found.is_whole:
                anchors[str(company_id)] = consents_anchor(company=company_id)
            words = "whole" if found.is_whole else _trouble(found)
            self.stdout.write(f"{company_id}: {found.rows} rows, {words}")
            broken += not found.is_whole
        _keep(options["anchors"], anchors)
        if broken:
            raise CommandError(
                f"{broken} ledgers are not what was written. Compare them with a backup."
            )


def _read(file: Path | None) -> dict[str, Anchor]:
    if file is None or not file.exists():
        return {}
    try:
        return {
            key: (int(seq), str(end)) for key, (seq, end) in orjson.loads(file.read_bytes()).items()
        }
    except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError) as error:
        raise CommandError(f"{file} holds no anchors. Restore it, or name another file.") from error


def _keep(file: Path | None, anchors: dict[str, Anchor]) -> None:
    if file is None:
        return
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(orjson.dumps(anchors))
    fresh.replace(file)


def _trouble(found: Any) -> str:
    if found.is_forged:
        return "its end is not the one that was sealed or kept"
    if found.broken_at is not None:
        return f"broken at row {found.broken_at}"
    if found.is_cut_short:
        return "its last rows are missing"
    return f"{found.states_differ} current states differ from it"
