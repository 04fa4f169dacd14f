"""(i) Bringing a file of a million people in."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.core.files.base import File
from django.db import connection

from bench import cast
from bench.report import Report
from bench.stack import Stack, until
from contacts.imports.choices import ImportStatus
from contacts.imports.jobs import import_receive, import_start
from contacts.models import Contact, ImportJob

ROWS = 1_000_000
PATIENCE = 1800.0
FIRST = ("Ana", "Bia", "Caio", "Davi", "Eva", "Íris", "João", "Lúcia")
LAST = ("Alves", "Braga", "Costa", "Dias", "Luz", "Maia", "Prado", "Sá")

# The least that leaves people as we do: the same columns and indexes, and a row by which a first
# message finds each.
BARE = """
DROP TABLE IF EXISTS bare_contact, bare_identity;
CREATE TABLE bare_contact (LIKE contacts_contact INCLUDING ALL);
CREATE UNIQUE INDEX ON bare_contact (company_id, phone);
CREATE TABLE bare_identity (LIKE contacts_contactidentity INCLUDING ALL);
CREATE INDEX ON bare_identity (contact_id);
CREATE TEMP TABLE bare_row (name text, phone text, email text);
"""
UPSERT = """
INSERT INTO bare_contact
    (id, created_at, updated_at, company_id, name, email, phone, status, custom, notes)
SELECT gen_random_uuid(), now(), now(), %(company)s, name, email, '+' || phone, 'lead', '{}', ''
FROM bare_row
ON CONFLICT (company_id, phone) DO UPDATE SET name = excluded.name, email = excluded.email;
INSERT INTO bare_identity
    (id, created_at, updated_at, company_id, contact_id, kind, realm, value, username)
SELECT gen_random_uuid(), now(), now(), %(company)s, id, 'wa_phone', '', substr(phone, 2), ''
FROM bare_contact
ON CONFLICT (company_id, kind, realm, value) DO NOTHING;
"""


def measure(stack: Stack, report: Report) -> None:
    """Import a million rows by the worker, beside a bare COPY and upsert of the same rows."""
    (clinic,) = cast.clinics(1)
    path = _written(stack.var_dir / "people.csv")
    floor = ROWS / _bare(clinic)
    stack.worker()
    stack.wait_for_worker()
    began = time.monotonic()
    with path.open("rb") as file:
        job = import_receive(actor=clinic.attendant, file=File(file), filename=path.name)
    import_start(job=job, actor=clinic.attendant)
    until(lambda: _is_over(job), PATIENCE, "the import does not end")
    seconds = time.monotonic() - began
    job.refresh_from_db()
    assert job.status == ImportStatus.FINISHED, job.error
    assert Contact.unscoped.count() == job.created_count == ROWS
    report.add(
        "imports.rows_per_second",
        ROWS / seconds,
        "rows/s",
        floor=floor,
        goal="ratio >= 0.33",
        note=f"{ROWS:,} new people in {seconds:.0f} s; floor: bare COPY and upsert, same indexes",
    )
    report.add(
        "imports.worker_peak_memory",
        stack.peak_kib("worker") / 1024,
        "MB",
        goal="value <= 200",
        note="the whole worker process",
    )


def _is_over(job: ImportJob) -> bool:
    return bool(ImportJob.unscoped.get(pk=job.pk).is_over)


def _people() -> Iterator[tuple[str, str, str]]:
    for number in range(ROWS):
        name = f"{FIRST[number % 8]} {LAST[number // 8 % 8]} {number:x}"
        yield name, f"5541{900_000_000 + number}", f"p{number}@pessoas.example"


def _written(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(("Nome", "Celular", "E-mail"))
        # As a clinic writes them: national, with punctuation.
        out.writerows(
            (name, f"({phone[2:4]}) {phone[4:9]}-{phone[9:]}", email)
            for name, phone, email in _people()
        )
    return path


def _bare(clinic: cast.Clinic) -> float:
    with connection.cursor() as cursor:
        cursor.execute(BARE.partition("CREATE TEMP")[0])
        parameters = connection.get_connection_params()
    own = {key: parameters[key] for key in ("host", "dbname", "user") if parameters.get(key)}
    with psycopg.connect(**own, cursor_factory=psycopg.ClientCursor) as bare:
        bare.execute("CREATE TEMP" + BARE.partition("CREATE TEMP")[2])
        lines = ["\t".join(person) + "\n" for person in _people()]
        blocks = ["".join(lines[at : at + 1000]) for at in range(0, ROWS, 1000)]
        began = time.perf_counter()
        with bare.cursor().copy("COPY bare_row FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
        bare.execute(UPSERT, {"company": clinic.company.pk})
        bare.commit()
        seconds = time.perf_counter() - began
        bare.execute("DROP TABLE bare_contact, bare_identity")
    return seconds
