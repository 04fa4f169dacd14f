"""Entries from a file: read and judged row by row first, then stored in one transaction.

A row that cannot be taken is named with its reason; none is dropped silently. What a company has
already, by its question, is left or changed, never doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_lazy

from accounts.models import Company, Membership
from accounts.services.audit import audit_record
from bot.choices import EntryStatus, EntryUse, PhraseKind
from bot.models import KnowledgeEntry, Phrase
from bot.models.knowledge import ANSWER, LABEL
from bot.services.knowledge import MOST_ALIASES, EntryExists, entry_save
from bot.services.starting import category_ensure
from bot.texts import bare, cleaned
from common.errors import DomainError
from contacts.imports.reading import ImportFileRefused, rows_of, shape_of

FILE_BYTES = 2 * 1024 * 1024
MOST_ROWS = 1000
QUESTION, PHRASE = 200, 300
HEADINGS = {
    "question": ("pergunta", "question", "duvida"),
    "answer": ("resposta", "answer"),
    "aliases": ("formas", "formas de perguntar", "outras formas", "frases", "phrases", "aliases"),
    "label": ("botao", "label", "rotulo"),
    "category": ("categoria", "category", "assunto"),
    "valid_from": ("vale de", "inicio", "valid from", "valido de"),
    "valid_until": ("vale ate", "fim", "valid until", "valido ate", "validade"),
    "use": ("uso", "use"),
}
USES = {
    "": EntryUse.AUTOMATIC,
    **dict.fromkeys(("automatico", "automatica", "automatic", "sim"), EntryUse.AUTOMATIC),
    **dict.fromkeys(("sugestao", "so sugestao", "suggestion", "manual"), EntryUse.SUGGESTION),
}
DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d-%m-%Y", "%Y-%m-%d %H:%M:%S")


class EntryFileRefused(DomainError):
    """A file of entries that is not read at all."""

    code = "arquivo_recusado"
    message = gettext_lazy("O arquivo não pôde ser lido. Salve como CSV ou XLSX e envie de novo.")


class _Wrong(Exception):
    """Why a row is not taken, in a sentence."""


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """A row that may be stored."""

    line: int
    question: str
    answer: str
    aliases: tuple[str, ...] = ()
    label: str = ""
    category: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    use: str = EntryUse.AUTOMATIC


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not taken, and why."""

    line: int
    shown: str
    reason: str


@dataclass(slots=True)
class EntryFile:
    """What a file holds, against what a company has."""

    new: list[ReadEntry] = field(default_factory=list)
    changed: list[ReadEntry] = field(default_factory=list)
    same: list[ReadEntry] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass(slots=True)
class ImportedEntries:
    """What became of a file's rows."""

    added: int = 0
    changed: int = 0
    left: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


def entries_read(*, company: Company, file: IO[bytes], size: int) -> EntryFile:
    """Read a file and compare it with what a company has; store nothing. Raises
    EntryFileRefused.
    """
    if size > FILE_BYTES:
        raise _refused(gettext("O arquivo passa de 2 MB. Divida-o em partes."))
    found = EntryFile()
    have = _stored(company)
    asked: dict[str, int] = {}
    for line, cells in _rows(file, found.refused):
        shown = (cells.get("question") or next(filter(None, cells.values()), ""))[:80]
        try:
            row = _judged(line, cells)
            before = asked.setdefault(bare(row.question), line)
            if before != line:
                raise _Wrong(gettext("A mesma pergunta está na linha %d.") % before)
        except _Wrong as wrong:
            found.refused.append(RefusedRow(line, shown, str(wrong)))
            continue
        stored = have.get(bare(row.question))
        if stored is None:
            found.new.append(row)
        else:
            (found.same if _is_same(stored, row) else found.changed).append(row)
    found.refused.sort(key=lambda one: one.line)
    return found


@transaction.atomic
def entries_import(
    *,
    company: Company,
    actor: Membership | None,
    rows: list[ReadEntry],
    overwrites: bool,
    publishes: bool,
) -> ImportedEntries:
    """Store rows that were read; what the company has by its question is changed when `overwrites`,
    else left. New ones are drafts unless `publishes`. A row that is refused now is named.
    """
    done = ImportedEntries()
    have = _stored(company)
    for row in rows:
        stored = have.get(bare(row.question))
        if stored is not None and (not overwrites or _is_same(stored, row)):
            done.left += 1
            continue
        status = EntryStatus.PUBLISHED if publishes else EntryStatus.DRAFT
        try:
            with transaction.atomic():
                saved = entry_save(
                    company=company,
                    actor=actor,
                    entry=stored,
                    **_values(company, row, stored, status),
                )
        except IntegrityError:
            # Somebody made it at the same time.
            done.refused.append(RefusedRow(row.line, row.question[:80], str(EntryExists.message)))
            continue
        except DomainError as wrong:
            said = [str(one) for ones in wrong.fields.values() for one in ones]
            done.refused.append(
                RefusedRow(row.line, row.question[:80], " ".join(said) or str(wrong.detail))
            )
            continue
        have[bare(row.question)] = saved
        done.added += stored is None
        done.changed += stored is not None
    audit_record(
        company=company,
        actor=actor.user if actor is not None else None,
        action="conhecimento.importado",
        target=company,
        detail={"novas": done.added, "mudadas": done.changed, "recusadas": len(done.refused)},
    )
    return done


