"""Make a key for web push."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.envfile import vapid_key


class Command(BaseCommand):
    """Prints a fresh key as a line for `.env`; changes nothing."""

    help = "Prints a fresh VAPID_PRIVATE_KEY for .env. A new key ends every subscription."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(f"VAPID_PRIVATE_KEY={vapid_key()}")
