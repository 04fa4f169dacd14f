"""Workers bring files in: each chunk of rows in a transaction of its own, which also says how far
the file is in. Whoever dies loses a chunk at most, and nothing goes in twice.
"""

from __future__ import annotations

import tempfile
import time
from itertools import islice
from typing import Any
from uuid import uuid4

import orjson
from django.core.files.base import File
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from accounts.services.audit import audit_record
from common.errors import DomainError
from common.files import files_delete
from common.rows import insert_rows
from common.tasks import ring, ring_now
from contacts.bells import IMPORT_RUN
from contacts.imports.choices import FileKind, ImportStatus, Reason
from contacts.imports.jobs import shape_stored
from contacts.imports.reading import raw_of, rows_of
from contacts.imports.rows import CellReader, ObjectReader, Person, Problem
from contacts.imports.writing import chunk_write
from contacts.models import ImportJob, ImportRefusal

CHUNK = 1000
# A worker works on one file for so long, then lets others have a turn.
SLICE_SECONDS = 8.0
# Rows between two signs of life while a file is being read through.
BEAT_ROWS = 20_000
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


def imports_sweep() -> None:
    """Ring for every job that no living worker is at."""
    # The sweep serves every company at once.
    rows = ImportJob.unscoped.free(timezone.now()).order_by("id")
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
        job.status, job.claim, job.claimed_at = ImportStatus.RUNNING, claim, now
        job.attempts += 1
        job.save(update_fields=["status", "claim", "claimed_at", "attempts", "updated_at"])
    if job.attempts > ATTEMPTS:
        _fail(job, Stuck.code)
        return None
    return job


def _mine(job: ImportJob) -> Any:
    """Return the job's row while it is this worker's."""
    rows = ImportJob.objects.for_company(job.company_id)
    return rows.filter(pk=job.pk, claim=job.claim, status=ImportStatus.RUNNING)


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
    """Write the file's rows where a worker can go on reading from any of them, and count them.
    Raises FileRefused and Superseded.
    """
    count = 0
    with tempfile.TemporaryFile() as prepared, job.file.open("rb") as file:
        rows = rows_of(raw_of(file), shape_stored(job))
        for row in islice(rows, 1 if job.has_header else 0, None):
            prepared.write(orjson.dumps([row.line, row.problem or row.cells]))
            prepared.write(b"\n")
            count += 1
            if count % BEAT_ROWS == 0:
                _beat(job)
        prepared.seek(0)
        job.rows_file.save("", File(prepared), save=False)
    job.total = count
    if not _mine(job).update(rows_file=job.rows_file.name, total=count, claimed_at=timezone.now()):
        job.rows_file.delete(save=False)
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
        while lines := list(islice(stored, CHUNK)):
            _settle(job, reader, lines)
            if time.monotonic() > until:
                return False
    _finish(job)
    return True


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


def _read(reader: Any, lines: list[bytes]) -> tuple[list[Person], list[Problem]]:
    people: list[Person] = []
    problems: list[Problem] = []
    for line in lines:
        number, content = orjson.loads(line)
        if isinstance(content, str):
            problems.append(Problem(number, "", Reason(content)))
            continue
        found = reader.read(number, content)
        if isinstance(found, Person):
            people.append(found)
        else:
            problems += found
    return people, problems


@transaction.atomic
def _write(
    job: ImportJob, lines: list[bytes], people: list[Person], problems: list[Problem]
) -> dict[str, Any]:
    """Write a chunk and how far the job is with it; return what changed of the job."""
    # Held to the end: a stop waits for this chunk, and a worker that was given up ends here.
    if not _mine(job).select_for_update().exists():
        raise Superseded
    outcome = chunk_write(job, people)
    refused = {problem.line for problem in problems}
    insert_rows([_refusal(job, one, refused) for one in dict.fromkeys(problems)])
    insert_rows([_refusal(job, one, refused) for one in outcome.problems])
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


def _refusal(job: ImportJob, problem: Problem, refused: set[int]) -> ImportRefusal:
    return ImportRefusal(
        company_id=job.company_id,
        job=job,
        line=problem.line,
        column=problem.column[:100],
        code=problem.reason.value,
        is_row_in=problem.line not in refused,
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
