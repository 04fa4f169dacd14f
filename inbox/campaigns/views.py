"""Campaigns: the list, the results of one, and the people behind a number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from campaigns.choices import CampaignStatus, RecipientStatus
from campaigns.exporting import people_export
from campaigns.models import Campaign
from campaigns.selectors import (
    NUMBERS,
    costs_of,
    left_out_labels,
    lines_behind,
    people_behind,
    results,
    totals_of,
)
from campaigns.services import campaigns as life
from common.errors import DomainError, Forbidden, NotFound
from contacts.admin.portable import download
from contacts.imports.choices import FileKind
from inbox.campaigns.presenters import listed, result_context
from inbox.shell.base import BadInput, InboxView, sentence_of
from inbox.shell.presence import presence_context
from queues.selectors import has_queues

SHOWN = 50
ACTS = {
    "pausar": life.campaign_pause,
    "retomar": life.campaign_resume,
    "cancelar": life.campaign_cancel,
    "iniciar": life.campaign_start,
    "desagendar": life.campaign_unschedule,
}


class CampaignPage(InboxView):
    """For managers only."""

    def check(self) -> None:
        """Raise Forbidden for whoever does not manage."""
        if not self.membership.is_manager:
            raise Forbidden

    def campaign(self, campaign_id: UUID) -> Campaign:
        """Return a campaign the reader may see. Raises Forbidden, NotFound."""
        self.check()
        rows = Campaign.objects.visible_to(self.membership)
        found = rows.select_related("channel__company", "segment", "calendar", "company")
        row: Campaign | None = found.filter(pk=campaign_id).first()
        if row is None:
            raise NotFound
        return row

    def shown(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Draw a whole page."""
        frame = {
            "company": self.membership.company,
            "member": self.membership,
            "has_queues": has_queues(self.membership.company_id),
            **presence_context(self.membership),
        }
        return self.draw(template, {**frame, **context}, status)


class CampaignListPage(CampaignPage):
    """All campaigns, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the list."""
        self.check()
        status = request.GET.get("situacao", "")
        rows = Campaign.objects.visible_to(self.membership).select_related("channel")
        if status in CampaignStatus.values:
            rows = rows.filter(status=status)
        page = Paginator(rows, SHOWN).get_page(request.GET.get("pagina"))
        found = list(page.object_list)
        context = {
            "lines": listed(found, totals_of(found), costs_of(found)),
            "page": page,
            "status": status,
            "statuses": CampaignStatus.choices,
        }
        return self.shown("inbox/campaigns/list.html", context)


class ResultPage(CampaignPage):
    """A campaign's numbers as they stand, and what may be done with it."""

    def get(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Draw the page, or as a fragment the numbers."""
        row = self.campaign(campaign_id)
        if row.status == CampaignStatus.DRAFT:
            return redirect("inbox:campaign-review", row.pk)
        return self._drawn(row)

    def post(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Pause, resume, cancel, copy."""
        row = self.campaign(campaign_id)
        act = request.POST.get("acao", "")
        try:
            if act == "copiar":
                made = life.campaign_copy(campaign=row, actor=self.membership)
                return redirect("inbox:campaign-audience", made.pk)
            if act not in ACTS:
                raise BadInput
            ACTS[act](campaign=row, actor=self.membership)
        except DomainError as refused:
            row.refresh_from_db()
            return self._drawn(row, sentence_of(refused), refused.status)
        return redirect("inbox:campaign", row.pk)

    def _drawn(self, row: Campaign, problem: str = "", status: int = 200) -> HttpResponse:
        context = {**result_context(row, results(row)), "problem": problem}
        template = "_result.html" if self.is_fragment else "result.html"
        return self.shown(f"inbox/campaigns/{template}", context, status)


class PeoplePage(CampaignPage):
    """The people behind a number."""

    def get(self, request: HttpRequest, campaign_id: UUID) -> HttpResponseBase:
        """Draw a page of them, or give them all as a file."""
        row = self.campaign(campaign_id)
        number = request.GET.get("numero", "")
        number = number if number in NUMBERS else ""
        if (kind := request.GET.get("formato", "")) in (FileKind.CSV, FileKind.XLSX):
            return self._file(row, number, FileKind(kind))
        rows = people_behind(row, number).select_related("contact").order_by("id")
        page = Paginator(rows, SHOWN).get_page(request.GET.get("pagina"))
        self.saw([person.contact for person in page.object_list])
        reasons = left_out_labels(row)
        for person in page.object_list:
            person.reason = reasons.get(person.left_out, "")
        labels = {**dict(RecipientStatus.choices), **reasons, **_moments()}
        context = {
            "campaign": row,
            "page": page,
            "number": number,
            "title": labels.get(number, _("Todas as pessoas")),
            "lines": list(lines_behind(row, number)[:200]),
        }
        return self.shown("inbox/campaigns/people.html", context)

    def _file(self, row: Campaign, number: str, kind: FileKind) -> HttpResponseBase:
        pieces = people_export(campaign=row, number=number, kind=kind, actor=self.membership)
        return download(self.request, pieces, f"campanha.{kind.value}", kind.value)


def _moments() -> dict[str, str]:
    return {
        "enviados": _("Receberam"),
        "entregues": _("Entregues"),
        "lidos": _("Leram"),
        "respondidos": _("Responderam"),
        "descadastros": _("Saíram depois de receber"),
    }
