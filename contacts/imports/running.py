"""Workers bring files in: each chunk of rows in a transaction of its own, which also says how far
the file is in. Whoever dies loses a chunk at most, and nothing goes in twice.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from itertools import chain, islice
from typing import IO, Any
from uuid import uuid4

import orjson
from django.core.files.base import File
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.services.audit import audit_record
from common.errors import DomainError
from common.files import files_delete
from common.rows import insert_rows
from common.tasks import ring, ring_now
from contacts.bells import IMPORT_RUN
from contacts.imports.choices import FileKind, ImportStatus, RefusalReason
from contacts.imports.jobs import (
    SAMPLE,
    columns_guess,
    import_start,
    mapping_by_name,
    shape_stored,
)
from contacts.imports.reading import FileEmpty, Row, raw_of, rows_of, shape_of
from contacts.imports.rows import CellReader, ImportedPerson, ObjectReader, Problem
from contacts.imports.writing import chunk_write
from contacts.models import ImportJob, ImportRefusal

CHUNK = 1000
CHUNK_BYTES = 4 * 1024 * 1024
# A worker works on one file for so long, then lets others have a turn.
SLICE_SECONDS = 8.0
# Rows between two signs of life while a file is being read through.
BEAT_ROWS = 20_000
BEAT_SECONDS = 5.0
# What is found out of a workbook when it is read, and what its sender may have chosen.
READ = ("has_header", "heading_line", "headers", "mapping", "total")
STARTS = ("existing", "legal_basis", "proof")
ATTEMPTS = 5
# Two that meet at the same people: the one that the database sends away comes again.
MEETINGS = 3


class Superseded(Exception):
    """Another worker has the job, or a person stopped it."""


class Stuck(DomainError):
    """The same rows failed again and again."""

    code = "falha_repetida"


def import_run(*, job_id: Any, company_id: Any, seconds: float = SLICE_SECONDS) -> None:
    """Work on a job for a while, unless somebody else does; ring again when there is more."""
    job = _claim(company_id, job_id)
    if job is None:
        return
    try:
        if job.status == ImportStatus.READING:
            _read_workbook(job)
            return
        if not job.rows_file:
            _prepare(job)
        is_done = _work(job, time.monotonic() + seconds)
    except Superseded:
        return
    except DomainError as refused:
        _fail(job, refused.code)
        return
    if not is_done:
        _release(job)


def imports_free() -> QuerySet[ImportJob]:
    """Return the jobs that no living worker is at, of all companies."""
    return ImportJob.unscoped.free(timezone.now())


def imports_sweep() -> None:
    """Ring for every job that no living worker is at."""
    rows = imports_free().order_by("id")
    for company_id, job_id in rows.values_list("company_id", "pk")[:100]:
        ring_now(IMPORT_RUN, str(company_id), str(job_id))


# --- who works on it ------------------------------------------------------------------------------


def _claim(company_id: Any, job_id: Any) -> ImportJob | None:
    """Take a job, and count the attempt before the work."""
    now, claim = timezone.now(), uuid4()
    rows = ImportJob.objects.for_company(company_id)
    with transaction.atomic():
        job: ImportJob | None = (
            rows.free(now).filter(pk=job_id).select_for_update(skip_locked=True).first()
        )
        if job is None:
            return None
        if job.status != ImportStatus.READING:
            job.status = ImportStatus.RUNNING
        job.claim, job.claimed_at = claim, now
        job.attempts += 1
        job.save(update_fields=["status", "claim", "claimed_at", "attempts", "updated_at"])
    if job.attempts > ATTEMPTS:
        _fail(job, Stuck.code)
        return None
    return job


def _mine(job: ImportJob) -> Any:
    """Return the job's row while it is this worker's."""
    rows = ImportJob.objects.for_company(job.company_id)
    return rows.filter(pk=job.pk, claim=job.claim, status=job.status)


def _beat(job: ImportJob) -> None:
    """Say that this worker lives. Raises Superseded."""
    if not _mine(job).update(claimed_at=timezone.now()):
        raise Superseded


def _release(job: ImportJob) -> None:
    with transaction.atomic():
        if _mine(job).update(claim=None, claimed_at=None, updated_at=timezone.now()):
            ring(IMPORT_RUN, str(job.company_id), str(job.pk))


def _fail(job: ImportJob, code: str) -> None:
    now = timezone.now()
    _mine(job).update(
        status=ImportStatus.FAILED, claim=None, error=code[:40], ended_at=now, updated_at=now
    )


# --- the file's rows, one JSON a line -------------------------------------------------------------


def _prepare(job: ImportJob) -> None:
    """Write a text file's people where a worker can go on reading from any of them, and count them.
    Raises FileRefused and Superseded.
    """
    with tempfile.TemporaryFile() as prepared, job.file.open("rb") as file:
        rows = rows_of(raw_of(file), shape_stored(job))
        first = islice(rows, 1) if job.has_header and not job.heading_line else ()
        for _heading in first:
            pass
        until = job.heading_line if job.has_header else 0
        job.total = _write_rows(job, prepared, (row for row in rows if row.line > until))
        _keep_rows(job, prepared, total=job.total)


def _read_workbook(job: ImportJob) -> None:
    """Read a workbook's rows, guess its columns, and start it where somebody said how. Raises
    FileRefused, Superseded and what `import_start` does.
    """
    last = time.monotonic()

    def pulse() -> None:
        nonlocal last
        if time.monotonic() - last > BEAT_SECONDS:
            _beat(job)
            last = time.monotonic()

    try:
        opened = job.file.open("rb")
    except FileNotFoundError:
        # Somebody was erased meanwhile, and their files with them.
        raise Superseded from None
    with tempfile.TemporaryFile() as prepared, opened as file:
        source = raw_of(file)
        rows = rows_of(source, shape_of(source), pulse)
        first = list(islice(rows, SAMPLE))
        if not first:
            raise FileEmpty
        columns_guess(job, first, heading_line=(job.wish or {}).get("heading_line"))
        job.total = _write_rows(job, prepared, chain(first, rows))
        _keep_rows(
            job,
            prepared,
            status=ImportStatus.DRAFT,
            claim=None,
            claimed_at=None,
            attempts=0,
            **{name: getattr(job, name) for name in READ},
        )
    if job.wish is not None:
        _start(job, job.wish)


def _start(job: ImportJob, wish: dict[str, Any]) -> None:
    """Start a workbook as its sender said, or say why it cannot be."""
    draft = ImportJob.objects.for_company(job.company_id).get(pk=job.pk)
    choices = {name: wish[name] for name in STARTS if name in wish}
    try:
        if draft.author is None:
            raise Stuck
        mapping = mapping_by_name(draft, wish.get("by_name", {}))
        import_start(job=draft, actor=draft.author, mapping=mapping, **choices)
    except DomainError as refused:
        now = timezone.now()
        rows = ImportJob.objects.for_company(job.company_id).filter(pk=job.pk)
        rows.filter(status=ImportStatus.DRAFT).update(
            status=ImportStatus.FAILED, error=refused.code[:40], ended_at=now, updated_at=now
        )


def _write_rows(job: ImportJob, prepared: IO[bytes], rows: Iterable[Row]) -> int:
    count = 0
    for row in rows:
        prepared.write(orjson.dumps([row.line, row.problem or row.cells]))
        prepared.write(b"\n")
        count += 1
        if count % BEAT_ROWS == 0:
            _beat(job)
    return count


def _keep_rows(job: ImportJob, prepared: IO[bytes], **values: Any) -> None:
    """Store the rows, and with them what was found out. Raises Superseded."""
    prepared.seek(0)
    job.rows_file.save("", File(prepared), save=False)
    now = timezone.now()
    kept = {"rows_file": job.rows_file.name, "claimed_at": now, "updated_at": now, **values}
    if not _mine(job).update(**kept):
        files_delete((job.rows_file,))
        raise Superseded


def _work(job: ImportJob, until: float) -> bool:
    """Bring chunks in until all are or the time is over; return whether all are."""
    reader: Any = (
        ObjectReader()
        if job.kind == FileKind.JSON
        else CellReader(job.headers if job.has_header else [], job.mapping)
    )
    with job.rows_file.open("rb") as file:
        stored = raw_of(file)
        stored.seek(job.offset)
        while lines := _chunk(stored):
            _settle(job, reader, lines)
            if time.monotonic() > until:
                return False
    _finish(job)
    return True


def _chunk(stored: IO[bytes]) -> list[bytes]:
    """Return the next rows: fewer where they are long, since all of them are held at once."""
    lines: list[bytes] = []
    size = 0
    for line in stored:
        lines.append(line)
        size += len(line)
        if len(lines) >= CHUNK or size >= CHUNK_BYTES:
            break
    return lines


def _settle(job: ImportJob, reader: Any, lines: list[bytes]) -> None:
    """Bring one chunk in."""
    people, problems = _read(reader, lines)
    for meeting in range(1, MEETINGS + 1):
        try:
            settled = _write(job, lines, people, problems)
        except (IntegrityError, OperationalError):
            # Sent away by a deadlock, or somebody made the same person without our lock.
            if meeting == MEETINGS:
                raise
        else:
            break
    for name, value in settled.items():
        setattr(job, name, value)


def _read(reader: Any, lines: list[bytes]) -> tuple[list[ImportedPerson], list[Problem]]:
    people: list[ImportedPerson] = []
    problems: list[Problem] = []
    for line in lines:
        number, content = orjson.loads(line)
        if isinstance(content, str):
            problems.append(Problem(number, "", RefusalReason(content)))
            continue
        person, found = reader.read(number, content)
        problems += found
        if person is not None:
            people.append(person)
    return people, problems


@transaction.atomic
def _write(
    job: ImportJob, lines: list[bytes], people: list[ImportedPerson], problems: list[Problem]
) -> dict[str, Any]:
    """Write a chunk and how far the job is with it; return what changed of the job."""
    # Held to the end: a stop waits for this chunk, and a worker that was given up ends here.
    if not _mine(job).select_for_update().exists():
        raise Superseded
    outcome = chunk_write(job, people)
    told = list(dict.fromkeys((*problems, *outcome.problems)))
    refused = {problem.line for problem in told if not problem.is_row_in}
    insert_rows([_refusal(job, one) for one in told])
    settled = {
        "line": job.line + len(lines),
        "offset": job.offset + sum(map(len, lines)),
        "created_count": job.created_count + outcome.created,
        "updated_count": job.updated_count + outcome.updated,
        "unchanged_count": job.unchanged_count + outcome.unchanged,
        "refused_count": job.refused_count + len(refused),
        "attempts": 0,
        "claimed_at": timezone.now(),
    }
    _mine(job).update(**settled, updated_at=timezone.now())
    return settled


def _refusal(job: ImportJob, problem: Problem) -> ImportRefusal:
    return ImportRefusal(
        company_id=job.company_id,
        job=job,
        line=problem.line,
        column=problem.column[:100],
        code=problem.reason.value,
        is_row_in=problem.is_row_in,
    )


@transaction.atomic
def _finish(job: ImportJob) -> None:
    now = timezone.now()
    done = _mine(job).update(
        status=ImportStatus.FINISHED,
        claim=None,
        ended_at=now,
        attempts=0,
        file="",
        rows_file="",
        updated_at=now,
    )
    if not done:
        raise Superseded
    # Nothing reads it any more, and it would outlive an erasure of those in it.
    files_delete((job.file, job.rows_file))
    audit_record(
        company=job.company_id,
        actor=job.author.user if job.author else None,
        action="importacao.concluida",
        target=job,
        detail={
            "linhas": job.line,
            "novos": job.created_count,
            "atualizados": job.updated_count,
            "recusadas": job.refused_count,
        },
    )
