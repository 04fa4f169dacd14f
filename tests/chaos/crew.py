"""Fills an empty database before a run of pages: clinics, each with one person who sees all of it.

`python -m tests.chaos.crew COUNT` works on the database of its environment and prints, for each
clinic, the company's id and the Cookie header of its person.
"""

from __future__ import annotations

import json
import sys

import django


def main(count: int) -> None:
    """Make the clinics and log their people in."""
    django.setup()
    from bench import cast

    for clinic in cast.clinics(count):
        line = {"company": str(clinic.company.pk), "cookie": cast.session_cookie(clinic.attendant)}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
