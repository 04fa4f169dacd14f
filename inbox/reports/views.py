"""Reports: a span of days in numbers and charts, the tickets behind a number, and a wall screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.behind import BY_NAME, PAGE, Behind, behind
from analytics.parts import is_something, narrowed
from analytics.ranges import Range, RangeRefused, today
from analytics.selectors import report
from common.errors import NotFound
from contacts.admin.portable import PDF, TYPES, download
from contacts.imports.choices import FileKind
from inbox.reports.files import as_csv, as_pdf, as_xlsx, lines_of
from inbox.reports.forms import SpanForm
from inbox.reports.presenters import FIGURES, WORDS, counted_of, figures_of, sheets_of
from inbox.shell.base import BadInput, InboxView
from inbox.shell.presence import presence_context
from queues.models import Ticket
from queues.selectors import has_queues

USUAL_DAYS = 30


class ReportPage(InboxView):
    """What report pages share. Attendants get their own numbers, managers everybody's."""

    def asked(self) -> tuple[SpanForm, Range, dict[str, UUID], str]:
        """Return the form, the days, what they are narrowed to, and what is wrong with what was
        asked: then the usual days stand instead.
        """
        form = SpanForm(self.request.GET, reader=self.membership)
        day = today(self.membership.company.zone, timezone.now())
        usual = Range(date.fromordinal(day.toordinal() - USUAL_DAYS + 1), day)
        if not form.is_valid():
            return form, usual, narrowed(self.membership), _("Confira as datas e os filtros.")
        chosen = form.cleaned_data
        only = narrowed(
            self.membership,
            **{
                name: chosen[field].pk
                for name, field in (
                    ("queue", "fila"),
                    ("channel", "canal"),
                    ("attendant", "atendente"),
                )
                if chosen.get(field)
            },
        )
        last = chosen["ate"] or max(day, chosen["desde"] or day)
        first = chosen["desde"] or date.fromordinal(max(1, last.toordinal() - USUAL_DAYS + 1))
        try:
            return form, Range(first, last), only, ""
        except RangeRefused as refused:
            return form, usual, only, str(refused)

    def shown(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Draw a whole page."""
        frame = {
            "company": self.membership.company,
            "member": self.membership,
            "has_queues": has_queues(self.membership.company_id),
            **presence_context(self.membership),
        }
        return self.draw(template, {**frame, **context}, status)

    def query(self, form: SpanForm, span: Range) -> dict[str, str]:
        """Return what a page was asked for by, with its days written out."""
        chosen = getattr(form, "cleaned_data", {})
        parts = {
            name: f"{chosen[name].pk}"
            for name in ("fila", "canal", "atendente")
            if chosen.get(name)
        }
        return {"desde": f"{span.first}", "ate": f"{span.last}", **parts}


class ReportsPage(ReportPage):
    """A span of days."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Draw it, or give it as a file."""
        form, span, only, problem = self.asked()
        found = report(self.membership.company, span, only)
        before = report(self.membership.company, span.before(), only).whole
        query = self.query(form, span)
        figures = figures_of(found.whole, before if is_something(before) else None)
        sheets = sheets_of(found, query)
        title = _("Relatório de %(first)s a %(last)s") % {
            "first": date_format(span.first, "SHORT_DATE_FORMAT"),
            "last": date_format(span.last, "SHORT_DATE_FORMAT"),
        }
        if (kind := request.GET.get("formato", "")) in TYPES and not problem:
            pieces = _pieces(kind, title, figures, sheets)
            return download(request, pieces, f"relatorio.{kind}", kind)
        context = {
            "form": form,
            "span": span,
            "before": span.before(),
            "title": title,
            "figures": figures,
            "sheets": sheets,
            "query": urlencode(query),
            "chosen": f"desde={span.first}&ate={span.last}",
            "spans": _spans(today(self.membership.company.zone, timezone.now())),
            "problem": problem,
            "is_empty": not is_something(found.whole),
        }
        return self.shown("inbox/reports/reports.html", context, 400 if problem else 200)


class BehindPage(ReportPage):
    """The tickets that a number is made of, the latest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw some of them."""
        name = request.GET.get("numero", "entered")
        if name not in BY_NAME:
            raise NotFound
        form, span, only, problem = self.asked()
        if problem:
            raise BadInput
        company, after = self.membership.company, _place(request.GET.get("depois", ""))
        rows = behind(company, span, name, only, after, PAGE + 1)
        more, rows = len(rows) > PAGE, rows[:PAGE]
        seen = Ticket.objects.visible_to(self.membership).filter(
            pk__in=[row.ticket for row in rows]
        )
        tickets = {
            row.pk: row for row in seen.select_related("contact", "queue", "attendant__user")
        }
        self.saw(list(tickets.values()))
        query = {**self.query(form, span), "numero": name}
        context = {
            "lines": counted_of(rows, tickets),
            "title": _title(name),
            "span": span,
            "back": urlencode(self.query(form, span)),
            "next": urlencode({**query, "depois": _mark(rows[-1])}) if more else "",
        }
        return self.shown("inbox/reports/behind.html", context)


def _pieces(kind: str, title: str, figures: Any, sheets: Any) -> Iterator[Any]:
    if kind == PDF:
        return as_pdf(title, figures, sheets)
    if kind == FileKind.XLSX:
        return as_xlsx(lines_of(title, figures, sheets), _("Relatório"))
    return as_csv(lines_of(title, figures, sheets))


def _spans(day: date) -> list[tuple[str, str]]:
    """Return the spans one asks for most, each with its query."""
    month = day.replace(day=1)
    last = date.fromordinal(month.toordinal() - 1)
    spans = [
        (_("Hoje"), day, day),
        (_("7 dias"), date.fromordinal(day.toordinal() - 6), day),
        (_("30 dias"), date.fromordinal(day.toordinal() - 29), day),
        (_("Este mês"), month, day),
        (_("Mês passado"), last.replace(day=1), last),
    ]
    return [(label, f"desde={first}&ate={until}") for label, first, until in spans]


def _title(name: str) -> str:
    for figure, behind_it, _good in FIGURES:
        if behind_it == name and name in WORDS:
            return str(WORDS[figure].label)
    return {
        "started": _("Atendimentos que alguém assumiu"),
        "answered": _("Atendimentos com primeira resposta"),
        "served": _("Atendimentos que terminaram com alguém"),
        "finished": _("Atendimentos finalizados"),
        "abandoned": _("Desistências"),
        "response_missed": _("Primeira resposta fora do prazo"),
        "response_met": _("Primeira resposta no prazo"),
        "resolution_missed": _("Resolução fora do prazo"),
        "resolution_met": _("Resolução no prazo"),
        "solved_at_first": _("Resolvidos no primeiro contato"),
        "rated": _("Atendimentos avaliados"),
    }.get(name, _("Atendimentos"))


def _mark(row: Behind) -> str:
    return f"{row.day}.{row.ticket}"


def _place(mark: str) -> tuple[date, UUID] | None:
    """Read where a page goes on. Raises BadInput."""
    if not mark:
        return None
    day, _dot, ticket = mark.partition(".")
    try:
        return date.fromisoformat(day), UUID(ticket)
    except ValueError:
        raise BadInput from None
