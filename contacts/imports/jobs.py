"""Taking a file in, starting, stopping and forgetting it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import IO, Any

import orjson
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError
from common.files import files_delete
from common.tasks import ring
from contacts.bells import IMPORT_RUN
from contacts.imports.choices import FileKind, ImportStatus, Target
from contacts.imports.headings import plain
from contacts.imports.mapping import guess, guess_by_content, heading_row
from contacts.imports.reading import (
    FILE_BYTES,
    FileEmpty,
    FileTooLarge,
    Row,
    Shape,
    kind_of,
    raw_of,
    rows_of,
    shape_of,
)
from contacts.models import ImportJob

SAMPLE = 20
OBJECTS = 10_000
# What of a job decides what it does to people.
CHOICES = ("has_header", "heading_line", "mapping", "existing", "legal_basis", "proof")


class FileRepeated(Conflict):
    """The same file was imported before, with the same choices."""

    code = "arquivo_repetido"
    message = _("Este arquivo já foi importado com as mesmas escolhas.")


class BasisMissing(DomainError):
    """Permissions are imported, and nobody says why the clinic has them."""

    code = "base_legal_ausente"
    status = 400
    message = _(
        "O arquivo traz permissões de marketing. Informe a base legal e como elas foram obtidas."
    )


class ColumnsMissing(DomainError):
    """No column holds what a person is known by."""

    code = "colunas_ausentes"
    status = 400
    message = _("Indique qual coluna tem o telefone ou o e-mail.")


class NotStartable(Conflict):
    """It is running or over."""

    code = "importacao_em_outra_situacao"
    message = _("Esta importação já começou ou terminou.")


class FileGone(Conflict):
    """It was deleted some days after the end."""

    code = "arquivo_apagado"
    message = _("O arquivo já foi apagado. Envie-o de novo.")


def import_receive(
    *,
    actor: Membership,
    file: File[bytes],
    filename: str,
    encoding: str = "",
    delimiter: str = "",
    wish: dict[str, Any] | None = None,
) -> ImportJob:
    """Keep an uploaded file and guess what its columns hold; nothing goes in before it is started.

    A workbook is only looked at from outside: a worker reads it, and starts it where a `wish` says
    how (`import_start`'s choices, and `by_name` for the mapping). Raises FileRefused and its kinds.
    """
    if (file.size or 0) > FILE_BYTES:
        raise FileTooLarge
    source = raw_of(file)
    job = ImportJob(
        company_id=actor.company_id,
        author=actor,
        filename=printable(filename)[:255],
        kind=kind_of(source),
        size=file.size or 0,
    )
    if job.kind == FileKind.XLSX:
        job.status, job.wish = ImportStatus.READING, wish
    else:
        _look(job, source, encoding, delimiter)
    job.sha256 = _sha256(source)
    source.seek(0)
    job.file.save("", File(source), save=False)
    with transaction.atomic():
        job.save()
        if job.kind == FileKind.XLSX:
            ring(IMPORT_RUN, str(job.company_id), str(job.pk))
    return job


def _look(job: ImportJob, source: IO[bytes], encoding: str, delimiter: str) -> None:
    """Find out how a text file is to be read, and what its columns hold."""
    shape = shape_of(source, encoding, delimiter)
    first = list(islice(rows_of(source, shape), SAMPLE))
    if not first:
        raise FileEmpty
    job.encoding, job.delimiter = shape.encoding, shape.delimiter
    columns_guess(job, first)


@transaction.atomic
def import_reshape(
    *,
    job: ImportJob,
    encoding: str = "",
    delimiter: str = "",
    has_header: bool = True,
    heading_line: int | None = None,
) -> ImportJob:
    """Read a draft's file anew, as a person says it is written, and guess its columns again.
    Raises NotStartable and FileRefused and its kinds.
    """
    job = _held(job)
    if job.status != ImportStatus.DRAFT:
        raise NotStartable
    if job.kind == FileKind.CSV:
        with job.file.open("rb") as file:
            _look(job, raw_of(file), encoding or job.encoding, delimiter or job.delimiter)
    columns_guess(job, sample_of(job), has_header=has_header, heading_line=heading_line)
    job.save()
    return job


def import_receive_objects(
    *, actor: Membership, people: Sequence[dict[str, Any]], **choices: Any
) -> ImportJob:
    """Take people that came as JSON and start. Raises FileRepeated and BasisMissing."""
    lines = [orjson.dumps([number, one]) for number, one in enumerate(people, 1)]
    content = b"\n".join(lines) + b"\n"
    has_marketing = any(one.get("marketing_opt_in") is not None for one in people)
    job = ImportJob(
        company_id=actor.company_id,
        author=actor,
        kind=FileKind.JSON,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        has_header=False,
        mapping=[Target.PHONE.value, Target.MARKETING.value if has_marketing else ""],
        total=len(lines),
    )
    job.rows_file.save("", ContentFile(content), save=False)
    job.save()
    return import_start_or_discard(job=job, actor=actor, **choices)


def import_start_or_discard(*, job: ImportJob, actor: Membership, **choices: Any) -> ImportJob:
    """Start a draft that nobody will look at again, or leave nothing of it. Raises as
    `import_start`.
    """
    try:
        return import_start(job=job, actor=actor, **choices)
    except DomainError:
        files_delete((job.file, job.rows_file))
        job.delete()
        raise


@transaction.atomic
def import_start(*, job: ImportJob, actor: Membership, **choices: Any) -> ImportJob:
    """Let a draft go in, with what was chosen of `CHOICES`.

    Raises FileRepeated, BasisMissing, ColumnsMissing and NotStartable.
    """
    job = _held(job)
    if job.status != ImportStatus.DRAFT:
        raise NotStartable
    for name in CHOICES:
        setattr(job, name, choices.get(name, getattr(job, name)))
    _settle_heading(job)
    if Target.MARKETING not in job.mapping:
        job.legal_basis = job.proof = ""
    elif not (job.legal_basis and job.proof.strip()):
        raise BasisMissing(fields={"legal_basis": [BasisMissing.message]})
    if Target.PHONE not in job.mapping and Target.EMAIL not in job.mapping:
        raise ColumnsMissing
    job.fingerprint = _fingerprint(job)
    job.started_at = timezone.now()
    _wait(job)
    _tell(job, actor, "importacao.iniciada")
    return job


@transaction.atomic
def import_cancel(*, job: ImportJob, actor: Membership) -> ImportJob:
    """Stop; what is in stays in. Raises NotStartable when it is over."""
    job = _held(job)
    if job.is_over:
        raise NotStartable
    job.status, job.claim, job.ended_at = ImportStatus.CANCELLED, None, timezone.now()
    job.save()
    _tell(job, actor, "importacao.cancelada")
    return job


@transaction.atomic
def import_resume(*, job: ImportJob, actor: Membership) -> ImportJob:
    """Go on after a stop or a failure, with the row after the last one settled.

    Raises NotStartable, FileGone and FileRepeated.
    """
    job = _held(job)
    is_stopped = job.status in (ImportStatus.CANCELLED, ImportStatus.FAILED)
    if not is_stopped or job.started_at is None:
        raise NotStartable
    if not job.file and not job.rows_file:
        raise FileGone
    job.ended_at, job.error, job.attempts = None, "", 0
    _wait(job)
    _tell(job, actor, "importacao.retomada")
    return job


def mapping_by_name(job: ImportJob, told: dict[str, str]) -> list[str]:
    """Return a draft's mapping with what was told of columns by their names."""
    by_name = {plain(name): target for name, target in told.items()}
    names = [*job.headers, *[""] * (len(job.mapping) - len(job.headers))]
    return [
        by_name.get(plain(name), guessed) if name else guessed
        for name, guessed in zip(names, job.mapping, strict=True)
    ]


def same_before(job: ImportJob) -> ImportJob | None:
    """Return the newest import of the same file, if it was here before."""
    rows = ImportJob.objects.for_company(job.company_id).filter(sha256=job.sha256)
    started = rows.exclude(pk=job.pk).exclude(status=ImportStatus.DRAFT)
    found: ImportJob | None = started.order_by("-id").first()
    return found


def sample_of(job: ImportJob) -> list[Row]:
    """Return the first rows of the file, the heading among them."""
    if job.kind == FileKind.XLSX:
        with job.rows_file.open("rb") as file:
            return [_row(line) for line in islice(raw_of(file), SAMPLE)]
    with job.file.open("rb") as file:
        return list(islice(rows_of(raw_of(file), shape_stored(job)), SAMPLE))


def _row(line: bytes) -> Row:
    number, content = orjson.loads(line)
    return Row(number, [], content) if isinstance(content, str) else Row(number, content)


def people_of(job: ImportJob, rows: Iterable[Row]) -> list[Row]:
    """Leave out the heading of a file's rows, and what stands above it."""
    return [row for row in rows if not job.has_header or row.line > job.heading_line]


def shape_stored(job: ImportJob) -> Shape:
    """Return how the file is to be read, as it was found out at its arrival."""
    return Shape(FileKind(job.kind), job.encoding, job.delimiter)


# --- inside ---------------------------------------------------------------------------------------


def columns_guess(
    job: ImportJob,
    first: list[Row],
    *,
    has_header: bool = True,
    heading_line: int | None = None,
) -> None:
    """Guess where the headings stand, unless a person says it, and what the columns hold."""
    width = max((len(row.cells) for row in first), default=0)
    at = next((n for n, row in enumerate(first) if row.line == heading_line), None)
    if at is None and has_header:
        at = heading_row([row.cells for row in first])
    if at is None or not has_header:
        job.has_header, job.heading_line, job.headers = False, 0, []
        job.mapping = guess_by_content([row.cells for row in first], width)
        return
    job.has_header, job.heading_line = True, first[at].line
    rows = [row.cells for row in first[at + 1 :]]
    job.headers = _names(first[at])
    # Columns without a heading count when most rows have them; in one row they are a slip.
    widths = sorted((len(cells) for cells in rows), reverse=True)
    width = max(len(job.headers), widths[len(widths) // 2] if widths else 0)
    job.mapping = guess([*job.headers, *[""] * (width - len(job.headers))], rows)


def _settle_heading(job: ImportJob) -> None:
    """Take the first row for the heading where a person only said that there is one; let the rows
    of a workbook begin behind it.
    """
    if job.has_header and job.kind != FileKind.JSON and not (job.headers and job.heading_line):
        head = sample_of(job)[0]
        job.headers, job.heading_line = _names(head), head.line
    if job.kind == FileKind.XLSX and job.has_header:
        with job.rows_file.open("rb") as file:
            for line in raw_of(file):
                if _row(line).line > job.heading_line:
                    break
                job.offset += len(line)
                job.total = (job.total or 0) - 1


def _names(row: Row) -> list[str]:
    return [printable(cell)[:300] for cell in row.cells]


def _held(job: ImportJob) -> ImportJob:
    held: ImportJob = (
        ImportJob.objects.for_company(job.company_id).select_for_update().get(pk=job.pk)
    )
    return held


def _wait(job: ImportJob) -> None:
    """Put a job where workers look. Raises FileRepeated."""
    job.status, job.claim, job.claimed_at = ImportStatus.WAITING, None, None
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError as exc:
        rows = ImportJob.objects.for_company(job.company_id).filter(fingerprint=job.fingerprint)
        other = rows.exclude(pk=job.pk).order_by("-id").first()
        raise FileRepeated(fields={"id": [other.pk]} if other else {}) from exc
    ring(IMPORT_RUN, str(job.company_id), str(job.pk))


def _tell(job: ImportJob, actor: Membership, action: str) -> None:
    audit_record(
        company=job.company_id,
        actor=actor.user,
        action=action,
        target=job,
        detail={"linhas": job.line, "existentes": job.existing},
    )


def _fingerprint(job: ImportJob) -> str:
    chosen = {name: getattr(job, name) for name in CHOICES}
    said = orjson.dumps([job.sha256, chosen], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def printable(text: str) -> str:
    """Return a text on one line, without what cannot be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
