"""`manage.py prepare`: what must stand before the processes start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Makes the folder for people's files and brings the database up to date."""

    help = "Bring folders and database up to date."
    # The tables the checks may ask for are made here.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        # Folders from before were open to the machine's other users.
        settings.MEDIA_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.MEDIA_ROOT.chmod(0o700)
        call_command("migrate", interactive=False, verbosity=0)
