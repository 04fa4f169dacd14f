"""Read mailboxes until stopped."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from webhooks.mail_reader import MailReader


class Command(BaseCommand):
    """Reads the mailboxes of all active channels; one such process is enough, more do no harm."""

    help = "Read mailboxes until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the reader; SIGTERM and SIGINT end it."""
        reader = MailReader()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_given: reader.stop())
        reader.run()
