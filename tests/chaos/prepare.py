"""Fills an empty database before a run: clinics, patients who have written, messages sent to them.

`python -m tests.chaos.prepare` works on the database of its environment.
"""

from __future__ import annotations

import django
from django.conf import settings

from tests.chaos import traffic


def main() -> None:
    """Make the clinics and let the first patients write."""
    django.setup()
    from bench import cast
    from webhooks import pipeline
    from webhooks.new_event import plain_event
    from webhooks.spool import spool_flush, spool_write

    assert settings.configured
    for number, clinic in enumerate(cast.clinics(traffic.CLINICS)):
        cast.directs(clinic, number)
    for data in cast.first_bodies(traffic.CLINICS, traffic.KNOWN):
        spool_write(plain_event("whatsapp", data))
    spool_flush()
    pipeline.drain()
    cast.answer_everyone()


if __name__ == "__main__":
    main()
