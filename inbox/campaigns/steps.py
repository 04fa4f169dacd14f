"""The four steps of making a campaign: its audience, its message, how it is sent, the review."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import Membership
from campaigns.choices import AudienceState
from campaigns.models import MOST_VARIANTS, Campaign
from campaigns.selectors import left_out_of, totals_of
from campaigns.services import campaigns as life
from campaigns.services.audiences import audience_request
from campaigns.services.lists import (
    is_workbook,
    lines_of,
    list_forget,
    list_keep,
    list_put,
    pasted,
)
from campaigns.services.messages import SUBJECT
from campaigns.services.trial import trial_send
from common.errors import DomainError, NotFound
from contacts.imports.reading import raw_of
from inbox.campaigns.forms import AudienceForm, ScheduleForm, SendingForm, TrialForm
from inbox.campaigns.presenters import kind_hours, message_context, review_context
from inbox.campaigns.views import CampaignPage
from inbox.shell.base import BadInput, sentence_of
from omnichannel.models import Template


class AudienceStep(CampaignPage):
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
        if not form.has_people() and not (row and row.listed.for_company(row.company_id).exists()):
            form.add_error(
                None,
                _("Escolha um segmento, uma condição ou uma lista: sem isso ninguém recebe."),
            )
            return self._drawn(row, form, 422)
        try:
            row = life.campaign_save(
                actor=self.membership,
                campaign=row,
                filters=form.filters(),
                **{name: given[name] for name in ("name", "kind", "channel", "segment")},
            )
            list_take(row, self.membership, given)
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
            return self._drawn(row, sentence_of(refused), refused.status, drafts)
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
            if template is None and values.get(SUBJECT):
                kept = {SUBJECT: values[SUBJECT]}
            found.append(life.VariantDraft(template, text, kept))
        return found

    def _drawn(
        self,
        row: Campaign,
        problem: str = "",
        status: int = 200,
        refused: list[life.VariantDraft] | None = None,
    ) -> HttpResponse:
        shown = message_context(row, refused)
        context = {
            **shown,
            "campaign": row,
            "step": "mensagem",
            "problem": problem,
            "may_add": len(shown["variants"]) < MOST_VARIANTS,
        }
        return self.shown("inbox/campaigns/message.html", context, status)


def list_take(row: Campaign, actor: Membership, given: dict[str, Any]) -> None:
    """Take the list a person gave: a file, else what they pasted; a workbook is kept for a worker.
    Raises as the services.
    """
    file, text, proof = given["file"], given["pasted"], given["proof"]
    if file and is_workbook(raw_of(file)):
        list_keep(campaign=row, actor=actor, file=file, proof=proof)
        return
    if file or text.strip():
        lines = lines_of(raw_of(file)) if file else pasted(text)
        list_put(campaign=row, actor=actor, lines=lines, proof=proof)
    # Another list, or none: what was wrong with the last one is over.
    list_forget(campaign=row)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as exc:
        raise BadInput from exc


class SendingStep(CampaignPage):
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
        context = {
            **{"campaign": row, "form": form, "step": "envio"},
            "kind_hours": kind_hours(row),
        }
        return self.shown("inbox/campaigns/sending.html", context, status)


class ReviewStep(CampaignPage):
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
        form = TrialForm(self.request.POST)
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
