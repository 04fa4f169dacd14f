"""Files of imports go when they are needed no longer, or when somebody in them is erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from common.files import files_delete
from contacts.imports.choices import ImportStatus
from contacts.models import ImportJob
from contacts.models.imports import KEPT


def imports_purge() -> int:
    """Delete the files of imports that stopped a week ago, and drafts nobody started; return how
    many.
    """
    until = timezone.now() - KEPT
    # The sweep serves every company at once.
    rows = ImportJob.unscoped.exclude(file="", rows_file="")
    old = Q(ended_at__lt=until) | Q(status=ImportStatus.DRAFT, created_at__lt=until)
    return _drop_all(rows.filter(old).iterator(chunk_size=100))


def imports_forget(company_id: Any) -> int:
    """Delete the files of imports that do not run: somebody in them may be erased, and whoever goes
    on importing sends the file again. Return how many.
    """
    resting = (
        ImportStatus.READING,
        ImportStatus.DRAFT,
        ImportStatus.CANCELLED,
        ImportStatus.FAILED,
    )
    rows = ImportJob.objects.for_company(company_id).filter(status__in=resting)
    return _drop_all(rows.exclude(file="", rows_file="").select_for_update())


def _drop_all(jobs: Iterable[ImportJob]) -> int:
    count = 0
    for job in jobs:
        _drop(job)
        count += 1
    return count


def _drop(job: ImportJob) -> None:
    """Delete a resting import's files, and all of one that nobody started."""
    files_delete((job.file, job.rows_file))
    if job.status in (ImportStatus.READING, ImportStatus.DRAFT):
        job.delete()
    else:
        job.file = job.rows_file = ""
        job.save(update_fields=["file", "rows_file", "updated_at"])
