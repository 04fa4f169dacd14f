"""Files of people for tests of imports, and a worker for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from contacts.imports.jobs import import_receive, import_start
from contacts.imports.running import import_run
from contacts.models import ImportJob

HEADER = ("Nome", "Celular", "E-mail")


def csv_of(
    rows: Iterable[Sequence[Any]], *, encoding: str = "utf-8", delimiter: str = ";"
) -> bytes:
    """Write rows as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(rows: Iterable[Sequence[Any]]) -> bytes:
    """Write rows as a workbook of one sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Pacientes")
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def upload(content: bytes, name: str = "pacientes.csv") -> SimpleUploadedFile:
    """Give a file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def received(actor: Membership, content: bytes, name: str = "pacientes.csv") -> ImportJob:
    """Upload a file, and let a worker read a workbook."""
    job = import_receive(actor=actor, file=upload(content, name), filename=name)
    if job.status == "lendo":
        import_run(job_id=job.pk, company_id=job.company_id)
        job.refresh_from_db()
    return job


def run(job: ImportJob) -> ImportJob:
    """Let workers bring a job in until nobody would go on; return it as it ended."""
    for _ in range(1000):
        import_run(job_id=job.pk, company_id=job.company_id)
        job = ImportJob.unscoped.get(pk=job.pk)
        if job.is_over:
            return job
    raise AssertionError(f"it does not end: {job.status}")


def imported(
    actor: Membership, *rows: Sequence[Any], header: Any = HEADER, **choices: Any
) -> ImportJob:
    """Bring rows in as a CSV of the given heading."""
    job = received(actor, csv_of([header, *rows]))
    return run(import_start(job=job, actor=actor, **choices))