# --- what is stored -------------------------------------------------------------------------------


def _stored(company: Company) -> dict[str, KnowledgeEntry]:
    rows = KnowledgeEntry.objects.for_company(company).select_related("category", "company")
    return {bare(row.question): row for row in rows.prefetch_related("phrases")}


def _is_same(stored: KnowledgeEntry, row: ReadEntry) -> bool:
    """Whether a row would change nothing. What a file leaves out, it leaves as it is."""
    return (
        stored.answer == row.answer
        and set(row.aliases) <= set(_aliases(stored))
        and stored.valid_from == (row.valid_from or stored.valid_from)
        and stored.valid_until == (row.valid_until or stored.valid_until)
        and stored.use == row.use
        and (not row.label or stored.label == row.label)
        and (not row.category or str(stored.category or "").lower() == row.category.lower())
    )


def _aliases(stored: KnowledgeEntry) -> list[str]:
    return [one.text for one in stored.phrases.all() if one.kind == PhraseKind.ALIAS]


def _values(
    company: Company, row: ReadEntry, stored: KnowledgeEntry | None, status: str
) -> dict[str, Any]:
    values: dict[str, Any] = {"answer": row.answer, "use": row.use}
    for name in ("label", "valid_from", "valid_until"):
        if getattr(row, name):
            values[name] = getattr(row, name)
    if row.category:
        values["category"] = category_ensure(company, row.category)
    if stored is None:
        return {
            **values,
            "question": row.question,
            "aliases": row.aliases,
            "status": status,
            "origin": "arquivo",
        }
    known = Phrase.unscoped.filter(entry=stored, kind=PhraseKind.ALIAS)
    kept = list(known.values_list("text", flat=True))
    return {**values, "aliases": [*kept, *(one for one in row.aliases if one not in kept)]}


# --- reading --------------------------------------------------------------------------------------


def _refused(sentence: str) -> EntryFileRefused:
    return EntryFileRefused(fields={"arquivo": [sentence]})


def _rows(file: IO[bytes], refused: list[RefusedRow]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give rows by the names of their columns; the first one names them."""
    names: list[str] | None = None
    count = 0
    try:
        for row in rows_of(file, shape_of(file)):
            if names is None:
                names = _names(row.cells)
                continue
            count += 1
            if count > MOST_ROWS:
                raise _refused(gettext("O arquivo passa de 1.000 linhas. Divida-o em partes."))
            if row.problem:
                refused.append(RefusedRow(row.line, "", gettext("A linha não pôde ser lida.")))
                continue
            cells = zip(names, row.cells, strict=False)
            yield row.line, {name: cell.strip() for name, cell in cells if name}
    except ImportFileRefused as wrong:
        raise _refused(str(wrong.detail)) from wrong
    if names is None:
        raise _refused(gettext("O arquivo não tem nenhuma linha."))


def _names(cells: list[str]) -> list[str]:
    by_heading = {word: name for name, words in HEADINGS.items() for word in words}
    names = [by_heading.get(bare(cell.replace("_", " ")), "") for cell in cells]
    if "question" not in names or "answer" not in names:
        raise _refused(gettext("A primeira linha precisa ter as colunas pergunta e resposta."))
    return names


def _judged(line: int, cells: dict[str, str]) -> ReadEntry:
    for cell in cells.values():
        # A spreadsheet would run it when somebody opens what we export.
        if cell.startswith(("=", "@")):
            raise _Wrong(gettext("Uma célula começa como fórmula (= ou @). Escreva o texto."))
    question = " ".join(cleaned(cells.get("question", "")).split())
    answer = cells.get("answer", "").replace("\x00", "").strip()
    if not question or not answer:
        raise _Wrong(gettext("Falta a pergunta ou a resposta."))
    if len(question) > QUESTION or len(answer) > ANSWER:
        raise _Wrong(
            gettext("A pergunta passa de %(question)d letras, ou a resposta de %(answer)d.")
            % {"question": QUESTION, "answer": ANSWER}
        )
    aliases = _parts(cells.get("aliases", ""))
    if len(aliases) > MOST_ALIASES or any(len(one) > PHRASE for one in aliases):
        raise _Wrong(
            gettext("São no máximo %(count)d formas de perguntar, de até %(length)d letras.")
            % {"count": MOST_ALIASES, "length": PHRASE}
        )
    use = USES.get(bare(cells.get("use", "")))
    if use is None:
        raise _Wrong(gettext("O uso é “automático” ou “sugestão”."))
    if len(cells.get("label", "")) > LABEL:
        raise _Wrong(gettext("O botão passa de %d letras.") % LABEL)
    days = _day(cells.get("valid_from", "")), _day(cells.get("valid_until", ""))
    if days[0] and days[1] and days[1] < days[0]:
        raise _Wrong(gettext("O fim é anterior ao começo."))
    return ReadEntry(
        line, question, answer, aliases, cells.get("label", ""), cells.get("category", "")[:60],
        days[0], days[1], use,
    )  # fmt: skip


def _parts(text: str) -> tuple[str, ...]:
    rows = text.replace("|", "\n").replace(";", "\n").splitlines()
    return tuple(dict.fromkeys(filter(None, (" ".join(cleaned(one).split()) for one in rows))))


def _day(text: str) -> date | None:
    if not text:
        return None
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise _Wrong(gettext("A data “%s” não existe. Escreva dia/mês/ano.") % text[:20])
