"""A worker process of its own, for tests that kill it: COMPANY JOB, until the job is over."""

from __future__ import annotations

import sys
import time

import django


def main(company_id: str, job_id: str) -> None:
    """Bring the job in."""
    django.setup()
    from contacts.imports.running import import_run
    from contacts.models import ImportJob

    while not ImportJob.unscoped.get(pk=job_id).is_over:
        import_run(job_id=job_id, company_id=company_id)
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
