"""The page "Operação" of the back-office, for the platform's owner: what is stuck, since when, what
to do. It reads the numbers that the alerts read.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin import access_of
from config.backlogs import BACKLOGS, Backlog
from config.gathering import GatheredNumbers, gather
from config.jobs import Job, jobs_seen
from inbox.shell.clocks import span_words
from webhooks.spool import spool_size

# Below this share of a disk somebody has to make room.
LEAST_FREE = 0.1


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One line: what, how many, since when, and where it needs somebody, what to do."""

    words: Any
    count: str
    since: str = ""
    is_stuck: bool = False
    advice: Any = ""
    href: str = ""


def operations(request: HttpRequest) -> HttpResponse:
    """Show the page. Raises Http404 for whoever does not own the platform."""
    if not access_of(request).is_owner:
        raise Http404
    found = gather(fresh=True)
    rows = [_backlog_row(backlog, found) for backlog in BACKLOGS]
    rows += [_spool_row(), *_disk_rows(), *_number_rows(found)]
    context = {
        **admin.site.each_context(request),
        "title": gettext("Operação"),
        "stuck": [row for row in rows if row.is_stuck],
        "rows": [row for row in rows if not row.is_stuck],
        "jobs": [_job_row(job) for job in jobs_seen()],
    }
    response = TemplateResponse(request, "admin/operations.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _backlog_row(backlog: Backlog, found: GatheredNumbers) -> OperationRow:
    if backlog.name not in found.backlogs:
        return OperationRow(
            backlog.words,
            "?",
            is_stuck=True,
            advice=_("O banco não respondeu a tempo. Veja docs/runbook.md, CentralMetricsFailed."),
        )
    count, age = found.backlogs[backlog.name]
    return OperationRow(
        backlog.words,
        str(count),
        since=span_words(timedelta(seconds=age)) if count else "",
        is_stuck=bool(count) and age > backlog.limit,
        advice=backlog.advice,
        href=_list_address(backlog.page),
    )


def _list_address(page: str) -> str:
    if not page:
        return ""
    model, _mark, query = page.partition("?")
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{query}" if query else address


def _spool_row() -> OperationRow:
    count = spool_size()
    return OperationRow(
        _("Corpos em arquivos, porque o banco não os aceitou"),
        str(count),
        is_stuck=count > 0,
        advice=_("Conserte o banco; eles entram sozinhos. Não apague os arquivos."),
    )


def _disk_rows() -> list[OperationRow]:
    rows = []
    places = ((_("Espaço livre para o spool"), settings.SPOOL_DIR),)
    for words, folder in (*places, (_("Espaço livre para anexos"), settings.MEDIA_ROOT)):
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue
        share = usage.free / usage.total
        rows.append(
            OperationRow(
                words,
                f"{share:.0%}",
                is_stuck=share < LEAST_FREE,
                advice=_("Libere ou acrescente espaço antes que o banco pare."),
            )
        )
    return rows


def _number_rows(found: GatheredNumbers) -> list[OperationRow]:
    asked = (
        (
            "central_channels_in_error",
            _("Canais que não enviam"),
            _("A página do canal diz o motivo e o remédio."),
            "omnichannel_channel",
        ),
        (
            "central_webhooks_out_stopped",
            _("Webhooks para outros sistemas que pararam por falhas"),
            _("Avise a empresa; ao religar, Reenviar traz o que faltou."),
            "integrations_hooksubscription?pergunta=problemas",
        ),
    )
    return [
        OperationRow(
            words,
            str(int(found.numbers[name])),
            is_stuck=found.numbers[name] > 0,
            advice=advice,
            href=_list_address(page),
        )
        for name, words, advice, page in asked
        if name in found.numbers
    ]


def _job_row(job: Job) -> OperationRow:
    return OperationRow(
        job.name,
        span_words(timedelta(seconds=job.period)),
        since="-" if job.age is None else span_words(timedelta(seconds=job.age)),
        is_stuck=job.is_late,
    )
