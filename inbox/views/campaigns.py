"""Campaigns: the list, the four steps of making one, its results and the people behind them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from campaigns.choices import AudienceState, CampaignStatus, LeftOut, RecipientStatus
from campaigns.exporting import people_export
from campaigns.models import MOST_VARIANTS, Campaign
from campaigns.selectors import (
    NUMBERS,
    costs_of,
    left_out_of,
    people_behind,
    results,
    totals_of,
)
from campaigns.services import campaigns as life
from campaigns.services.audiences import audience_request
from campaigns.services.lists import Line, lines_of, list_put, pasted
from campaigns.services.trial import trial_send
from common.errors import DomainError, Forbidden, NotFound
from contacts.imports.choices import FileKind
from contacts.imports.reading import raw_of
from inbox.campaign_forms import AudienceForm, ScheduleForm, SendingForm, TestForm
from inbox.presenters.campaigns import (
    listed,
    message_context,
    result_context,
    review_context,
)
from inbox.views.base import BadInput, InboxView, sentence_of
from inbox.views.queues import presence_context
from omnichannel.models import Template

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
            **presence_context(self.membership),
        }
        return self.draw(template, {**frame, **context}, status)


class CampaignList(CampaignPage):
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


class Audience(CampaignPage):
    """Step one: name, channel, and who gets it."""

    def get(self, request: HttpRequest, campaign_id: UUID | None = None) -> HttpResponse:
        """Draw the form."""
        self.check()
        row = self.campaign(campaign_id) if campaign_id else None
        form = AudienceForm(initial=AudienceForm.values_of(row) if row else {})
        return self._drawn(row, form)

    def post(self, request: HttpRequest, campaign_id: UUID | None = None) -> HttpResponse:
        """Save it and go on to the message."""
        self.check()
        row = self.campaign(campaign_id) if campaign_id else None
        form = AudienceForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._drawn(row, form, 422)
        given = form.cleaned_data
        try:
            row = life.campaign_save(
                actor=self.membership,
                campaign=row,
                filters=form.filters(),
                **{name: given[name] for name in ("name", "kind", "channel", "segment")},
            )
            if given["file"] or given["pasted"].strip():
                lines = lines_read(given["file"], given["pasted"])
                list_put(campaign=row, actor=self.membership, lines=lines, proof=given["proof"])
        except DomainError as refused:
            form.add_error(None, sentence_of(refused))
            return self._drawn(row, form, refused.status)
        return redirect("inbox:campaign-message", row.pk)

    def _drawn(self, row: Campaign | None, form: AudienceForm, status: int = 200) -> HttpResponse:
        listed = row.listed.for_company(row.company_id).count() if row and row.pk else 0
        context = {"campaign": row, "form": form, "step": "publico", "listed": listed}
        return self.shown("inbox/campaigns/audience.html", context, status)


class MessageStep(CampaignPage):
    """Step two: what people read, in up to five versions."""

    def get(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Draw the versions."""
        row = self.campaign(campaign_id)
        if not row.variants.exists():
            life.campaign_save(actor=self.membership, campaign=row, variants=[life.VariantDraft()])
        return self._drawn(row)

    def post(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Save the versions; add or remove one, look again, or go on."""
        row = self.campaign(campaign_id)
        drafts = self._drafts(row)
        act = request.POST.get("acao", "seguir")
        if act == "mais" and len(drafts) < MOST_VARIANTS:
            drafts.append(drafts[-1] if drafts else life.VariantDraft())
        if act.startswith("menos.") and len(drafts) > 1:
            place = "ABCDE".find(act.removeprefix("menos."))
            drafts = [one for n, one in enumerate(drafts) if n != place]
        try:
            life.campaign_save(actor=self.membership, campaign=row, variants=drafts)
        except DomainError as refused:
            return self._drawn(row, sentence_of(refused), refused.status)
        if act == "seguir":
            return redirect("inbox:campaign-sending", row.pk)
        return self._drawn(row)

    def _drafts(self, row: Campaign) -> list[life.VariantDraft]:
        sent = self.request.POST
        found = []
        for letter in "ABCDE":
            if f"{letter}.modelo" not in sent:
                continue
            template = None
            if key := sent[f"{letter}.modelo"]:
                waba = row.channel.waba_id if row.channel else ""
                template = Template.objects.filter(waba_id=waba, pk=_uuid(key)).first()
                if template is None:
                    raise NotFound
            prefix = f"{letter}.valor."
            values = {
                name.removeprefix(prefix): value
                for name, value in sent.items()
                if name.startswith(prefix)
            }
            was = sent.get(f"{letter}.antes", "")
            # Another template asks for other variables.
            kept = values if template is not None and was == str(template.pk) else {}
            text = sent.get(f"{letter}.texto", "") if template is None else ""
            found.append(life.VariantDraft(template, text, kept))
        return found

    def _drawn(self, row: Campaign, problem: str = "", status: int = 200) -> HttpResponse:
        context = {
            **message_context(row),
            "campaign": row,
            "step": "mensagem",
            "problem": problem,
            "may_add": row.variants.count() < MOST_VARIANTS,
        }
        return self.shown("inbox/campaigns/message.html", context, status)


def lines_read(file: Any, text: str) -> list[Line]:
    """Read the list a person gave: the file, else what they pasted. Raises as `lists.lines_of`."""
    return lines_of(raw_of(file)) if file else pasted(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise BadInput from exc


class Sending(CampaignPage):
    """Step three: when and how fast."""

    def get(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Draw the form."""
        row = self.campaign(campaign_id)
        return self._drawn(row, SendingForm(initial=SendingForm.values_of(row)))

    def post(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Save it, have the list frozen, and go on to the review."""
        row = self.campaign(campaign_id)
        form = SendingForm(request.POST)
        if not form.is_valid():
            return self._drawn(row, form, 422)
        try:
            life.campaign_save(actor=self.membership, campaign=row, **form.cleaned_data)
            row.refresh_from_db()
            if row.audience_state != AudienceState.READY:
                audience_request(campaign=row, actor=self.membership)
        except DomainError as refused:
            form.add_error(None, sentence_of(refused))
            return self._drawn(row, form, refused.status)
        return redirect("inbox:campaign-review", row.pk)

    def _drawn(self, row: Campaign, form: SendingForm, status: int = 200) -> HttpResponse:
        context = {"campaign": row, "form": form, "step": "envio"}
        return self.shown("inbox/campaigns/sending.html", context, status)


class Review(CampaignPage):
    """Step four: everything at a glance, a trial, and the start."""

    def get(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Draw it, or as a fragment what changes while the list is frozen."""
        return self._drawn(self.campaign(campaign_id))

    def post(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Freeze anew, try, start or schedule."""
        row = self.campaign(campaign_id)
        act = request.POST.get("acao", "")
        try:
            if act == "montar":
                audience_request(campaign=row, actor=self.membership)
            elif act == "testar":
                return self._tried(row)
            elif act == "agendar":
                form = ScheduleForm(request.POST)
                if not form.is_valid():
                    return self._drawn(row, _("Escolha dia e hora para começar."), 422)
                life.campaign_schedule(
                    campaign=row, actor=self.membership, at=form.cleaned_data["at"]
                )
                return redirect("inbox:campaign", row.pk)
            elif act == "iniciar":
                life.campaign_start(campaign=row, actor=self.membership)
                return redirect("inbox:campaign", row.pk)
            else:
                raise BadInput
        except DomainError as refused:
            return self._drawn(row, sentence_of(refused), refused.status)
        return redirect("inbox:campaign-review", row.pk)

    def _tried(self, row: Campaign) -> HttpResponse:
        form = TestForm(self.request.POST)
        if not form.is_valid():
            return self._drawn(row, _("Informe o número com DDD."), 422)
        variant = row.variants.filter(letter=form.cleaned_data["letter"]).first()
        if variant is None:
            raise NotFound
        trial_send(
            campaign=row,
            variant=variant,
            actor=self.membership,
            phone=form.cleaned_data["phone"],
        )
        return self._drawn(row, said=_("Teste a caminho. Veja no seu telefone."))

    def _drawn(
        self, row: Campaign, problem: str = "", status: int = 200, said: str = ""
    ) -> HttpResponse:
        row.refresh_from_db()
        totals = totals_of([row])[row.pk]
        context = {
            **review_context(row, totals, left_out_of(row)),
            "campaign": row,
            "step": "revisao",
            "problem": problem,
            "said": said,
            "is_building": row.audience_state == AudienceState.BUILDING,
        }
        template = "_review.html" if self.is_fragment else "review.html"
        return self.shown(f"inbox/campaigns/{template}", context, status)


class Result(CampaignPage):
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


class People(CampaignPage):
    """The people behind a number."""

    def get(self, request: HttpRequest, campaign_id: UUID) -> HttpResponse:
        """Draw a page of them, or give them all as a file."""
        row = self.campaign(campaign_id)
        number = request.GET.get("numero", "")
        number = number if number in NUMBERS else ""
        if (kind := request.GET.get("formato", "")) in (FileKind.CSV, FileKind.XLSX):
            return self._file(row, number, FileKind(kind))
        rows = people_behind(row, number).select_related("contact").order_by("id")
        page = Paginator(rows, SHOWN).get_page(request.GET.get("pagina"))
        self.saw([person.contact for person in page.object_list])
        listed = row.listed.for_company(row.company_id).filter(contact=None)
        labels = {**dict(RecipientStatus.choices), **dict(LeftOut.choices), **_moments()}
        context = {
            "campaign": row,
            "page": page,
            "number": number,
            "title": labels.get(number, _("Todas as pessoas")),
            "bad": list(listed[:200]) if number == LeftOut.BAD_NUMBER else [],
        }
        return self.shown("inbox/campaigns/people.html", context)

    def _file(self, row: Campaign, number: str, kind: FileKind) -> HttpResponse:
        pieces = people_export(campaign=row, number=number, kind=kind, actor=self.membership)
        types = {
            FileKind.CSV: "text/csv; charset=utf-8",
            FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
        answer: Any = StreamingHttpResponse(pieces, content_type=types[kind])
        answer["Content-Disposition"] = f'attachment; filename="campanha.{kind.value}"'
        return answer  # type: ignore[no-any-return]


def _moments() -> dict[str, str]:
    return {
        "enviados": _("Receberam"),
        "entregues": _("Entregues"),
        "lidos": _("Leram"),
        "respondidos": _("Responderam"),
        "descadastros": _("Saíram depois de receber"),
    }
